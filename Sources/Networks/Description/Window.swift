/// Two numbers of an image's plane: of rows and of columns. Written `3` where both are the same, `[3, 5]` otherwise.
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

    /// Before and after a signal.
    public static func edges(left: Int, right: Int) -> Padding { .edges(top: 0, left: left, bottom: 0, right: right) }

    /// The same on opposite sides.
    public static func of(_ extent: Extent) -> Padding {
        .edges(top: extent.height, left: extent.width, bottom: extent.height, right: extent.width)
    }
}

/// What passes over an image or a signal: its size, its step, the border, the distance of its elements.
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

    /// A window along a signal, which is an image of one row. Of the padding, left and right count.
    public init(length: Int, stride: Int = 1, padding: Padding = .valid, dilation: Int = 1) {
        self.init(Extent(1, length), stride: Extent(1, stride), padding: padding, dilation: Extent(1, dilation))
        if case .edges(_, let left, _, let right) = padding { self.padding = .edges(left: left, right: right) }
    }
}
