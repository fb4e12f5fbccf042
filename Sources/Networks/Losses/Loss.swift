import Kernels
import StrictCoding

/// What a data set holds as the target of each sample.
public enum TargetSpecification: Sendable, Equatable, CustomStringConvertible {
    /// One class index in `0 ..< count`.
    case classes(count: Int)
    /// `width` numbers.
    case values(width: Int)

    public var description: String {
        switch self {
        case .classes(let count): "class indices of \(count) classes"
        case .values(let width): "\(width) numbers a sample"
        }
    }
}

/// The function whose mean over a batch training makes small.
public enum Loss: Sendable, Equatable {
    /// Cross-entropy of logits against class indices, with the softmax inside.
    ///
    /// - labelSmoothing: the share ε of each target spread over all K classes (Szegedy et al. 2016, arXiv:1512.00567),
    ///   in 0 ..< 1: evenly, or in proportion to their weights, as in PyTorch. The loss of a row of class y is
    ///   -(1 - ε) w[y] log p[y] - ε/K Σ w[c] log p[c].
    /// - classWeights: a weight for each class, by which its samples count in the mean; nil for equal weights.
    case crossEntropy(labelSmoothing: Double = 0, classWeights: [Double]? = nil)
    /// Cross-entropy of logits against targets in 0 ... 1, each output on its own, with the sigmoid inside.
    case binaryCrossEntropy
    /// Mean of the squared differences.
    case meanSquaredError
    /// Squared below `delta`, linear beyond. Huber 1964; `½d²` for |d| ≤ delta, else `delta·(|d| - ½delta)`.
    case huber(delta: Double = 1)

    /// Whether samples belong to classes, so that accuracy means something.
    public var isClassification: Bool {
        switch self {
        case .crossEntropy: true
        case .binaryCrossEntropy, .meanSquaredError, .huber: false
        }
    }

    /// Whether the loss itself computes what `layer` would as the last of a network.
    func contains(_ layer: any Layer) -> Bool {
        switch self {
        case .crossEntropy: layer is Softmax
        case .binaryCrossEntropy: layer is Sigmoid
        case .meanSquaredError, .huber: false
        }
    }

    /// Checks the loss's own numbers and that it fits what the network puts out and what the data set holds.
    ///
    /// - Throws: `NetworkError` naming the loss, what it expected and what it found.
    public func check(output: Shape, targets: TargetSpecification) throws {
        switch self {
        case .crossEntropy(let labelSmoothing, let classWeights):
            guard case .classes(let count) = targets else {
                throw NetworkError.invalidNetwork(
                    problem: "loss crossEntropy: expected class indices as targets, found \(targets): "
                        + "use meanSquaredError, huber or binaryCrossEntropy, or a data set with integer targets")
            }
            guard output.dimensions == [count] else {
                throw NetworkError.outputMismatch(loss: name, expected: "[\(count)], one logit a class", found: output)
            }
            guard labelSmoothing.isShare else {
                throw NetworkError.invalidNetwork(
                    problem: "loss crossEntropy: labelSmoothing is \(labelSmoothing), expected "
                        + labelSmoothing.expectedShare("a number"))
            }
            if let classWeights {
                guard classWeights.count == count else {
                    throw NetworkError.invalidNetwork(
                        problem: "loss crossEntropy: expected \(count) classWeights, found \(classWeights.count)")
                }
                try Self.check(classWeights: classWeights)
            }
        case .huber(let delta) where !(Float(delta) > 0 && Float(delta).isFinite):
            throw NetworkError.invalidNetwork(
                problem: "loss huber: delta is \(delta), expected a positive number that a Float holds")
        case .binaryCrossEntropy, .meanSquaredError, .huber:
            let width =
                switch targets {
                case .classes: 1
                case .values(let width): width
                }
            guard output.count == width else {
                throw NetworkError.outputMismatch(
                    loss: name, expected: "[\(width)], one number for each of the targets'", found: output)
            }
        }
    }
}

extension Loss {
    /// What a class may weigh besides 0. Sums and products of these, and what the loss is divided by, are numbers that
    /// a Float holds.
    static let classWeightRange = 1e-30...1e30

    private static func check(classWeights: [Double]) throws {
        let expected = "0, or numbers in 1e-30 ... 1e30"
        if let bad = classWeights.firstIndex(where: { $0 != 0 && !classWeightRange.contains($0) }) {
            throw NetworkError.invalidNetwork(
                problem:
                    "loss crossEntropy: expected classWeights of \(expected), found \(classWeights[bad]) for class \(bad)"
            )
        }
        guard classWeights.contains(where: { $0 > 0 }) else {
            throw NetworkError.invalidNetwork(
                problem:
                    "loss crossEntropy: expected classWeights of which one is positive, found zeros alone: nothing "
                    + "would be learned")
        }
    }
}

extension Loss: Codable {
    private enum Name: String, CaseIterable { case crossEntropy, binaryCrossEntropy, meanSquaredError, huber }

    private enum CrossEntropyKeys: String, CodingKey, CaseIterable { case labelSmoothing, classWeights }
    private enum HuberKeys: String, CodingKey, CaseIterable { case delta }

    private struct CrossEntropyFields: Codable {
        var labelSmoothing: Double
        var classWeights: [Double]?

        init(labelSmoothing: Double, classWeights: [Double]?) {
            self.labelSmoothing = labelSmoothing
            self.classWeights = classWeights
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: CrossEntropyKeys.self)
            labelSmoothing = try fields.valueIfPresent(Double.self, forKey: .labelSmoothing) ?? 0
            classWeights = try fields.valueIfPresent([Double].self, forKey: .classWeights)
        }
    }

    private struct HuberFields: Codable {
        var delta: Double

        init(delta: Double) { self.delta = delta }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: HuberKeys.self)
            delta = try fields.valueIfPresent(Double.self, forKey: .delta) ?? 1
        }
    }

    /// The loss's name in YAML.
    public var name: String {
        switch self {
        case .crossEntropy: Name.crossEntropy.rawValue
        case .binaryCrossEntropy: Name.binaryCrossEntropy.rawValue
        case .meanSquaredError: Name.meanSquaredError.rawValue
        case .huber: Name.huber.rawValue
        }
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("loss", among: Name.allCases.map(\.rawValue))
        switch Name(rawValue: tagged.name)! {
        case .crossEntropy:
            let fields = try tagged.valueIfPresent(CrossEntropyFields.self)
            self = .crossEntropy(labelSmoothing: fields?.labelSmoothing ?? 0, classWeights: fields?.classWeights)
        case .binaryCrossEntropy:
            try tagged.refuseValue()
            self = .binaryCrossEntropy
        case .meanSquaredError:
            try tagged.refuseValue()
            self = .meanSquaredError
        case .huber:
            self = .huber(delta: try tagged.valueIfPresent(HuberFields.self)?.delta ?? 1)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .binaryCrossEntropy, .meanSquaredError:
            try encoder.encodeTagged(name)
        case .crossEntropy(let labelSmoothing, let classWeights):
            try encoder.encodeTagged(
                name, CrossEntropyFields(labelSmoothing: labelSmoothing, classWeights: classWeights))
        case .huber(let delta):
            try encoder.encodeTagged(name, HuberFields(delta: delta))
        }
    }
}
