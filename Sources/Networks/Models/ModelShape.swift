/// A known network under a name, built from the public layers: `layers(for:)` is what could be written out in its
/// place.
///
/// Parameters are named under the model's own name, such as `resNet1/convolution1/weight`.
package protocol ModelShape: Layer {
    /// The layers for an image of shape `[height, width, channels]`.
    func layers(for image: Shape) throws -> Network
}

extension ModelShape {
    /// An image `[height, width]` is read as one of one channel.
    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let dimensions = input.shape.dimensions
        guard dimensions.count == 2 || dimensions.count == 3 else {
            throw NetworkError.shapeMismatch(
                layer: graph.scope, expected: "[height, width] or [height, width, channels]", found: input.shape)
        }
        let image = dimensions.count == 3 ? dimensions : dimensions + [1]
        let network = try layers(for: Shape(image))
        let isGrey = dimensions.count == 2
        return try Network((isGrey ? [Reshape(image)] : []) + network.layers).build(in: &graph, input: input)
    }

    /// - Throws: `NetworkError` unless the number is 1 or more, and no more than `most`.
    func check(_ number: Int, _ key: String, most: Int = .max) throws {
        guard (1...most).contains(number) else {
            throw NetworkError.invalidLayer(
                layer: name ?? Self.kind,
                problem: "\(key) is \(number), expected 1 \(most == .max ? "or more" : "to \(most)")")
        }
    }
}
