import Networks
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
    /// In the place of the optimizer's; it follows the same schedule and scaling.
    public var learningRate: Double?
    /// In the place of the optimizer's.
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

    func contains(_ name: String) -> Bool { parameters.contains { matches(Array(name), pattern: Array($0)) } }
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

/// How one parameter is trained: the optimizer's numbers, and those of its group.
struct ParameterSettings: Equatable {
    /// Its learning rate over the optimizer's.
    var learningRateFactor: Double
    var weightDecay: Double
    /// Whether LARS and LAMB scale its learning rate by norms.
    var isLayerwise: Bool
    var isFrozen: Bool
}

extension Configuration {
    /// Whether a parameter, by its name, stays as it is.
    func isFrozen(_ parameter: String) -> Bool {
        parameterGroups.first { $0.contains(parameter) }?.frozen ?? false
    }

    /// What to say of batch normalizations that are frozen but for their statistics; nil if there are none.
    func freezingNote(_ layout: ParameterLayout) -> String? {
        let layers = Dictionary(grouping: layout.parameters, by: \.layerName).filter { _, parameters in
            parameters.contains { !$0.isLearned }
                && parameters.allSatisfy { isFrozen($0.name) == $0.isLearned }
        }.keys.sorted()
        guard let first = layers.first else { return nil }
        let others = layers.count > 1 ? ", and of \(layers.count - 1) more layers," : ""
        return
            "the scale and offset of \(first)\(others) are frozen and its statistics are not: it goes on normalizing by "
            + "the rows it trains on; freeze \(first)/* for a fixed function"
    }

    /// - Parameter layout: of the configured network.
    /// - Throws: `TrainingError.invalidConfiguration` for a pattern that no name matches, with all names, and for
    ///   groups that freeze everything.
    func parameterSettings(of layout: ParameterLayout) throws -> [ParameterSettings] {
        let names = layout.parameters.map(\.name)
        for (number, group) in parameterGroups.enumerated() {
            for pattern in group.parameters where !names.contains(where: ParameterGroup([pattern]).contains) {
                throw TrainingError.invalid(
                    "parameterGroups[\(number)].parameters",
                    "a pattern of one of these names: \(names.joined(separator: ", "))", pattern)
            }
        }
        let settings = layout.parameters.map { parameter in
            let group = parameterGroups.first { $0.contains(parameter.name) }
            let isVector = parameter.shape.dimensions.count < 2
            let isExcluded = optimizer.isLayerwise && isVector && group?.layerwise != true
            return ParameterSettings(
                learningRateFactor: group?.learningRate.map { $0 / optimizer.learningRate } ?? 1,
                weightDecay: group?.weightDecay ?? (isExcluded ? 0 : optimizer.weightDecay),
                isLayerwise: optimizer.isLayerwise && group?.layerwise ?? !isVector,
                isFrozen: group?.frozen ?? false)
        }
        if zip(layout.parameters, settings).allSatisfy({ !$0.isLearned || $1.isFrozen }) {
            throw TrainingError.invalid("parameterGroups", "a parameter that is not frozen", "all are")
        }
        return settings
    }

    /// Checks what can be checked without the network.
    func checkParameterGroups() throws {
        for (number, group) in parameterGroups.enumerated() {
            let field = "parameterGroups[\(number)]"
            guard !group.parameters.isEmpty else {
                throw TrainingError.invalid("\(field).parameters", "a pattern", "none")
            }
            if let rate = group.learningRate, !(rate >= 0 && rate.isFinite) {
                throw TrainingError.invalid("\(field).learningRate", "0 or a positive number", rate)
            }
            if let decay = group.weightDecay, !(decay >= 0 && decay.isFinite) {
                throw TrainingError.invalid("\(field).weightDecay", "0 or a positive number", decay)
            }
            for (name, value) in [("learningRate", group.learningRate), ("weightDecay", group.weightDecay)] {
                if let value, value > 0, !value.isInRangeOfFloat {
                    throw TrainingError.invalid("\(field).\(name)", Double.rangeOfFloat, value)
                }
            }
            if group.layerwise != nil, !optimizer.isLayerwise {
                throw TrainingError.invalid("\(field).layerwise", "the optimizer lars or lamb", optimizer.name)
            }
            if group.learningRate == nil, group.weightDecay == nil, group.layerwise == nil, !group.frozen {
                throw TrainingError.invalid(
                    field, "learningRate, weightDecay, layerwise or frozen: true beside the parameters", "none of them")
            }
        }
    }
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
