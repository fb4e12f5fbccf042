import StrictCoding

/// How gradients change parameters. PyTorch's conventions in order of operations and defaults.
public enum Optimizer: Sendable, Equatable {
    /// Stochastic gradient descent, with momentum and weight decay.
    case sgd(SGD)
    /// Kingma and Ba 2014, arXiv:1412.6980. Weight decay, if any, is added to the gradient.
    case adam(Adam)
    /// Loshchilov and Hutter 2017, arXiv:1711.05101: Adam with weight decay apart from the gradient.
    case adamW(Adam)

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

    /// The learning rate that a schedule varies.
    public var learningRate: Double {
        switch self {
        case .sgd(let sgd): sgd.learningRate
        case .adam(let adam), .adamW(let adam): adam.learningRate
        }
    }

    /// The weight decay that AdamW has when none is given.
    static let defaultAdamWWeightDecay = 0.01

    /// - Throws: `TrainingError.invalidConfiguration` naming the field, what was expected and what was found.
    func check() throws {
        func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws {
            guard valid else { throw TrainingError.invalid("optimizer.\(name).\(field)", expected, found) }
        }
        func expectShared(_ learningRate: Double, _ weightDecay: Double) throws {
            try expect(learningRate > 0 && learningRate.isFinite, "learningRate", "a positive number", learningRate)
            try expect(weightDecay >= 0 && weightDecay.isFinite, "weightDecay", "0 or a positive number", weightDecay)
        }
        switch self {
        case .sgd(let sgd):
            try expectShared(sgd.learningRate, sgd.weightDecay)
            try expect((0..<1).contains(sgd.momentum), "momentum", "a number in 0 ..< 1", sgd.momentum)
            try expect(!sgd.nesterov || sgd.momentum > 0, "nesterov", "a momentum beside it", "none")
        case .adam(let adam), .adamW(let adam):
            try expectShared(adam.learningRate, adam.weightDecay)
            try expect((0..<1).contains(adam.beta1), "beta1", "a number in 0 ..< 1", adam.beta1)
            try expect((0..<1).contains(adam.beta2), "beta2", "a number in 0 ..< 1", adam.beta2)
            try expect(adam.epsilon > 0 && adam.epsilon.isFinite, "epsilon", "a positive number", adam.epsilon)
        }
    }
}

extension Optimizer: Codable {
    private enum Name: String, CaseIterable { case sgd, adam, adamW }

    private var name: String {
        switch self {
        case .sgd: Name.sgd.rawValue
        case .adam: Name.adam.rawValue
        case .adamW: Name.adamW.rawValue
        }
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("optimizer", among: Name.allCases.map(\.rawValue))
        switch Name(rawValue: tagged.name)! {
        case .sgd: self = .sgd(try tagged.value(SGD.self))
        case .adam: self = .adam(try tagged.valueIfPresent(AdamFields.self)?.adam(weightDecay: 0) ?? Adam())
        case .adamW:
            let decay = Self.defaultAdamWWeightDecay
            self = .adamW(
                try tagged.valueIfPresent(AdamFields.self)?.adam(weightDecay: decay) ?? Adam(weightDecay: decay))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .sgd(let sgd): try encoder.encodeTagged(name, sgd)
        case .adam(let adam), .adamW(let adam): try encoder.encodeTagged(name, AdamFields(adam))
        }
    }

    /// Adam's fields as written, where the default of the weight decay depends on the name above them.
    private struct AdamFields: Codable {
        var learningRate: Double?
        var beta1: Double?
        var beta2: Double?
        var epsilon: Double?
        var weightDecay: Double?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case learningRate, beta1, beta2, epsilon, weightDecay
        }

        init(_ adam: Adam) {
            learningRate = adam.learningRate
            beta1 = adam.beta1
            beta2 = adam.beta2
            epsilon = adam.epsilon
            weightDecay = adam.weightDecay
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            learningRate = try fields.decodeIfPresent(Double.self, forKey: .learningRate)
            beta1 = try fields.decodeIfPresent(Double.self, forKey: .beta1)
            beta2 = try fields.decodeIfPresent(Double.self, forKey: .beta2)
            epsilon = try fields.decodeIfPresent(Double.self, forKey: .epsilon)
            weightDecay = try fields.decodeIfPresent(Double.self, forKey: .weightDecay)
        }

        func adam(weightDecay defaultDecay: Double) -> Adam {
            let standard = Adam()
            return Adam(
                learningRate: learningRate ?? standard.learningRate, beta1: beta1 ?? standard.beta1,
                beta2: beta2 ?? standard.beta2, epsilon: epsilon ?? standard.epsilon,
                weightDecay: weightDecay ?? defaultDecay)
        }
    }
}

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
