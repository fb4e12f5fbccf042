import Kernels
import StrictCoding

/// How a weight gets its initial values, a function of seed and parameter alone.
public enum Initializer: Sendable, Equatable {
    /// The shape of the distribution that a variance-scaling initializer draws from.
    public enum Distribution: String, Sendable, CaseIterable { case normal, uniform }

    /// Variance 2 / fanIn, for rectifiers. He et al. 2015, arXiv:1502.01852.
    case he(Distribution)
    /// Variance 2 / (fanIn + fanOut). Glorot and Bengio 2010.
    case glorot(Distribution)
    /// Variance 1 / fanIn. LeCun et al. 1998, "Efficient BackProp".
    case lecun(Distribution)
    /// Mean 0 and the given standard deviation.
    case normal(standardDeviation: Double)
    /// Uniform in [-limit, limit).
    case uniform(limit: Double)
    case zeros
    case ones

    /// What is wrong with the initializer's number, if anything.
    var problem: String? {
        func isUsable(_ number: Double) -> Bool { number >= 0 && Float(number).isFinite }
        return switch self {
        case .normal(let standardDeviation) where !isUsable(standardDeviation):
            "the initializer's standard deviation is \(standardDeviation), expected a number of 0 or more"
        case .uniform(let limit) where !isUsable(limit):
            "the initializer's limit is \(limit), expected a number of 0 or more"
        case .he, .glorot, .lecun, .normal, .uniform, .zeros, .ones: nil
        }
    }

    /// Fills one parameter.
    ///
    /// - Parameters:
    ///   - stream: which of the seed's random streams to draw from: the parameter's index.
    ///   - fanIn, fanOut: how many inputs reach one output, and the reverse.
    func fill(
        _ values: UnsafeMutableBufferPointer<Float>, fanIn: Int, fanOut: Int,
        seed: UInt64, stream: UInt32, kernels: any KernelTable.Type
    ) {
        func draw(_ distribution: Distribution, variance: Double) {
            switch distribution {
            case .normal: normal(variance.squareRoot())
            // A uniform distribution on [-limit, limit) has the variance limit² / 3.
            case .uniform: uniform((3 * variance).squareRoot())
            }
        }
        func normal(_ standardDeviation: Double) {
            kernels.normal(
                into: values.baseAddress!, count: values.count, seed: seed, stream: stream,
                mean: 0, standardDeviation: Float(standardDeviation))
        }
        func uniform(_ limit: Double) {
            kernels.uniform(
                into: values.baseAddress!, count: values.count, seed: seed, stream: stream,
                low: -Float(limit), high: Float(limit))
        }
        guard !values.isEmpty else { return }
        switch self {
        case .he(let distribution): draw(distribution, variance: 2 / Double(fanIn))
        case .glorot(let distribution): draw(distribution, variance: 2 / Double(fanIn + fanOut))
        case .lecun(let distribution): draw(distribution, variance: 1 / Double(fanIn))
        case .normal(let standardDeviation): normal(standardDeviation)
        case .uniform(let limit): uniform(limit)
        case .zeros: values.update(repeating: 0)
        case .ones: values.update(repeating: 1)
        }
    }
}

extension Initializer.Distribution: Codable {
    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("distribution", among: Self.allCases.map(\.rawValue))
        try tagged.refuseValue()
        self = Self(rawValue: tagged.name)!
    }
}

extension Initializer: Codable {
    private enum Name: String, CaseIterable { case he, glorot, lecun, normal, uniform, zeros, ones }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("initializer", among: Name.allCases.map(\.rawValue))
        func distribution() throws -> Distribution {
            try tagged.valueIfPresent(Distribution.self) ?? .normal
        }
        switch Name(rawValue: tagged.name)! {
        case .he: self = .he(try distribution())
        case .glorot: self = .glorot(try distribution())
        case .lecun: self = .lecun(try distribution())
        case .normal: self = .normal(standardDeviation: try tagged.value(Double.self))
        case .uniform: self = .uniform(limit: try tagged.value(Double.self))
        case .zeros:
            try tagged.refuseValue()
            self = .zeros
        case .ones:
            try tagged.refuseValue()
            self = .ones
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .he(let distribution): try encoder.encodeTagged(Name.he.rawValue, distribution)
        case .glorot(let distribution): try encoder.encodeTagged(Name.glorot.rawValue, distribution)
        case .lecun(let distribution): try encoder.encodeTagged(Name.lecun.rawValue, distribution)
        case .normal(let standardDeviation): try encoder.encodeTagged(Name.normal.rawValue, standardDeviation)
        case .uniform(let limit): try encoder.encodeTagged(Name.uniform.rawValue, limit)
        case .zeros: try encoder.encodeTagged(Name.zeros.rawValue)
        case .ones: try encoder.encodeTagged(Name.ones.rawValue)
        }
    }
}
