import StrictCoding

/// Which names layers have, the decoder knows: `userInfo[.layerKinds]`, or `LayerKinds.standard` where nothing stands
/// there.
extension Network: Codable {
    public init(from decoder: any Decoder) throws {
        guard var list = try? decoder.unkeyedContainer() else {
            throw StrictCodingError(
                path: decoder.codingPath, problem: "expected a list of layers, found \(decoder.valueFound)")
        }
        layers = []
        while !list.isAtEnd {
            layers.append(try list.decode(TaggedLayer.self).layer)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for layer in layers {
            try list.encode(TaggedLayer(layer: layer))
        }
    }

    private struct TaggedLayer: Codable {
        let layer: any Layer

        init(layer: any Layer) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            layer = try (decoder.userInfo[.layerKinds] as? LayerKinds ?? .standard).layer(from: decoder)
        }

        func encode(to encoder: any Encoder) throws { try layer.encodeTagged(to: encoder) }
    }
}
