import StrictCoding

/// How the learning rate follows the batch size: the optimizer's learning rate is then that of the base batch size.
///
///     learningRateScaling: {linear: 256}
public enum LearningRateScaling: Sendable, Equatable {
    /// The rate grows in proportion: k times the batch, k times the rate (Goyal et al. 2017, arXiv:1706.02677).
    case linear(baseBatchSize: Int)
    /// With the square root: k times the batch, √k times the rate (Krizhevsky 2014, arXiv:1404.5997), usual with Adam
    /// and LAMB.
    case squareRoot(baseBatchSize: Int)

    /// What the learning rate is multiplied by.
    public func factor(batchSize: Int) -> Double {
        switch self {
        case .linear(let base): Double(batchSize) / Double(base)
        case .squareRoot(let base): (Double(batchSize) / Double(base)).squareRoot()
        }
    }

    /// - Throws: `InvalidSetting` that names the field, what was expected and what was found.
    package func check() throws(InvalidSetting) {
        switch self {
        case .linear(let base), .squareRoot(let base):
            guard base > 0 else {
                throw InvalidSetting("learningRateScaling.\(name)", expected: "at least 1", found: base)
            }
        }
    }
}

extension LearningRateScaling: Codable {
    private enum Name: String, CaseIterable { case linear, squareRoot }

    private var name: String {
        switch self {
        case .linear: Name.linear.rawValue
        case .squareRoot: Name.squareRoot.rawValue
        }
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("learning rate scaling", among: Name.allCases.map(\.rawValue))
        let base = try tagged.value(Int.self)
        switch Name(rawValue: tagged.name)! {
        case .linear: self = .linear(baseBatchSize: base)
        case .squareRoot: self = .squareRoot(baseBatchSize: base)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .linear(let base), .squareRoot(let base): try encoder.encodeTagged(name, base)
        }
    }
}
