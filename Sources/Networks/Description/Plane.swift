/// What a window passes over: an image or a signal.
///
/// The layer says which, and its name with it. An image of one channel may come without that dimension; guessed from
/// the shape, it would pass for a signal of as many channels as the image is wide.
enum Plane: Sendable {
    /// `[height, width, channels]`
    case image
    /// `[length, channels]`, an image of one row.
    case signal

    /// The shape of inputs, for messages.
    var dimensions: String { self == .image ? "[height, width, channels]" : "[length, channels]" }

    /// Takes the shape of an input apart.
    ///
    /// - Throws: `NetworkError` naming the layer, with a way out where one is likely.
    func extent(of shape: Shape, layer: String) throws -> (rows: Int, columns: Int, channels: Int) {
        switch (self, shape.dimensions) {
        case (.image, let dimensions) where dimensions.count == 3 && shape.count > 0:
            return (dimensions[0], dimensions[1], dimensions[2])
        case (.signal, let dimensions) where dimensions.count == 2 && shape.count > 0:
            return (1, dimensions[0], dimensions[1])
        case (_, let dimensions):
            throw NetworkError.shapeMismatch(
                layer: layer, expected: self.dimensions, found: shape, hint: hint(dimensions))
        }
    }

    private func hint(_ dimensions: [Int]) -> String {
        switch (self, dimensions.count) {
        case (.image, 2):
            "for grey images write {reshape: [\(dimensions[0]), \(dimensions[1]), 1]} before it; "
                + "layers for signals have names that end in 1D"
        case (.signal, 1): "for signals of one channel write {reshape: [\(dimensions[0]), 1]} before it"
        case (.signal, 3): "layers for images have names that do not end in 1D"
        default: ""
        }
    }

    /// The shape of an output.
    func shape(rows: Int, columns: Int, channels: Int) -> Shape {
        self == .image ? [rows, columns, channels] : [columns, channels]
    }

    /// An extent, in messages.
    func text(_ extent: Extent) -> String { self == .image ? extent.description : "\(extent.width)" }

    /// What a window is, so and so many rows and columns.
    var adjectives: (rows: String, columns: String) { self == .image ? ("high", "wide") : ("high", "long") }
}
