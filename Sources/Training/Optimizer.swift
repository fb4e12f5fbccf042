import StrictCoding

/// How gradients change parameters. PyTorch's conventions in order of operations and defaults.
public enum Optimizer: Sendable, Equatable {
    /// Stochastic gradient descent, with momentum and weight decay.
    case sgd(SGD)
    /// Kingma and Ba 2014, arXiv:1412.6980. Weight decay, if any, is added to the gradient.
    case adam(Adam)
    /// Loshchilov and Hutter 2017, arXiv:1711.05101: Adam with weight decay apart from the gradient.
    case adamW(Adam)
    /// You, Gitman and Ginsburg 2017, arXiv:1708.03888: SGD with a learning rate for each tensor.
    case lars(LARS)
    /// You et al. 2019, arXiv:1904.00962, algorithm 2: Adam with a learning rate for each tensor.
    case lamb(Adam)

    public struct SGD: Sendable, Equatable {
        public var learningRate: Double
        public var momentum: Double
        /// Looks ahead along the momentum (Sutskever et al. 2013). Needs a momentum.
        public var nesterov: Bool
        public var weightDecay: Double

        public init(learningRate: Double, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
            self.learningRate = learningRate
            self.momentum = momentum
            self.nesterov = nesterov
            self.weightDecay = weightDecay
        }
    }

    public struct Adam: Sendable, Equatable {
        public var learningRate: Double
        /// Decay of the mean of gradients.
        public var beta1: Double
        /// Decay of the mean of squared gradients.
        public var beta2: Double
        /// Added to the root of the second moment.
        public var epsilon: Double
        public var weightDecay: Double

        public init(
            learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
            weightDecay: Double = 0
        ) {
            self.learningRate = learningRate
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// With g the gradient, w a tensor of parameters, and both norms above zero:
    ///
    ///     λ = trustCoefficient · ‖w‖ / (‖g‖ + weightDecay · ‖w‖)
    ///     v = momentum · v + learningRate · λ · (g + weightDecay · w)
    ///     w = w − v
    ///
    /// λ is 1 where a norm is zero. Vectors, such as biases and the parameters of a normalization, have λ = 1 and no
    /// weight decay, unless a parameter group says otherwise.
    public struct LARS: Sendable, Equatable {
        public var learningRate: Double
        public var momentum: Double
        public var nesterov: Bool
        public var weightDecay: Double
        public var trustCoefficient: Double

        public init(
            learningRate: Double, momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0.0001,
            trustCoefficient: Double = 0.001
        ) {
            self.learningRate = learningRate
            self.momentum = momentum
            self.nesterov = nesterov
            self.weightDecay = weightDecay
            self.trustCoefficient = trustCoefficient
        }
    }

    /// The learning rate that a schedule varies.
    public var learningRate: Double {
        switch self {
        case .sgd(let sgd): sgd.learningRate
        case .adam(let adam), .adamW(let adam), .lamb(let adam): adam.learningRate
        case .lars(let lars): lars.learningRate
        }
    }

    /// The share of the mean of gradients that a step keeps: beta1, for Adam and its kin.
    var momentum: Double {
        switch self {
        case .sgd(let sgd): sgd.momentum
        case .adam(let adam), .adamW(let adam), .lamb(let adam): adam.beta1
        case .lars(let lars): lars.momentum
        }
    }

    /// The weight decay of parameters that no group gives another.
    var weightDecay: Double {
        switch self {
        case .sgd(let sgd): sgd.weightDecay
        case .adam(let adam), .adamW(let adam), .lamb(let adam): adam.weightDecay
        case .lars(let lars): lars.weightDecay
        }
    }

    /// Whether each tensor has a learning rate of its own, from its norm.
    var isLayerwise: Bool {
        switch self {
        case .lars, .lamb: true
        case .sgd, .adam, .adamW: false
        }
    }

    /// - Throws: `TrainingError.invalidConfiguration` naming the field, what was expected and what was found.
    func check() throws {
        func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws {
            guard valid else { throw TrainingError.invalid("optimizer.\(name).\(field)", expected, found) }
        }
        func expectPositive(_ value: Double, _ field: String) throws {
            try expect(value > 0 && value.isFinite, field, "a positive number", value)
            try expect(value.isInRangeOfFloat, field, Double.rangeOfFloat, value)
        }
        func expectShared(_ learningRate: Double, _ weightDecay: Double) throws {
            try expectPositive(learningRate, "learningRate")
            try expect(weightDecay >= 0 && weightDecay.isFinite, "weightDecay", "0 or a positive number", weightDecay)
            try expect(
                weightDecay == 0 || weightDecay.isInRangeOfFloat, "weightDecay", Double.rangeOfFloat, weightDecay)
        }
        func expectShare(_ value: Double, _ field: String) throws {
            try expect((0..<1).contains(value), field, "a number in 0 ..< 1", value)
            try expect(value.isBelowOneAsFloat, field, Double.belowOneAsFloat, value)
        }
        switch self {
        case .sgd(let sgd):
            try expectShared(sgd.learningRate, sgd.weightDecay)
            try expectShare(sgd.momentum, "momentum")
            try expect(!sgd.nesterov || sgd.momentum > 0, "nesterov", "a momentum beside it", "none")
        case .lars(let lars):
            try expectShared(lars.learningRate, lars.weightDecay)
            try expectShare(lars.momentum, "momentum")
            try expect(!lars.nesterov || lars.momentum > 0, "nesterov", "a momentum beside it", "none")
            try expectPositive(lars.trustCoefficient, "trustCoefficient")
        case .adam(let adam), .adamW(let adam), .lamb(let adam):
            try expectShared(adam.learningRate, adam.weightDecay)
            try expectShare(adam.beta1, "beta1")
            try expectShare(adam.beta2, "beta2")
            try expectPositive(adam.epsilon, "epsilon")
        }
    }
}

/// Kernels compute in Float: what is a sensible number as a Double may be none there.
extension Double {
    /// Whether it is neither 0 nor infinite as a Float.
    var isInRangeOfFloat: Bool { Float(self).isNormal }
    static let rangeOfFloat = "a number that a Float holds, 1.2e-38 ... 3.4e38"

    /// Whether it is not 1 as a Float: a mean that keeps all of itself never hears of what it is a mean of.
    var isBelowOneAsFloat: Bool { Float(self) < 1 }
    static let belowOneAsFloat = "at most 0.9999999, since a Float holds nothing between that and 1"
}

// Beside their types, so that what writes them is made by the compiler.

extension Optimizer.SGD: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case learningRate, momentum, nesterov, weightDecay }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            learningRate: try fields.decode(Double.self, forKey: .learningRate),
            momentum: try fields.decodeIfPresent(Double.self, forKey: .momentum) ?? 0,
            nesterov: try fields.decodeIfPresent(Bool.self, forKey: .nesterov) ?? false,
            weightDecay: try fields.decodeIfPresent(Double.self, forKey: .weightDecay) ?? 0)
    }
}

extension Optimizer.LARS: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case learningRate, momentum, nesterov, weightDecay, trustCoefficient
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(learningRate: try fields.decode(Double.self, forKey: .learningRate))
        momentum = try fields.decodeIfPresent(Double.self, forKey: .momentum) ?? momentum
        nesterov = try fields.decodeIfPresent(Bool.self, forKey: .nesterov) ?? nesterov
        weightDecay = try fields.decodeIfPresent(Double.self, forKey: .weightDecay) ?? weightDecay
        trustCoefficient = try fields.decodeIfPresent(Double.self, forKey: .trustCoefficient) ?? trustCoefficient
    }
}
