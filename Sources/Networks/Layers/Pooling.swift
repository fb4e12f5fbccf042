import Kernels
import StrictCoding

/// The largest element of each channel in each window over an image.
///
/// - Input: `[height, width, channels]`; output: the same with fewer pixels.
///
/// The stride is the window's size unless given. The border is left out of windows. Of equal elements the first gets
/// the gradient.
public struct MaxPool: PoolingLayer {
    public static let kind = "maxPool"
    static let (plane, function) = (Plane.image, PoolingOperation.Function.maximum)
    public var window: Window

    public init(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) {
        self.init(window: Window(size, stride: stride ?? size, padding: padding))
    }

    init(window: Window) { self.window = window }
}

/// The mean of each channel in each window over an image, of the elements that are on the image.
///
/// - Input: `[height, width, channels]`; output: the same with fewer pixels.
///
/// The stride is the window's size unless given.
public struct AveragePool: PoolingLayer {
    public static let kind = "averagePool"
    static let (plane, function) = (Plane.image, PoolingOperation.Function.mean)
    public var window: Window

    public init(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) {
        self.init(window: Window(size, stride: stride ?? size, padding: padding))
    }

    init(window: Window) { self.window = window }
}

/// `MaxPool` along a signal.
///
/// - Input: `[length, channels]`; output: the same with a smaller length.
public struct MaxPool1D: PoolingLayer {
    public static let kind = "maxPool1D"
    static let (plane, function) = (Plane.signal, PoolingOperation.Function.maximum)
    /// One row high.
    public let window: Window

    public init(_ size: Int, stride: Int? = nil, padding: Padding = .valid) {
        self.init(window: Window(length: size, stride: stride ?? size, padding: padding))
    }

    init(window: Window) { self.window = window }
}

/// `AveragePool` along a signal.
///
/// - Input: `[length, channels]`; output: the same with a smaller length.
public struct AveragePool1D: PoolingLayer {
    public static let kind = "averagePool1D"
    static let (plane, function) = (Plane.signal, PoolingOperation.Function.mean)
    /// One row high.
    public let window: Window

    public init(_ size: Int, stride: Int? = nil, padding: Padding = .valid) {
        self.init(window: Window(length: size, stride: stride ?? size, padding: padding))
    }

    init(window: Window) { self.window = window }
}

/// The mean of each channel over all pixels.
///
/// - Input: `[height, width, channels]`, or `[length, channels]`; output: `[channels]`.
public struct GlobalAveragePool: Layer {
    public static let kind = "globalAveragePool"

    public init() {}

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let plane: Plane
        switch input.shape.dimensions.count {
        case 2: plane = .signal
        case 3: plane = .image
        default:
            throw NetworkError.shapeMismatch(
                layer: graph.scope, expected: "\(Plane.image.dimensions) or \(Plane.signal.dimensions)",
                found: input.shape)
        }
        let (rows, columns, channels) = try plane.extent(of: input.shape, layer: graph.scope)
        let geometry = try WindowGeometry(
            Window(Extent(rows, columns)), over: input.shape, of: plane, layer: graph.scope)
        return try graph.pool(input, geometry, .mean, output: [channels])
    }

    public init(from tagged: Tagged) throws { try tagged.refuseValue() }
    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }
}

/// A layer that makes one pixel of the pixels of each window, channel by channel.
protocol PoolingLayer: Layer {
    static var plane: Plane { get }
    static var function: PoolingOperation.Function { get }
    var window: Window { get }
    init(window: Window)
}

extension PoolingLayer {
    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let geometry = try WindowGeometry(window, over: input.shape, of: Self.plane, layer: graph.scope)
        let names = Self.plane.adjectives
        for (name, axis) in [(names.rows, geometry.rows), (names.columns, geometry.columns)]
        where axis.before >= axis.size || axis.after >= axis.size {
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: "padding of \(axis.before) and \(axis.after) around a window \(axis.size) \(name): "
                    + "a window would have nothing of the input")
        }
        return try graph.pool(
            input, geometry, Self.function, output: geometry.outputShape(channels: geometry.channels))
    }
}

extension Graph {
    fileprivate mutating func pool(
        _ input: Value, _ geometry: WindowGeometry, _ function: PoolingOperation.Function, output shape: Shape
    ) throws -> Value {
        func axis(_ axis: WindowGeometry.Axis) -> PoolWindow.Axis {
            .init(input: axis.input, output: axis.output, size: axis.size, stride: axis.stride, before: axis.before)
        }
        let output = value(shape: shape)
        append(
            PoolingOperation(
                layer: scope, input: input.id, output: output.id, function: function,
                window: PoolWindow(
                    rows: axis(geometry.rows), columns: axis(geometry.columns), channels: geometry.channels)))
        return output
    }
}

private enum PoolingKeys: String, CodingKey, CaseIterable { case size, stride, padding }

private struct PoolingDescription<Described: PoolingLayer>: Codable {
    var layer: Described

    init(_ layer: Described) { self.layer = layer }

    init(from decoder: any Decoder) throws {
        let plane = Described.plane
        guard (try? decoder.container(keyedBy: PoolingKeys.self)) != nil else {
            let size = try plane.extent(from: decoder)
            layer = Described(window: Window(size, stride: size))
            return
        }
        let fields = try decoder.strictContainer(keyedBy: PoolingKeys.self)
        let size = try plane.extent(in: fields, .size)
        layer = Described(
            window: Window(
                size, stride: try plane.extentIfPresent(in: fields, .stride) ?? size,
                padding: try plane.paddingIfPresent(in: fields, .padding) ?? .valid))
    }

    func encode(to encoder: any Encoder) throws {
        let (plane, window) = (Described.plane, layer.window)
        var fields = encoder.container(keyedBy: PoolingKeys.self)
        try fields.encode(plane.encodable(window.size), forKey: .size)
        try fields.encode(plane.encodable(window.stride), forKey: .stride)
        try fields.encode(plane.encodable(window.padding), forKey: .padding)
    }
}

extension PoolingLayer {
    public init(from tagged: Tagged) throws { self = try tagged.value(PoolingDescription<Self>.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, PoolingDescription(self))
    }
}
