import Kernels
import StrictCoding

/// A convolution over images: each output pixel is a linear layer of the pixels its window covers.
///
/// - Input: `[height, width, channels]`; output: the same with `filters` channels.
/// - Parameters: `weight` of shape `[kernel height, kernel width, channels / groups, filters]`, `bias` of shape
///   `[filters]`.
///
/// With groups, filters see a share of the channels each: the first of as many shares for the first share of the
/// filters, and so on; as many groups as channels is a depthwise convolution.
public struct Convolution: ConvolutionLayer {
    public static let kind = "convolution"
    static let plane = Plane.image

    public var filters: Int
    public var window: Window
    public var groups: Int
    public var bias: Bool
    public var initializer: Initializer
    public var name: String?

    public init(
        _ filters: Int, kernel: Extent, stride: Extent = 1, padding: Padding = .valid, dilation: Extent = 1,
        groups: Int = 1, bias: Bool = true, initializer: Initializer = .he(.normal), name: String? = nil
    ) {
        self.init(
            filters: filters, window: Window(kernel, stride: stride, padding: padding, dilation: dilation),
            groups: groups, bias: bias, initializer: initializer, name: name)
    }

    init(filters: Int, window: Window, groups: Int, bias: Bool, initializer: Initializer, name: String?) {
        self.filters = filters
        self.window = window
        self.groups = groups
        self.bias = bias
        self.initializer = initializer
        self.name = name
    }
}

/// A convolution along signals: each output is a linear layer of the inputs its window covers.
///
/// - Input: `[length, channels]`; output: the same with `filters` channels.
/// - Parameters: `weight` of shape `[kernel, channels / groups, filters]`, `bias` of shape `[filters]`.
///
/// Groups are those of `Convolution`.
public struct Convolution1D: ConvolutionLayer {
    public static let kind = "convolution1D"
    static let plane = Plane.signal

    public var filters: Int
    /// One row high.
    public let window: Window
    public var groups: Int
    public var bias: Bool
    public var initializer: Initializer
    public var name: String?

    public init(
        _ filters: Int, kernel: Int, stride: Int = 1, padding: Padding = .valid, dilation: Int = 1, groups: Int = 1,
        bias: Bool = true, initializer: Initializer = .he(.normal), name: String? = nil
    ) {
        self.init(
            filters: filters, window: Window(length: kernel, stride: stride, padding: padding, dilation: dilation),
            groups: groups, bias: bias, initializer: initializer, name: name)
    }

    init(filters: Int, window: Window, groups: Int, bias: Bool, initializer: Initializer, name: String?) {
        self.filters = filters
        self.window = window
        self.groups = groups
        self.bias = bias
        self.initializer = initializer
        self.name = name
    }
}

/// What the convolutions over images and signals share.
protocol ConvolutionLayer: Layer {
    static var plane: Plane { get }
    var filters: Int { get }
    var window: Window { get }
    var groups: Int { get }
    var bias: Bool { get }
    var initializer: Initializer { get }
    init(filters: Int, window: Window, groups: Int, bias: Bool, initializer: Initializer, name: String?)
}

extension ConvolutionLayer {
    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let layer = graph.scope
        func refuse(_ problem: String) -> NetworkError { .invalidLayer(layer: layer, problem: problem) }
        guard filters > 0 else { throw refuse("filters is \(filters), expected at least 1") }
        let geometry = try WindowGeometry(window, over: input.shape, of: Self.plane, layer: layer)
        guard groups > 0 else { throw refuse("groups is \(groups), expected at least 1") }
        for (what, count) in [("channels", geometry.channels), ("filters", filters)] {
            guard count % groups == 0 else {
                throw refuse("\(count) \(what) cannot be divided into \(groups) groups of the same size")
            }
        }
        let (weights, overflows) = (geometry.taps * geometry.channels).multipliedReportingOverflow(by: filters)
        let (outputs, outputOverflows) = geometry.outputPixels.multipliedReportingOverflow(by: filters)
        guard !overflows, !outputOverflows, max(weights, outputs) <= Shape.largestCount else {
            throw refuse("filters is \(filters), with an input of shape \(input.shape) more than any machine holds")
        }
        if let problem = initializer.problem { throw refuse(problem) }

        let channels = geometry.channels / groups
        let plan = ConvolutionPlan(geometry: geometry, groups: groups, filters: filters)
        let kernel = [geometry.rows.size, geometry.columns.size].suffix(Self.plane == .image ? 2 : 1)
        let weight = graph.parameter(
            "weight", shape: Shape(kernel + [channels, filters]), initializer: initializer,
            fanIn: geometry.taps * channels, fanOut: geometry.taps * filters,
            packing: plan.isDepthwise ? nil : plan.packing(isInputLearning: graph.needsGradient(input)))
        let bias = bias ? graph.parameter("bias", shape: [filters], initializer: .zeros) : nil
        let output = graph.value(shape: geometry.outputShape(channels: filters))
        if geometry.isPointwise && groups == 1 {
            graph.append(
                LinearOperation(
                    layer: layer, input: input.id, output: output.id, weight: weight, bias: bias,
                    inputs: channels, outputs: filters, rowsPerSample: geometry.outputPixels))
        } else if plan.isDepthwise {
            graph.append(
                DepthwiseConvolutionOperation(
                    layer: layer, input: input.id, output: output.id, weight: weight, bias: bias, plan: plan))
        } else {
            graph.append(
                ConvolutionOperation(
                    layer: layer, input: input.id, output: output.id, weight: weight, bias: bias, plan: plan))
        }
        return output
    }
}

private enum ConvolutionKeys: String, CodingKey, CaseIterable {
    case filters, kernel, stride, padding, dilation, groups, bias, initializer, name
}

private struct ConvolutionDescription<Described: ConvolutionLayer>: Codable {
    var layer: Described

    init(_ layer: Described) { self.layer = layer }

    init(from decoder: any Decoder) throws {
        let plane = Described.plane
        let fields = try decoder.strictContainer(keyedBy: ConvolutionKeys.self)
        layer = Described(
            filters: try fields.value(Int.self, forKey: .filters),
            window: Window(
                try plane.extent(in: fields, .kernel), stride: try plane.extentIfPresent(in: fields, .stride) ?? 1,
                padding: try plane.paddingIfPresent(in: fields, .padding) ?? .valid,
                dilation: try plane.extentIfPresent(in: fields, .dilation) ?? 1),
            groups: try fields.valueIfPresent(Int.self, forKey: .groups) ?? 1,
            bias: try fields.valueIfPresent(Bool.self, forKey: .bias) ?? true,
            initializer: try fields.valueIfPresent(Initializer.self, forKey: .initializer) ?? .he(.normal),
            name: try fields.valueIfPresent(String.self, forKey: .name))
    }

    func encode(to encoder: any Encoder) throws {
        let plane = Described.plane
        var fields = encoder.container(keyedBy: ConvolutionKeys.self)
        try fields.encode(layer.filters, forKey: .filters)
        try fields.encode(plane.encodable(layer.window.size), forKey: .kernel)
        try fields.encode(plane.encodable(layer.window.stride), forKey: .stride)
        try fields.encode(plane.encodable(layer.window.padding), forKey: .padding)
        try fields.encode(plane.encodable(layer.window.dilation), forKey: .dilation)
        try fields.encode(layer.groups, forKey: .groups)
        try fields.encode(layer.bias, forKey: .bias)
        try fields.encode(layer.initializer, forKey: .initializer)
        try fields.encodeIfPresent(layer.name, forKey: .name)
    }
}

extension ConvolutionLayer {
    public init(from tagged: Tagged) throws { self = try tagged.value(ConvolutionDescription<Self>.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, ConvolutionDescription(self))
    }
}
