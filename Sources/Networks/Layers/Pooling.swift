import Kernels
import StrictCoding

/// The largest element of each channel in each window.
///
/// - Input: `[height, width, channels]`, or `[length, channels]`; output: the same with fewer pixels.
///
/// The stride is the window's size unless given. The border is left out of windows. Of equal elements the first gets the
/// gradient.
public struct MaxPool: PoolingLayer {
    public static let kind = "maxPool"
    public var window: Window
    static let function = PoolingOperation.Function.maximum

    public init(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) {
        window = Window(size, stride: stride ?? size, padding: padding)
    }
}

/// The mean of each channel in each window, over the elements that are on the image.
///
/// - Input: `[height, width, channels]`, or `[length, channels]`; output: the same with fewer pixels.
///
/// The stride is the window's size unless given.
public struct AveragePool: PoolingLayer {
    public static let kind = "averagePool"
    public var window: Window
    static let function = PoolingOperation.Function.mean

    public init(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) {
        window = Window(size, stride: stride ?? size, padding: padding)
    }
}

/// The mean of each channel over all pixels.
///
/// - Input: `[height, width, channels]`, or `[length, channels]`; output: `[channels]`.
public struct GlobalAveragePool: Layer {
    public static let kind = "globalAveragePool"

    public init() {}

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let plane = input.shape.dimensions.dropLast()
        guard (1...2).contains(plane.count) else {
            throw NetworkError.shapeMismatch(
                layer: graph.scope, expected: "[height, width, channels] or [length, channels]", found: input.shape)
        }
        let window = Window(plane.count == 1 ? Extent(1, plane[0]) : Extent(plane[0], plane[1]))
        return try graph.pool(
            input, WindowGeometry(window, over: input.shape, layer: graph.scope), .mean,
            output: [input.shape.features])
    }

    public init(from tagged: Tagged) throws { try tagged.refuseValue() }
    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }
}

/// A layer that makes one pixel of the pixels of each window, channel by channel.
protocol PoolingLayer: Layer {
    var window: Window { get }
    static var function: PoolingOperation.Function { get }
    init(_ size: Extent, stride: Extent?, padding: Padding)
}

extension PoolingLayer {
    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let geometry = try WindowGeometry(window, over: input.shape, layer: graph.scope)
        for (name, axis) in [("high", geometry.rows), ("wide", geometry.columns)]
        where axis.before >= axis.size || axis.after >= axis.size {
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: "padding of \(axis.before) and \(axis.after) around a window \(axis.size) \(name): "
                    + "a window would have nothing of the input")
        }
        return try graph.pool(
            input, geometry, Self.function,
            output: geometry.outputShape(channels: geometry.channels, like: input.shape))
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
                    rows: axis(geometry.rows), columns: axis(geometry.columns), channels: geometry.channels),
                inputActivation: function == .maximum ? takeOverActivationGradient(of: input) : .identity))
        return output
    }
}

/// forward: `y = max` or `mean` of each window; backward: `dx` of the largest element, or of all, from `dy`.
///
/// An activation g before a maximum is differentiated at the maximum: the derivative depends on the value alone, and all
/// other elements get none.
struct PoolingOperation: Operation {
    enum Function: Sendable { case maximum, mean }

    let layer: String
    let input: Value.ID
    let output: Value.ID
    let function: Function
    let window: PoolWindow
    let inputActivation: Activation

    var reads: [Value.ID] { [input] }
    var savedForBackward: [Value.ID] { function == .maximum ? [input, output] : [] }

    func forward(_ frame: Frame) {
        let (x, y) = (frame.value(input), frame.value(output))
        switch function {
        case .maximum: frame.kernels.maxPool(x, into: y, images: frame.rows, window: window)
        case .mean: frame.kernels.averagePool(x, into: y, images: frame.rows, window: window)
        }
    }

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let dy = frame.gradient(output) else { return }
        switch function {
        case .maximum:
            let y = frame.value(output)
            if inputActivation != .identity {
                frame.kernels.activationGradient(
                    inputActivation, saved: y, dy: dy, into: dy, count: frame.rows * window.outputCount)
            }
            frame.kernels.maxPoolGradient(
                x: frame.value(input), y: y, dy: dy, into: dx, images: frame.rows, window: window)
        case .mean: frame.kernels.averagePoolGradient(dy: dy, into: dx, images: frame.rows, window: window)
        }
    }
}

private enum PoolingKeys: String, CodingKey, CaseIterable { case size, stride, padding }

private struct PoolingDescription: Codable {
    var size: Extent
    var stride: Extent?
    var padding = Padding.valid

    init(_ window: Window) {
        (size, padding) = (window.size, window.padding)
        stride = window.stride == window.size ? nil : window.stride
    }

    init(from decoder: any Decoder) throws {
        if (try? decoder.container(keyedBy: PoolingKeys.self)) != nil {
            let fields = try decoder.strictContainer(keyedBy: PoolingKeys.self)
            size = try fields.value(Extent.self, forKey: .size)
            stride = try fields.valueIfPresent(Extent.self, forKey: .stride)
            padding = try fields.valueIfPresent(Padding.self, forKey: .padding) ?? .valid
        } else {
            size = try Extent(from: decoder)
        }
    }

    func encode(to encoder: any Encoder) throws {
        if stride == nil && padding == .valid { return try size.encode(to: encoder) }
        var fields = encoder.container(keyedBy: PoolingKeys.self)
        try fields.encode(size, forKey: .size)
        try fields.encodeIfPresent(stride, forKey: .stride)
        try fields.encode(padding, forKey: .padding)
    }
}

extension PoolingLayer {
    public init(from tagged: Tagged) throws {
        let description = try tagged.value(PoolingDescription.self)
        self.init(description.size, stride: description.stride, padding: description.padding)
    }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, PoolingDescription(window))
    }
}
