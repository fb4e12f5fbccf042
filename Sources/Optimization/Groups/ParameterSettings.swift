import Networks
import StrictCoding

/// How one parameter is trained: the optimizer's numbers, or those of its group in their place.
package struct ParameterSettings: Sendable, Equatable {
    /// The parameter's learning rate over the optimizer's.
    package var learningRateFactor: Double
    package var weightDecay: Double
    /// Whether LARS and LAMB scale its learning rate by norms.
    package var isLayerwise: Bool
    package var isFrozen: Bool

    package init(learningRateFactor: Double = 1, weightDecay: Double, isLayerwise: Bool, isFrozen: Bool = false) {
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
        self.isLayerwise = isLayerwise
        self.isFrozen = isFrozen
    }
}

extension [ParameterGroup] {
    /// Whether a parameter, by its name, stays as it is.
    package func isFrozen(_ parameter: String) -> Bool { first { $0.contains(parameter) }?.frozen ?? false }

    /// What to say of batch normalizations that are frozen but for their statistics; nil if there are none.
    package func freezingNote(_ layout: ParameterLayout) -> String? {
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

    /// How each parameter is trained, in the order of the layout.
    ///
    /// - Throws: `InvalidSetting` for a pattern that no name matches, with all names, and for groups that freeze
    ///   everything.
    package func settings(
        of layout: ParameterLayout, with optimizer: any Optimizer
    ) throws(InvalidSetting) -> [ParameterSettings] {
        let names = layout.parameters.map(\.name)
        for (number, group) in enumerated() {
            for pattern in group.parameters where !names.contains(where: ParameterGroup([pattern]).contains) {
                throw InvalidSetting(
                    "parameterGroups[\(number)].parameters",
                    expected: "a pattern of one of these names: \(names.joined(separator: ", "))", found: pattern)
            }
        }
        let settings = layout.parameters.map { parameter in
            let group = first { $0.contains(parameter.name) }
            let isVector = parameter.shape.dimensions.count < 2
            let isExcluded = optimizer.isLayerwise && isVector && group?.layerwise != true
            return ParameterSettings(
                learningRateFactor: group?.learningRate.map { $0 / optimizer.learningRate } ?? 1,
                weightDecay: group?.weightDecay ?? (isExcluded ? 0 : optimizer.weightDecay),
                isLayerwise: optimizer.isLayerwise && group?.layerwise ?? !isVector,
                isFrozen: group?.frozen ?? false)
        }
        if zip(layout.parameters, settings).allSatisfy({ !$0.isLearned || $1.isFrozen }) {
            throw InvalidSetting("parameterGroups", expected: "a parameter that is not frozen", found: "all are")
        }
        return settings
    }

    /// Checks what can be checked without the network.
    ///
    /// - Throws: `InvalidSetting` that names the field, what was expected and what was found.
    package func check(with optimizer: any Optimizer) throws(InvalidSetting) {
        for (number, group) in enumerated() {
            let path = "parameterGroups[\(number)]"
            func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws(InvalidSetting) {
                guard valid else { throw InvalidSetting(path + field, expected: expected, found: found) }
            }
            try expect(!group.parameters.isEmpty, ".parameters", "a pattern", "none")
            for (field, number) in [(".learningRate", group.learningRate), (".weightDecay", group.weightDecay)] {
                guard let number else { continue }
                try expect(number >= 0 && number.isFinite, field, "0 or a positive number", number)
                try expect(number == 0 || number.isInRangeOfFloat, field, Double.rangeOfFloat, number)
            }
            try expect(
                group.layerwise == nil || optimizer.isLayerwise, ".layerwise", "the optimizer lars or lamb",
                optimizer.name)
            try expect(
                group.learningRate != nil || group.weightDecay != nil || group.layerwise != nil || group.frozen, "",
                "learningRate, weightDecay, layerwise or frozen: true beside the parameters", "none of them")
        }
    }
}
