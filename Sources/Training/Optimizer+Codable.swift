import StrictCoding

extension Optimizer: Codable {
    private enum Name: String, CaseIterable { case sgd, adam, adamW, lars, lamb }

    var name: String {
        switch self {
        case .sgd: Name.sgd.rawValue
        case .adam: Name.adam.rawValue
        case .adamW: Name.adamW.rawValue
        case .lars: Name.lars.rawValue
        case .lamb: Name.lamb.rawValue
        }
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("optimizer", among: Name.allCases.map(\.rawValue))
        switch Name(rawValue: tagged.name)! {
        case .sgd: self = .sgd(try tagged.value(SGD.self))
        case .adam: self = .adam(try Self.adam(tagged, default: Adam()))
        case .adamW: self = .adamW(try Self.adam(tagged, default: Adam(weightDecay: 0.01)))
        case .lars: self = .lars(try tagged.value(LARS.self))
        case .lamb: self = .lamb(try Self.adam(tagged, default: Adam(epsilon: 1e-6, weightDecay: 0.01)))
        }
    }

    private static func adam(_ tagged: Tagged, default standard: Adam) throws -> Adam {
        try tagged.valueIfPresent(AdamFields.self)?.adam(standard) ?? standard
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .sgd(let sgd): try encoder.encodeTagged(name, sgd)
        case .adam(let adam), .adamW(let adam), .lamb(let adam): try encoder.encodeTagged(name, AdamFields(adam))
        case .lars(let lars): try encoder.encodeTagged(name, lars)
        }
    }

    /// Adam's fields as written, where defaults depend on the name above them.
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

        func adam(_ standard: Adam) -> Adam {
            Adam(
                learningRate: learningRate ?? standard.learningRate, beta1: beta1 ?? standard.beta1,
                beta2: beta2 ?? standard.beta2, epsilon: epsilon ?? standard.epsilon,
                weightDecay: weightDecay ?? standard.weightDecay)
        }
    }
}
