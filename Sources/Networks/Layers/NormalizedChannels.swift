extension Graph {
    /// New parameters: ones and zeros.
    mutating func affineParameters(channels: Int) -> AffineParameters {
        AffineParameters(
            scale: parameter("scale", shape: [channels], initializer: .ones),
            offset: parameter("offset", shape: [channels], initializer: .zeros))
    }
}

/// The channels of a value that can be normalized, its last dimension.
func normalizedChannels(of input: Value, epsilon: Double, layer: String) throws -> Int {
    guard Float(epsilon) > 0, Float(epsilon).isFinite else {
        throw NetworkError.invalidLayer(layer: layer, problem: "epsilon is \(epsilon), expected a number above 0")
    }
    guard let channels = input.shape.dimensions.last, input.shape.count > 0 else {
        throw NetworkError.shapeMismatch(layer: layer, expected: "[..., channels]", found: input.shape)
    }
    return channels
}
