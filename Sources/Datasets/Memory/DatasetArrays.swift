/// A data set in arrays of the program: what a file would hold, and treated alike, to the last bit.
///
///     let data = DatasetArrays(
///         train: SampleArrays(.rows(measurements), .labels(species)), classNames: ["setosa", "versicolor", "virginica"])
///     let configuration = Configuration(
///         dataset: .memory(validationFraction: 0.2, normalization: .standardize), network: Network { Linear(3) })
///     let run = try TrainingRun(configuration, on: data)
///
/// The description of the data set in the configuration says how they are normalized, and what is cut off to validate.
/// Arrays are checked when they are loaded, not here.
public struct DatasetArrays: Sendable, Equatable {
    /// For messages, and for the run's directory.
    public var name: String
    public var splits: [Split: SampleArrays]
    /// One name for each class, in order of labels; nil where they have none.
    public var classNames: [String]?
    /// One name for each number of a sample, or for each position of its last axis; nil where they have none.
    public var featureNames: [String]?
    /// One name for each number of a target; nil where they have none.
    public var targetNames: [String]?

    public init(
        _ name: String = "arrays", train: SampleArrays, validation: SampleArrays? = nil, test: SampleArrays? = nil,
        classNames: [String]? = nil, featureNames: [String]? = nil, targetNames: [String]? = nil
    ) {
        self.name = name
        splits = [.train: train]
        splits[.validation] = validation
        splits[.test] = test
        self.classNames = classNames
        self.featureNames = featureNames
        self.targetNames = targetNames
    }

    /// Arrays of one split alone.
    package init(_ name: String, _ samples: SampleArrays, as split: Split) {
        self.init(name, train: samples)
        splits = [split: samples]
    }
}

/// The samples of a split, with their targets, in one order.
public struct SampleArrays: Sendable, Equatable {
    public var inputs: InputArrays
    public var targets: TargetArrays

    public init(_ inputs: InputArrays, _ targets: TargetArrays = .none) {
        self.inputs = inputs
        self.targets = targets
    }
}

/// The inputs of samples, row-major.
public enum InputArrays: Sendable, Equatable {
    /// An array for each sample, all of one length.
    case rows([[Float]])
    /// One sample after another, each of a shape.
    case floats([Float], shape: [Int])
    /// Bytes such as pixels, which stay bytes. Without another normalization a batch holds x / 255.
    case bytes([UInt8], shape: [Int])

    /// The shape of a sample.
    var shape: [Int] {
        switch self {
        case .rows(let rows): [rows.first?.count ?? 0]
        case .floats(_, let shape), .bytes(_, let shape): shape
        }
    }
}

/// The targets of samples.
public enum TargetArrays: Sendable, Equatable {
    /// The index of each sample's class, from 0.
    case labels([Int])
    /// A number for each sample.
    case numbers([Float])
    /// Some numbers for each sample, as many for all.
    case rows([[Float]])
    /// Inputs alone.
    case none
}

extension DatasetDescription {
    static let memoryScheme = "memory:"

    /// A data set in arrays that the program hands to a run; see `DatasetArrays`.
    public static func memory(
        _ name: String = "arrays", validationFraction: Double? = nil, splitSeed: UInt64 = 0,
        normalization: NormalizationChoice = .stored, targetKind: TargetChoice? = nil
    ) -> DatasetDescription {
        DatasetDescription(
            path: memoryScheme + name, validationFraction: validationFraction, splitSeed: splitSeed,
            normalization: normalization, targetKind: targetKind)
    }

    /// Whether the data were in arrays of a program, and are in no file.
    public var isInMemory: Bool { path?.hasPrefix(Self.memoryScheme) ?? false }

    /// This description with its data in arrays.
    package func inMemory(_ name: String) -> DatasetDescription {
        .memory(
            name, validationFraction: validationFraction, splitSeed: splitSeed, normalization: normalization,
            targetKind: targetKind)
    }

    /// The error for arrays that are not there.
    var notInMemory: DatasetError {
        DatasetError(
            .missingFile, file: path ?? "", expected: "the arrays of the program that trained on them",
            found: "a program without them",
            advice:
                "Give a file with the same data with --dataset, or go on in that program: TrainingRun(resuming:on:).")
    }
}
