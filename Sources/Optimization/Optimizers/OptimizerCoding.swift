import StrictCoding

/// Every kind of optimizer, in the order messages list them.
let optimizerKinds: [any Optimizer.Type] = [SGD.self, Adam.self, AdamW.self, LARS.self, LAMB.self]

/// An optimizer as configurations have it: `adam`, or `{sgd: {learningRate: 0.1}}`.
public struct CodedOptimizer: Codable, Equatable, Sendable {
    public let optimizer: any Optimizer

    public init(_ optimizer: any Optimizer) { self.optimizer = optimizer }

    public static func == (a: CodedOptimizer, b: CodedOptimizer) -> Bool { a.optimizer.isEqual(to: b.optimizer) }

    public init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("optimizer", among: optimizerKinds.map { $0.name })
        let kind: any Optimizer.Type = optimizerKinds.first { $0.name == tagged.name }!
        optimizer = try Self.read(kind, from: tagged)
    }

    private static func read<Kind: Optimizer>(_ kind: Kind.Type, from tagged: Tagged) throws -> any Optimizer {
        guard let standard = Kind.standard else { return try tagged.value(Kind.self) }
        return try tagged.valueIfPresent(Kind.self) ?? standard
    }

    public func encode(to encoder: any Encoder) throws { try encoder.encodeTagged(optimizer.name, optimizer) }
}
