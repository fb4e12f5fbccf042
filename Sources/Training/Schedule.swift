import Kernels
import StrictCoding

/// How the learning rate changes over a run: a function of the step alone.
///
/// Every schedule may begin with a warm-up, in which the rate rises in equal steps: step i of w, counted from zero, has
/// `base · (i + 1) / w`. After it, with t the steps since and T the steps there are until the end of the decay:
///
///     constant   base
///     step       base · factor^(epochs since the warm-up / everyEpochs, rounded down)
///     cosine     minimum + (base - minimum) · (1 + cos(π · t / T)) / 2        Loshchilov and Hutter 2016
///     linear     base + (minimum - base) · t / T
public struct Schedule: Sendable, Equatable {
    public enum Decay: Sendable, Equatable {
        case constant
        /// Multiplies by `factor` after every so many epochs.
        case step(everyEpochs: Int, factor: Double)
        /// Falls to `minimum` at step `decaySteps`, counted from the start of the run; nil for the end of the run.
        case cosine(minimum: Double, decaySteps: Int?)
        case linear(minimum: Double, decaySteps: Int?)
    }

    public var decay: Decay
    public var warmupSteps: Int

    public init(_ decay: Decay = .constant, warmupSteps: Int = 0) {
        self.decay = decay
        self.warmupSteps = warmupSteps
    }

    public static let constant = Schedule()

    /// The learning rate of a step.
    ///
    /// Computed without the system's mathematical library, whose last bit may differ from machine to machine.
    ///
    /// - Parameters:
    ///   - step: counted from zero.
    ///   - base: the optimizer's learning rate.
    ///   - totalSteps: the steps of the whole run, all its epochs.
    ///   - stepsPerEpoch: at least 1.
    public func learningRate(step: Int, base: Double, totalSteps: Int, stepsPerEpoch: Int) -> Double {
        if step < warmupSteps { return base * Double(step + 1) / Double(warmupSteps) }
        func progress(_ decaySteps: Int?) -> Double {
            let length = (decaySteps ?? totalSteps) - warmupSteps
            return length <= 0 ? 1 : min(1, Double(step - warmupSteps) / Double(length))
        }
        switch decay {
        case .constant:
            return base
        case .step(let everyEpochs, let factor):
            let epochs = (step - warmupSteps) / stepsPerEpoch
            return base * PortableMath.power(factor, epochs / everyEpochs)
        case .cosine(let minimum, let decaySteps):
            let cosine = PortableMath.cosine(Double.pi * progress(decaySteps))
            return minimum + (base - minimum) * (1 + cosine) / 2
        case .linear(let minimum, let decaySteps):
            return base + (minimum - base) * progress(decaySteps)
        }
    }

    /// - Throws: `TrainingError.invalidConfiguration` naming the field, what was expected and what was found.
    func check() throws {
        func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws {
            guard valid else { throw TrainingError.invalid("schedule.\(name).\(field)", expected, found) }
        }
        try expect(warmupSteps >= 0, "warmupSteps", "0 or more", warmupSteps)
        switch decay {
        case .constant: break
        case .step(let everyEpochs, let factor):
            try expect(everyEpochs > 0, "everyEpochs", "at least 1", everyEpochs)
            try expect(factor > 0 && factor.isFinite, "factor", "a positive number", factor)
        case .cosine(let minimum, let decaySteps), .linear(let minimum, let decaySteps):
            try expect(minimum >= 0 && minimum.isFinite, "minimum", "0 or a positive number", minimum)
            if let decaySteps {
                try expect(decaySteps > warmupSteps, "decaySteps", "more than warmupSteps", decaySteps)
            }
        }
    }
}

extension Schedule: Codable {
    private enum Name: String, CaseIterable { case constant, step, cosine, linear }

    private var name: String {
        switch decay {
        case .constant: Name.constant.rawValue
        case .step: Name.step.rawValue
        case .cosine: Name.cosine.rawValue
        case .linear: Name.linear.rawValue
        }
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("schedule", among: Name.allCases.map(\.rawValue))
        switch Name(rawValue: tagged.name)! {
        case .constant: self = try tagged.valueIfPresent(ConstantFields.self)?.schedule ?? .constant
        case .step: self = try tagged.value(StepFields.self).schedule
        case .cosine:
            let fields = try tagged.valueIfPresent(DecayFields.self) ?? DecayFields()
            self.init(.cosine(minimum: fields.minimum, decaySteps: fields.decaySteps), warmupSteps: fields.warmupSteps)
        case .linear:
            let fields = try tagged.valueIfPresent(DecayFields.self) ?? DecayFields()
            self.init(.linear(minimum: fields.minimum, decaySteps: fields.decaySteps), warmupSteps: fields.warmupSteps)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch decay {
        case .constant where warmupSteps == 0:
            try encoder.encodeTagged(name)
        case .constant:
            try encoder.encodeTagged(name, ConstantFields(warmupSteps: warmupSteps))
        case .step(let everyEpochs, let factor):
            try encoder.encodeTagged(
                name, StepFields(everyEpochs: everyEpochs, factor: factor, warmupSteps: warmupSteps))
        case .cosine(let minimum, let decaySteps), .linear(let minimum, let decaySteps):
            try encoder.encodeTagged(
                name, DecayFields(minimum: minimum, decaySteps: decaySteps, warmupSteps: warmupSteps))
        }
    }

    private struct ConstantFields: Codable {
        var warmupSteps: Int
        var schedule: Schedule { Schedule(warmupSteps: warmupSteps) }

        enum CodingKeys: String, CodingKey, CaseIterable { case warmupSteps }

        init(warmupSteps: Int) { self.warmupSteps = warmupSteps }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            warmupSteps = try fields.decodeIfPresent(Int.self, forKey: .warmupSteps) ?? 0
        }
    }

    private struct StepFields: Codable {
        var everyEpochs: Int
        var factor: Double
        var warmupSteps: Int
        var schedule: Schedule {
            Schedule(.step(everyEpochs: everyEpochs, factor: factor), warmupSteps: warmupSteps)
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case everyEpochs, factor, warmupSteps }

        init(everyEpochs: Int, factor: Double, warmupSteps: Int) {
            self.everyEpochs = everyEpochs
            self.factor = factor
            self.warmupSteps = warmupSteps
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            everyEpochs = try fields.decode(Int.self, forKey: .everyEpochs)
            factor = try fields.decodeIfPresent(Double.self, forKey: .factor) ?? 0.1
            warmupSteps = try fields.decodeIfPresent(Int.self, forKey: .warmupSteps) ?? 0
        }
    }

    private struct DecayFields: Codable {
        var minimum = 0.0
        var decaySteps: Int?
        var warmupSteps = 0

        enum CodingKeys: String, CodingKey, CaseIterable { case minimum, decaySteps, warmupSteps }

        init(minimum: Double = 0, decaySteps: Int? = nil, warmupSteps: Int = 0) {
            self.minimum = minimum
            self.decaySteps = decaySteps
            self.warmupSteps = warmupSteps
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            minimum = try fields.decodeIfPresent(Double.self, forKey: .minimum) ?? 0
            decaySteps = try fields.decodeIfPresent(Int.self, forKey: .decaySteps)
            warmupSteps = try fields.decodeIfPresent(Int.self, forKey: .warmupSteps) ?? 0
        }
    }
}
