import StrictCoding

/// Parameters that are trained in another way than the rest.
///
///     parameterGroups:
///       - {parameters: "*/bias", weightDecay: 0}
///       - {parameters: [linear1/*, linear2/weight], learningRate: 0.001}
///       - {parameters: "embedding/*", frozen: true}
///
/// A parameter belongs to the first group that matches its name. In patterns `*` stands for any text, `?` for one
/// character.
public struct ParameterGroup: Sendable, Equatable {
    /// Patterns on names such as `linear1/weight`.
    public var parameters: [String]
    /// A learning rate in the place of the optimizer's; it follows the same schedule and scaling.
    public var learningRate: Double?
    /// A weight decay in the place of the optimizer's.
    public var weightDecay: Double?
    /// Whether LARS and LAMB give each tensor a learning rate of its own; nil for: matrices, and no vectors.
    public var layerwise: Bool?
    /// Whether the parameters stay as they are. Their gradients count in no norm, and what is frozen is a fixed
    /// function: a batch normalization whose mean and variance are frozen normalizes by them while training too.
    public var frozen: Bool

    public init(
        _ parameters: [String], learningRate: Double? = nil, weightDecay: Double? = nil, layerwise: Bool? = nil,
        frozen: Bool = false
    ) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.layerwise = layerwise
        self.frozen = frozen
    }

    /// Whether a parameter of this name matches one of the patterns.
    package func contains(_ name: String) -> Bool { parameters.contains { matches(Array(name), pattern: Array($0)) } }
}

/// Whether a text matches a pattern with `*` and `?`, in time of the product of their lengths.
private func matches(_ text: [Character], pattern: [Character]) -> Bool {
    var (t, p) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while t < text.count {
        if p < pattern.count, pattern[p] == "*" {
            star = (p, t)
            p += 1
        } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
            (t, p) = (t + 1, p + 1)
        } else if let last = star {
            // The last star takes one character more.
            star = (last.pattern, last.text + 1)
            (t, p) = (last.text + 1, last.pattern + 1)
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
}

extension ParameterGroup: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case parameters, learningRate, weightDecay, layerwise, frozen
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        let patterns: [String]
        if let single = try? fields.decode(String.self, forKey: .parameters) {
            patterns = [single]
        } else {
            patterns = try fields.decode([String].self, forKey: .parameters)
        }
        self.init(
            patterns, learningRate: try fields.decodeIfPresent(Double.self, forKey: .learningRate),
            weightDecay: try fields.decodeIfPresent(Double.self, forKey: .weightDecay),
            layerwise: try fields.decodeIfPresent(Bool.self, forKey: .layerwise),
            frozen: try fields.decodeIfPresent(Bool.self, forKey: .frozen) ?? false)
    }
}
