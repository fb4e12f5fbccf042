/// What a network says of one sample.
///
/// | loss | `outputs` | `probabilities` | class |
/// | --- | --- | --- | --- |
/// | cross-entropy | a logit for each class | softmax of the logits | that of the highest probability |
/// | binary cross-entropy | logits | sigmoid of each logit | nil |
/// | mean squared error, Huber | numbers in the units of the targets trained on | nil | nil |
public struct Prediction: Sendable, Equatable {
    /// What the network puts out.
    public let outputs: [Float]
    /// What `lockstep predict` writes as probabilities; nil for regression.
    public let probabilities: [Float]?
    /// The class of the highest probability, the first of several; nil where samples belong to no class.
    public let classIndex: Int?
    /// Its name; nil where classes have no names.
    public let className: String?
}

/// What a network says of some samples, in their order: a collection of `Prediction`, and the same numbers in one piece.
///
/// Memory is that of the arrays; a `Prediction` is made when it is asked for.
public struct Predictions: RandomAccessCollection, Sendable, Equatable {
    /// Numbers that the network puts out for a sample.
    public let width: Int
    /// `[count, width]`, row-major; see `Prediction.outputs`.
    public let outputs: [Float]
    /// `[count, width]`, row-major; nil for regression.
    public let probabilities: [Float]?
    /// `[count]`; nil where samples belong to no class.
    public let classIndices: [Int32]?
    /// Names of the classes, by index; nil where they have none.
    public let classNames: [String]?
    /// Names of the outputs of a regression; nil where the targets trained on have none.
    public let targetNames: [String]?

    public var startIndex: Int { 0 }
    public var endIndex: Int { outputs.count / width }

    public subscript(sample: Int) -> Prediction {
        let range = sample * width..<(sample + 1) * width
        let index = classIndices.map { Int($0[sample]) }
        return Prediction(
            outputs: Array(outputs[range]), probabilities: probabilities.map { Array($0[range]) }, classIndex: index,
            className: index.flatMap { classNames?[place: $0] })
    }

    /// The name of each sample's class; nil where samples belong to none, or classes have no names.
    public var classes: [String]? {
        guard let classIndices, let classNames else { return nil }
        return classIndices.map { classNames[place: Int($0)] ?? "" }
    }
}

extension [String] {
    /// The name at a place; nil where a checkpoint has fewer names than its network has outputs.
    subscript(place index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
