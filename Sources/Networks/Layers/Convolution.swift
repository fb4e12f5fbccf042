import Kernels
import StrictCoding

/// A convolution over images or signals: each output pixel is a linear layer of the pixels its window covers.
///
/// - Input: `[height, width, channels]`, or `[length, channels]` for a signal; output: the same with `filters` channels.
/// - Parameters: `weight` of shape `[kernel height, kernel width, channels / groups, filters]`, without the height for a
///   signal, and `bias` of shape `[filters]`.
///
/// With groups, filters see a share of the channels each: the first of as many shares for the first share of the filters,
/// and so on; as many groups as channels is a depthwise convolution.
public struct Convolution: Layer {
    public static let kind = "convolution"

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
        self.filters = filters
        self.window = Window(kernel, stride: stride, padding: padding, dilation: dilation)
        self.groups = groups
        self.bias = bias
        self.initializer = initializer
        self.name = name
    }

    /// Elements of a weight or of an output: 4 TiB. Keeps a slip of the pen from overflowing the numbers of the layout.
    private static let largestSize = 1 << 40

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let layer = graph.scope
        func refuse(_ problem: String) -> NetworkError { .invalidLayer(layer: layer, problem: problem) }
        guard filters > 0 else { throw refuse("filters is \(filters), expected at least 1") }
        let geometry = try WindowGeometry(window, over: input.shape, layer: layer)
        guard groups > 0 else { throw refuse("groups is \(groups), expected at least 1") }
        for (what, count) in [("channels", geometry.channels), ("filters", filters)] {
            guard count % groups == 0 else {
                throw refuse("\(count) \(what) cannot be divided into \(groups) groups of the same size")
            }
        }
        let (weights, overflows) = (geometry.taps * geometry.channels).multipliedReportingOverflow(by: filters)
        let (outputs, outputOverflows) = geometry.outputPixels.multipliedReportingOverflow(by: filters)
        guard !overflows, !outputOverflows, max(weights, outputs) <= Self.largestSize else {
            throw refuse("filters is \(filters), with an input of shape \(input.shape) more than any machine holds")
        }
        if let problem = initializer.problem { throw refuse(problem) }

        let channels = geometry.channels / groups
        let plan = ConvolutionPlan(geometry: geometry, groups: groups, filters: filters)
        let kernel = [geometry.rows.size, geometry.columns.size].suffix(input.shape.dimensions.count - 1)
        let weight = graph.parameter(
            "weight", shape: Shape(kernel + [channels, filters]), initializer: initializer,
            fanIn: geometry.taps * channels, fanOut: geometry.taps * filters,
            packing: plan.packing(isInputLearning: graph.needsGradient(input)))
        let bias = bias ? graph.parameter("bias", shape: [filters], initializer: .zeros) : nil
        let output = graph.value(shape: geometry.outputShape(channels: filters, like: input.shape))
        let inputActivation = graph.takeOverActivationGradient(of: input)
        if geometry.isPointwise && groups == 1 {
            graph.append(
                LinearOperation(
                    layer: layer, input: input.id, output: output.id, weight: weight, bias: bias,
                    inputs: channels, outputs: filters, rowsPerSample: geometry.outputPixels, activation: .identity,
                    inputActivation: inputActivation))
        } else {
            graph.append(
                ConvolutionOperation(
                    layer: layer, input: input.id, output: output.id, weight: weight, bias: bias, plan: plan,
                    activation: .identity, inputActivation: inputActivation))
        }
        return output
    }
}

extension Convolution {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case filters, kernel, stride, padding, dilation, groups, bias, initializer, name
    }

    private struct Description: Codable {
        var layer: Convolution

        init(_ layer: Convolution) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            layer = Convolution(
                try fields.value(Int.self, forKey: .filters),
                kernel: try fields.value(Extent.self, forKey: .kernel),
                stride: try fields.valueIfPresent(Extent.self, forKey: .stride) ?? 1,
                padding: try fields.valueIfPresent(Padding.self, forKey: .padding) ?? .valid,
                dilation: try fields.valueIfPresent(Extent.self, forKey: .dilation) ?? 1,
                groups: try fields.valueIfPresent(Int.self, forKey: .groups) ?? 1,
                bias: try fields.valueIfPresent(Bool.self, forKey: .bias) ?? true,
                initializer: try fields.valueIfPresent(Initializer.self, forKey: .initializer) ?? .he(.normal),
                name: try fields.valueIfPresent(String.self, forKey: .name))
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.filters, forKey: .filters)
            try fields.encode(layer.window.size, forKey: .kernel)
            try fields.encode(layer.window.stride, forKey: .stride)
            try fields.encode(layer.window.padding, forKey: .padding)
            try fields.encode(layer.window.dilation, forKey: .dilation)
            try fields.encode(layer.groups, forKey: .groups)
            try fields.encode(layer.bias, forKey: .bias)
            try fields.encode(layer.initializer, forKey: .initializer)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Description.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(self))
    }
}
