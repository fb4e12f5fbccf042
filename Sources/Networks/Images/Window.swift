import StrictCoding

/// Two numbers of an image's plane: of rows and of columns. For signals, whose shape is [length, channels], the number of
/// rows is 1. Written `3` where both are the same, `[3, 5]` otherwise.
public struct Extent: Sendable, Hashable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    public var height: Int
    public var width: Int

    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    public init(integerLiteral value: Int) { self.init(value, value) }

    public var description: String { "\(height) × \(width)" }
}

/// How many zeros (for a maximum: nothing) an image is bordered with before a window passes over it.
public enum Padding: Sendable, Hashable {
    /// So many that the output has as many pixels as the input, over the stride and rounded up. An odd one stands
    /// after the image, as in TensorFlow.
    case same
    /// None.
    case valid
    case edges(top: Int, left: Int, bottom: Int, right: Int)

    /// The same on opposite sides.
    public static func of(_ extent: Extent) -> Padding {
        .edges(top: extent.height, left: extent.width, bottom: extent.height, right: extent.width)
    }
}

/// What passes over an image: its size, its step, the border, the distance of its elements.
public struct Window: Sendable, Hashable {
    public var size: Extent
    public var stride: Extent
    public var padding: Padding
    public var dilation: Extent

    public init(_ size: Extent, stride: Extent = 1, padding: Padding = .valid, dilation: Extent = 1) {
        self.size = size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
    }
}

/// Where a window stands on an image of known size: the arithmetic of convolution and pooling, in pixels.
struct WindowGeometry: Sendable, Equatable {
    /// One dimension of the plane.
    struct Axis: Sendable, Equatable {
        let input: Int
        let output: Int
        let size: Int
        let stride: Int
        let dilation: Int
        /// Pixels of border before and after the image. After it there may be fewer than asked for, since the last window
        /// need not reach the end.
        let before: Int
        let after: Int

        /// The image with its border, as far as windows reach.
        var padded: Int { before + input + after }

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

    var inputCount: Int { rows.input * columns.input * channels }
    var outputPixels: Int { rows.output * columns.output }
    var taps: Int { rows.size * columns.size }

    /// Whether a window is one pixel and every pixel has one: the layer then works on pixels alone.
    var isPointwise: Bool {
        [rows, columns].allSatisfy { $0.size == 1 && $0.stride == 1 && $0.before == 0 && $0.output == $0.input }
    }

    /// No image has more pixels a side, and no window or border: what a slip of the pen writes is refused, and no
    /// product of them overflows.
    private static let largest = 1 << 16

    /// - Parameter shape: [height, width, channels], or [length, channels] for a signal.
    /// - Throws: `NetworkError` naming the layer, with the arithmetic where the window does not fit.
    init(_ window: Window, over shape: Shape, layer: String) throws {
        let dimensions = shape.dimensions
        guard (2...3).contains(dimensions.count), shape.count > 0 else {
            throw NetworkError.shapeMismatch(
                layer: layer, expected: "[height, width, channels] or [length, channels]", found: shape)
        }
        func refuse(_ problem: String) -> NetworkError { .invalidLayer(layer: layer, problem: problem) }
        let isSignal = dimensions.count == 2
        let (height, width) = isSignal ? (1, dimensions[0]) : (dimensions[0], dimensions[1])
        for (what, extent) in [("kernel", window.size), ("stride", window.stride), ("dilation", window.dilation)] {
            guard (1...Self.largest).contains(extent.height), (1...Self.largest).contains(extent.width) else {
                throw refuse("\(what) is \(extent), expected 1 or more each")
            }
        }
        guard height <= Self.largest, width <= Self.largest else {
            throw refuse("an input of shape \(shape) has more than \(Self.largest) pixels a side")
        }
        var window = window
        if isSignal {
            // One number means the length; two would say something about rows that there are not.
            guard window.size.height == window.size.width || window.size.height == 1 else {
                throw refuse("a kernel of \(window.size) for a signal of shape \(shape): expected one number")
            }
            (window.size.height, window.stride.height, window.dilation.height) = (1, 1, 1)
        }
        var (top, left, bottom, right) = (0, 0, 0, 0)
        if case .edges(let t, let l, let b, let r) = window.padding {
            (top, left, bottom, right) = isSignal ? (0, l, 0, r) : (t, l, b, r)
            for (edge, count) in [("top", top), ("left", left), ("bottom", bottom), ("right", right)] {
                guard (0...Self.largest).contains(count) else {
                    throw refuse("padding at the \(edge) is \(count), expected 0 or more")
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
        rows = try axis("high", height, window.size.height, window.stride.height, window.dilation.height, top, bottom)
        columns = try axis("wide", width, window.size.width, window.stride.width, window.dilation.width, left, right)
        channels = dimensions.last!
    }

    /// The shape of an output of so many channels, with as many dimensions as the input's.
    func outputShape(channels: Int, like input: Shape) -> Shape {
        input.dimensions.count == 2
            ? [columns.output, channels] : [rows.output, columns.output, channels]
    }
}

extension Int {
    /// The quotient rounded toward minus infinity; the divisor is positive.
    func dividedDown(by divisor: Int) -> Int { self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor) }
}

extension Extent: Codable {
    public init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            let numbers = [try? list.decode(Int.self), try? list.decode(Int.self)].compactMap { $0 }
            guard numbers.count == 2, list.isAtEnd else {
                throw StrictCodingError(
                    path: decoder.codingPath, problem: "expected a whole number or two, [height, width]")
            }
            self.init(numbers[0], numbers[1])
            return
        }
        guard let number = try? decoder.singleValueContainer().decode(Int.self) else {
            throw StrictCodingError(
                path: decoder.codingPath,
                problem: "expected a whole number or two, [height, width], found \(decoder.valueFound)")
        }
        self.init(number, number)
    }

    public func encode(to encoder: any Encoder) throws {
        if height == width {
            var value = encoder.singleValueContainer()
            try value.encode(height)
        } else {
            var list = encoder.unkeyedContainer()
            try list.encode(height)
            try list.encode(width)
        }
    }
}

extension Padding: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case top, left, bottom, right }

    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            switch name {
            case "same": self = .same
            case "valid": self = .valid
            default:
                throw StrictCodingError(
                    path: decoder.codingPath,
                    problem: "expected same, valid, a number, [height, width] or {top, left, bottom, right}, "
                        + "found '\(name)'")
            }
        } else if (try? decoder.container(keyedBy: CodingKeys.self)) != nil {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            func edge(_ key: CodingKeys) throws -> Int { try fields.valueIfPresent(Int.self, forKey: key) ?? 0 }
            self = .edges(
                top: try edge(.top), left: try edge(.left), bottom: try edge(.bottom), right: try edge(.right))
        } else {
            self = .of(try Extent(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .same, .valid:
            var value = encoder.singleValueContainer()
            try value.encode(self == .same ? "same" : "valid")
        case .edges(let top, let left, let bottom, let right) where top == bottom && left == right:
            try Extent(top, left).encode(to: encoder)
        case .edges(let top, let left, let bottom, let right):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(top, forKey: .top)
            try fields.encode(left, forKey: .left)
            try fields.encode(bottom, forKey: .bottom)
            try fields.encode(right, forKey: .right)
        }
    }
}
