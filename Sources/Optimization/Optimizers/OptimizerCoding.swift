import StrictCoding

/// An optimizer as configurations have it: `adam`, or `{sgd: {learningRate: 0.1}}`.
///
/// Which names there are, the decoder knows: `userInfo[.optimizerKinds]`, or `OptimizerKinds.standard` where nothing
/// stands there.
package struct CodedOptimizer: Codable, Equatable, Sendable {
    package let optimizer: any Optimizer

    package init(_ optimizer: any Optimizer) { self.optimizer = optimizer }

    package static func == (a: CodedOptimizer, b: CodedOptimizer) -> Bool { a.optimizer.isEqual(to: b.optimizer) }

    package init(from decoder: any Decoder) throws {
        optimizer = try (decoder.userInfo[.optimizerKinds] as? OptimizerKinds ?? .standard).optimizer(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeTagged(optimizer.name, optimizer) }
}
