import StrictCoding

/// Which data set to load, as a configuration says it. In YAML:
///
///     dataset: datasets/digits.h5
///
///     dataset: {path: pictures.h5, inputs: images, targets: labels, validationFraction: 0.1}
///
///     dataset:
///       path: pictures.h5
///       train: {inputs: a/images, targets: a/labels}
///       test: {inputs: b/images, targets: b/labels, path: more.h5}
///
///     dataset: {synthetic: {inputs: [784], classes: 10, samples: 60000}}
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `path` | HDF5 file, relative to the directory the caller names | |
/// | `inputs`, `targets` | names of the data sets, without the split: `x` finds `x_train`, `train_x`, `train/x`, and plain `x` for train | `x`, `y` |
/// | `train`, `validation`, `test` | `{path, inputs, targets}` of one split, exact names; when any is given, only those given are loaded. A text is the split's file. | found by name |
/// | `validationFraction` | cuts this part of the train split off as the validation split | none |
/// | `splitSeed` | which rows are cut off; a seed of its own, so that runs with different seeds compare | 0 |
/// | `normalization` | `stored` (attributes of the file; else x/255 for uint8), `none`, `standardize` (by mean and deviation of each feature of the train split), `standardizeChannels` (of each channel), `{scale, offset}` or `{mean, standardDeviation}` | `stored` |
/// | `targetKind` | `classes` or `values`, when the type of the targets says otherwise | integers are classes |
/// | `synthetic` | made up instead of read; see `SyntheticDescription` | |
public struct DatasetDescription: Equatable, Sendable {
    public var path: String?
    public var inputs: String?
    public var targets: String?
    public var splits: [Split: SplitDescription]
    public var synthetic: SyntheticDescription?
    public var validationFraction: Double?
    public var splitSeed: UInt64
    public var normalization: NormalizationChoice
    public var targetKind: TargetChoice?

    public init(
        path: String? = nil, inputs: String? = nil, targets: String? = nil, splits: [Split: SplitDescription] = [:],
        synthetic: SyntheticDescription? = nil, validationFraction: Double? = nil, splitSeed: UInt64 = 0,
        normalization: NormalizationChoice = .stored, targetKind: TargetChoice? = nil
    ) {
        self.path = path
        self.inputs = inputs
        self.targets = targets
        self.splits = splits
        self.synthetic = synthetic
        self.validationFraction = validationFraction
        self.splitSeed = splitSeed
        self.normalization = normalization
        self.targetKind = targetKind
    }

    /// What makes no sense, or nil.
    var problem: String? {
        if synthetic != nil {
            guard path == nil, splits.isEmpty, inputs == nil, targets == nil else {
                return "a synthetic data set has no path, inputs, targets or splits"
            }
        } else if path == nil {
            if splits.isEmpty { return "expected the key 'path' or 'synthetic'" }
            if let split = Split.allCases.first(where: { splits[$0] != nil && splits[$0]?.path == nil }) {
                return "the split '\(split)' has no path: give it one, or one to the whole data set"
            }
        }
        if let fraction = validationFraction {
            guard fraction >= 0, fraction < 1 else {
                return "validationFraction must be at least 0 and below 1, found \(fraction)"
            }
            if fraction > 0, splits[.validation] != nil {
                return "give validationFraction or a validation split, not both"
            }
        }
        return synthetic?.problem
    }
}

/// Where one split is.
public struct SplitDescription: Equatable, Sendable {
    /// A file of its own; nil for that of the data set.
    public var path: String?
    /// Exact path of the data set in the file; nil to find it by name.
    public var inputs: String?
    public var targets: String?

    public init(path: String? = nil, inputs: String? = nil, targets: String? = nil) {
        self.path = path
        self.inputs = inputs
        self.targets = targets
    }
}

/// How inputs are normalized on their way into a batch.
public enum NormalizationChoice: Equatable, Sendable {
    /// By attributes of the file; without any, uint8 becomes x / 255 and everything else stays as it is.
    case stored
    /// `none` in a configuration: inputs stay as they are.
    case identity
    /// To mean 0 and standard deviation 1 of each feature over the train split.
    case standardize
    /// To mean 0 and standard deviation 1 of each channel, the last of three axes or more, over the train split; of all
    /// numbers together for samples of fewer axes.
    case standardizeChannels
    case values(NormalizationValues)
}

/// Whether targets are classes or values, against what their type says.
public enum TargetChoice: String, CaseIterable, Codable, Sendable {
    case classes, values
}
