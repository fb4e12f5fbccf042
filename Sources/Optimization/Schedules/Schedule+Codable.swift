import StrictCoding

extension Schedule: Codable {
    private enum Name: String, CaseIterable {
        case constant, step, cosine, linear, polynomial, oneCycle

        var keys: [Key] {
            switch self {
            case .constant: Key.warmup
            case .step: [.everyEpochs, .factor] + Key.warmup
            case .cosine, .linear: [.minimum, .decaySteps] + Key.warmup
            case .polynomial: [.power, .minimum, .decaySteps] + Key.warmup
            case .oneCycle: [.rise, .startDivisor, .endDivisor, .cycleMomentum, .baseMomentum, .maximumMomentum]
            }
        }
    }

    private enum Key: String, CodingKey {
        case everyEpochs, factor, minimum, decaySteps, power, rise, startDivisor, endDivisor
        case cycleMomentum, baseMomentum, maximumMomentum
        case warmupSteps, warmupEpochs, warmupStart

        static let warmup: [Key] = [.warmupSteps, .warmupEpochs, .warmupStart]
    }

    /// What configurations call it.
    public var name: String { kind.rawValue }

    private var kind: Name {
        switch decay {
        case .constant: .constant
        case .step: .step
        case .cosine: .cosine
        case .linear: .linear
        case .polynomial: .polynomial
        case .oneCycle: .oneCycle
        }
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("schedule", among: Name.allCases.map(\.rawValue))
        let kind = Name(rawValue: tagged.name)!
        let fields = try tagged.fields(keyedBy: Key.self, among: kind.keys, isRequired: kind == .step)
        func read<Value: Decodable>(_ key: Key, default standard: Value) throws -> Value {
            try fields?.valueIfPresent(Value.self, forKey: key) ?? standard
        }
        let decay: Decay
        switch kind {
        case .constant: decay = .constant
        case .step:
            decay = .step(
                everyEpochs: try fields!.value(Int.self, forKey: .everyEpochs), factor: try read(.factor, default: 0.1))
        case .cosine:
            decay = .cosine(minimum: try read(.minimum, default: 0), decaySteps: try read(.decaySteps, default: nil))
        case .linear:
            decay = .linear(minimum: try read(.minimum, default: 0), decaySteps: try read(.decaySteps, default: nil))
        case .polynomial:
            decay = .polynomial(
                power: try read(.power, default: 2), minimum: try read(.minimum, default: 0),
                decaySteps: try read(.decaySteps, default: nil))
        case .oneCycle:
            decay = .oneCycle(
                rise: try read(.rise, default: 0.3), startDivisor: try read(.startDivisor, default: 25),
                endDivisor: try read(.endDivisor, default: 10_000), momentum: try Self.momentum(fields))
        }
        self.init(
            decay, warmupSteps: try read(.warmupSteps, default: 0), warmupEpochs: try read(.warmupEpochs, default: 0),
            warmupStart: try read(.warmupStart, default: nil))
    }

    /// - Throws: `StrictCodingError` for the numbers of a cycle that is not asked for.
    private static func momentum(_ fields: KeyedDecodingContainer<Key>?) throws -> MomentumCycle? {
        guard let fields else { return nil }
        let base = try fields.valueIfPresent(Double.self, forKey: .baseMomentum)
        let maximum = try fields.valueIfPresent(Double.self, forKey: .maximumMomentum)
        guard try fields.valueIfPresent(Bool.self, forKey: .cycleMomentum) == true else {
            guard base == nil, maximum == nil else {
                throw StrictCodingError(
                    path: fields.codingPath,
                    problem: "'\(base == nil ? "maximumMomentum" : "baseMomentum")' needs cycleMomentum: true beside it"
                )
            }
            return nil
        }
        let standard = MomentumCycle()
        return MomentumCycle(base: base ?? standard.base, maximum: maximum ?? standard.maximum)
    }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encodeTagged(name, Fields(schedule: self))
    }

    private struct Fields: Encodable {
        let schedule: Schedule

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            switch schedule.decay {
            case .constant: break
            case .step(let everyEpochs, let factor):
                try fields.encode(everyEpochs, forKey: .everyEpochs)
                try fields.encode(factor, forKey: .factor)
            case .cosine(let minimum, let decaySteps), .linear(let minimum, let decaySteps):
                try fields.encode(minimum, forKey: .minimum)
                try fields.encodeIfPresent(decaySteps, forKey: .decaySteps)
            case .polynomial(let power, let minimum, let decaySteps):
                try fields.encode(power, forKey: .power)
                try fields.encode(minimum, forKey: .minimum)
                try fields.encodeIfPresent(decaySteps, forKey: .decaySteps)
            case .oneCycle(let rise, let startDivisor, let endDivisor, let momentum):
                try fields.encode(rise, forKey: .rise)
                try fields.encode(startDivisor, forKey: .startDivisor)
                try fields.encode(endDivisor, forKey: .endDivisor)
                try fields.encode(momentum != nil, forKey: .cycleMomentum)
                guard let momentum else { return }
                try fields.encode(momentum.base, forKey: .baseMomentum)
                try fields.encode(momentum.maximum, forKey: .maximumMomentum)
                return
            }
            try fields.encode(schedule.warmupSteps, forKey: .warmupSteps)
            try fields.encode(schedule.warmupEpochs, forKey: .warmupEpochs)
            try fields.encodeIfPresent(schedule.warmupStart, forKey: .warmupStart)
        }
    }
}
