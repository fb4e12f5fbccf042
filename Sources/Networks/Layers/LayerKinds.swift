import StrictCoding

/// The kinds of layers that descriptions may name.
///
/// A decoder is handed them, and hands them on to all that is nested:
///
///     let decoder = YAMLDecoder()
///     let network = try decoder.decode(
///         Network.self, from: text, userInfo: [.layerKinds: LayerKinds.standard.adding([Gate.self])])
public struct LayerKinds: Sendable {
    /// In the order messages list them.
    public let types: [any Layer.Type]

    /// - Precondition: no two have the same name.
    public init(_ types: [any Layer.Type]) {
        let names = types.map { $0.kind }
        precondition(Set(names).count == names.count, "two kinds of layers have one name: \(names)")
        self.types = types
    }

    /// These, and others after them.
    public func adding(_ others: [any Layer.Type]) -> LayerKinds { LayerKinds(types + others) }

    public var names: [String] { types.map { $0.kind } }

    /// Reads one layer.
    ///
    /// - Throws: `StrictCodingError` for a name that is not among these, with the nearest one; what the layer throws.
    func layer(from decoder: any Decoder) throws -> any Layer {
        let tagged = try decoder.tagged("layer", among: names)
        return try types.first { $0.kind == tagged.name }!.init(from: tagged)
    }
}

extension CodingUserInfoKey {
    /// Where a decoder has its `LayerKinds`.
    public static let layerKinds = CodingUserInfoKey(rawValue: "lockstep.layerKinds")!
}
