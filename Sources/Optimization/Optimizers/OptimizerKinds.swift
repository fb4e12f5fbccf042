import StrictCoding

/// The kinds of optimizers that configurations may name. A decoder is handed them.
public struct OptimizerKinds: Sendable {
    /// Those that Lockstep has.
    public static let standard = OptimizerKinds([SGD.self, Adam.self, AdamW.self, LARS.self, LAMB.self])

    /// In the order messages list them.
    public let types: [any Optimizer.Type]

    /// - Precondition: no two have the same name.
    public init(_ types: [any Optimizer.Type]) {
        let names = types.map { $0.name }
        precondition(Set(names).count == names.count, "two kinds of optimizers have one name: \(names)")
        self.types = types
    }

    /// These, and others after them.
    public func adding(_ others: [any Optimizer.Type]) -> OptimizerKinds { OptimizerKinds(types + others) }

    public var names: [String] { types.map { $0.name } }

    /// Reads one optimizer.
    ///
    /// - Throws: `StrictCodingError` for a name that is not among these, with the nearest one; what the optimizer
    ///   throws.
    func optimizer(from decoder: any Decoder) throws -> any Optimizer {
        let tagged = try decoder.tagged("optimizer", among: names)
        let type: any Optimizer.Type = types.first { $0.name == tagged.name }!
        return try Self.read(type, from: tagged)
    }

    private static func read<Kind: Optimizer>(_ kind: Kind.Type, from tagged: Tagged) throws -> any Optimizer {
        guard let standard = Kind.standard else { return try tagged.value(Kind.self) }
        return try tagged.valueIfPresent(Kind.self) ?? standard
    }
}

extension CodingUserInfoKey {
    /// Where a decoder has its `OptimizerKinds`.
    public static let optimizerKinds = CodingUserInfoKey(rawValue: "lockstep.optimizerKinds")!
}
