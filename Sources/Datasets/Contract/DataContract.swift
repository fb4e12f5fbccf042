/// What a network and its data have agreed on: what its inputs and outputs mean, by name and in numbers.
///
/// A data set has one, and so has every checkpoint: that of the data it was trained on. Whatever brings other data into
/// a network goes by it: see `DataMatch`.
///
/// A feature is a column of a table, or a channel of images and signals: a position of the last axis of a sample. Names
/// may also be given to all numbers of a sample.
package struct DataContract: Equatable, Sendable {
    /// Shape of one sample.
    package var inputShape: [Int]
    /// Whether inputs are kept as bytes, and so 0 ... 255.
    package var storesBytes: Bool
    /// One name for each position of the last axis, or for each number of a sample; nil where there are none.
    package var featureNames: [String]?
    /// What a batch holds of the numbers in the file; nil in checkpoints from before they had it.
    package var normalization: NormalizationValues?
    /// How the numbers in the file were made of raw ones; nil if they are raw, or nothing says otherwise.
    package var transformation: NormalizationValues?
    package var targetKind: TargetKind
    /// One name for each class, in order of class indices.
    package var classNames: [String]?
    /// One name for each number of a target.
    package var targetNames: [String]?
    /// How targets that are numbers were made of raw ones; nil if they are raw, or nothing says otherwise.
    package var targetTransformation: NormalizationValues?

    package init(
        inputShape: [Int], storesBytes: Bool = false, featureNames: [String]? = nil,
        normalization: NormalizationValues? = nil, transformation: NormalizationValues? = nil,
        targetKind: TargetKind = .unlabeled, classNames: [String]? = nil, targetNames: [String]? = nil,
        targetTransformation: NormalizationValues? = nil
    ) {
        self.inputShape = inputShape
        self.storesBytes = storesBytes
        self.featureNames = featureNames
        self.normalization = normalization
        self.transformation = transformation
        self.targetKind = targetKind
        self.classNames = classNames
        self.targetNames = targetNames
        self.targetTransformation = targetTransformation
    }

    /// What cannot be, or nil: for contracts that come from a file, whose shape is known to be one of a sample.
    package var problem: String? {
        let (features, channels) = (inputShape.reduce(1, *), inputShape.last ?? 1)
        if let count = featureNames?.count, count != features, count != channels {
            return "\(count) names of features for samples of shape \(inputShape)"
        }
        for (name, values) in [("normalization", normalization), ("transformation", transformation)] {
            if let problem = values?.problem(inputShape: inputShape) { return "\(name): \(problem)" }
        }
        switch targetKind {
        case .classes(let count):
            guard count > 0 else { return "\(count) classes" }
            if let names = classNames?.count, names != count { return "\(names) names for \(count) classes" }
        case .values(let width):
            guard width > 0 else { return "\(width) numbers a target" }
            if let names = targetNames?.count, names != width { return "\(names) names for \(width) numbers a target" }
            if let problem = targetTransformation?.problem(inputShape: [width]) {
                return "transformation of targets: \(problem)"
            }
        case .unlabeled: break
        }
        return nil
    }
}

extension NormalizationValues {
    /// What is wrong with the numbers for samples of a shape, or nil.
    func problem(inputShape: [Int]) -> String? {
        do throws(InvalidNormalization) {
            _ = try resolved(inputShape: inputShape)
            return nil
        } catch {
            return "\(error.name): expected \(error.expected), found \(error.found)"
        }
    }
}
