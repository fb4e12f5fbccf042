/// Where a window stands on an image of known size: the arithmetic of convolution and pooling, in pixels.
struct WindowGeometry: Sendable, Equatable {
    /// One dimension of the plane.
    struct Axis: Sendable, Equatable {
        let input: Int
        let output: Int
        let size: Int
        let stride: Int
        let dilation: Int
        /// Pixels of border before and after the image. After it there may be fewer than asked for, since the last
        /// window need not reach the end.
        let before: Int
        let after: Int

        /// The image with its border, as far as windows reach.
        var padded: Int { before + input + after }

        /// The elements of an output's window that are on the image, as against its border.
        func tapsInside(output: Int) -> Range<Int> {
            let first = output * stride - before
            // first + dilation · tap in 0 ..< input
            let start = min(max(0, (-first + dilation - 1).dividedDown(by: dilation)), size)
            let end = min(size, (input - 1 - first).dividedDown(by: dilation) + 1)
            return start..<max(start, end)
        }

        /// Which outputs' windows have their element `tap` on the image, as against its border.
        func outputsInside(tap: Int) -> Range<Int> {
            let offset = tap * dilation - before
            // stride · output + offset in 0 ..< input
            let first = max(0, (-offset + stride - 1).dividedDown(by: stride))
            let end = min(output, (input - 1 - offset).dividedDown(by: stride) + 1)
            return first..<max(first, end)
        }
    }

    let rows: Axis
    let columns: Axis
    let channels: Int
    let plane: Plane

    var inputCount: Int { rows.input * columns.input * channels }
    var outputPixels: Int { rows.output * columns.output }
    var taps: Int { rows.size * columns.size }

    /// Whether a window is one pixel and every pixel has one: the layer then works on pixels alone.
    var isPointwise: Bool {
        [rows, columns].allSatisfy { $0.size == 1 && $0.stride == 1 && $0.before == 0 && $0.output == $0.input }
    }

    /// No image has more pixels a side, and no window or border: what a slip of the pen writes is refused, and no
    /// product of them overflows.
    static let largest = 1 << 16

    /// - Throws: `NetworkError` naming the layer, with the arithmetic where the window does not fit.
    init(_ window: Window, over shape: Shape, of plane: Plane, layer: String) throws {
        func refuse(_ problem: String) -> NetworkError { .invalidLayer(layer: layer, problem: problem) }
        let (height, width, channels) = try plane.extent(of: shape, layer: layer)
        for (what, extent) in [("kernel", window.size), ("stride", window.stride), ("dilation", window.dilation)] {
            guard (1...Self.largest).contains(extent.height), (1...Self.largest).contains(extent.width) else {
                throw refuse(
                    "\(what) is \(plane.text(extent)), expected 1 ... \(Self.largest)"
                        + (plane == .image ? " each" : ""))
            }
        }
        guard height <= Self.largest, width <= Self.largest else {
            throw refuse("an input of shape \(shape) has more than \(Self.largest) pixels a side")
        }
        var (top, left, bottom, right) = (0, 0, 0, 0)
        if case .edges(let t, let l, let b, let r) = window.padding {
            (top, left, bottom, right) = (t, l, b, r)
            for (edge, count) in [("top", top), ("left", left), ("bottom", bottom), ("right", right)] {
                guard (0...Self.largest).contains(count) else {
                    throw refuse("padding at the \(edge) is \(count), expected 0 ... \(Self.largest)")
                }
            }
        }
        func axis(
            _ name: String, _ input: Int, _ size: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
        ) throws -> Axis {
            let reach = (size - 1) * dilation + 1
            var (before, after) = (before, after)
            if window.padding == .same {
                let missing = max(((input + stride - 1) / stride - 1) * stride + reach - input, 0)
                (before, after) = (missing / 2, missing - missing / 2)
            }
            guard input + before + after >= reach else {
                let dilated = dilation > 1 ? " with dilation \(dilation), \(reach) pixels," : ""
                throw refuse(
                    "a window \(size) \(name)\(dilated) does not fit an input of shape \(shape): "
                        + "\(input) + \(before) + \(after) of padding - \(reach) is below 0")
            }
            let output = (input + before + after - reach) / stride + 1
            return Axis(
                input: input, output: output, size: size, stride: stride, dilation: dilation, before: before,
                after: max(0, (output - 1) * stride + reach - before - input))
        }
        let names = plane.adjectives
        rows = try axis(
            names.rows, height, window.size.height, window.stride.height, window.dilation.height, top, bottom)
        columns = try axis(
            names.columns, width, window.size.width, window.stride.width, window.dilation.width, left, right)
        self.channels = channels
        self.plane = plane
    }

    /// The shape of an output of so many channels.
    func outputShape(channels: Int) -> Shape {
        plane.shape(rows: rows.output, columns: columns.output, channels: channels)
    }
}

extension Int {
    /// The quotient rounded toward minus infinity; the divisor is positive.
    func dividedDown(by divisor: Int) -> Int { self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor) }
}
