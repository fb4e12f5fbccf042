import Kernels
import StrictCoding

/// Makes an image larger: each pixel becomes a block of equal ones ("nearest neighbor").
///
/// - Input: `[height, width, channels]`; output: `[height · factor, width · factor, channels]`.
public struct Upsample: UpsamplingLayer {
    public static let kind = "upsample"
    static let plane = Plane.image

    public var factor: Extent

    public init(_ factor: Extent) { self.factor = factor }
}

/// Makes a signal longer: each element becomes several equal ones.
///
/// - Input: `[length, channels]`; output: `[length · factor, channels]`.
public struct Upsample1D: UpsamplingLayer {
    public static let kind = "upsample1D"
    static let plane = Plane.signal

    /// One row high.
    public let factor: Extent

    public init(_ factor: Int) { self.init(Extent(1, factor)) }

    init(_ factor: Extent) { self.factor = factor }
}

/// What the layers that make images and signals larger share.
protocol UpsamplingLayer: Layer {
    static var plane: Plane { get }
    var factor: Extent { get }
    init(_ factor: Extent)
}

extension UpsamplingLayer {
    public func build(in graph: inout Graph, input: Value) throws -> Value {
        func refuse(_ problem: String) -> NetworkError { .invalidLayer(layer: graph.scope, problem: problem) }
        let (rows, columns, channels) = try Self.plane.extent(of: input.shape, layer: graph.scope)
        let factors = 1...WindowGeometry.largest
        guard factors.contains(factor.height), factors.contains(factor.width) else {
            throw refuse("the factor is \(Self.plane.text(factor)), expected 1 to \(WindowGeometry.largest)")
        }
        let (count, overflows) = input.shape.count.multipliedReportingOverflow(by: factor.height * factor.width)
        guard !overflows, count <= Shape.largestCount else {
            throw refuse(
                "the factor is \(Self.plane.text(factor)), with an input of shape \(input.shape) more than any machine "
                    + "holds")
        }
        if factor == 1 { return input }
        let output = graph.value(
            shape: Self.plane.shape(rows: rows * factor.height, columns: columns * factor.width, channels: channels))
        graph.append(
            UpsamplingOperation(
                layer: graph.scope, input: input.id, output: output.id, rows: rows, columns: columns,
                channels: channels, factor: factor))
        return output
    }

    public init(from tagged: Tagged) throws { self.init(try tagged.value(Factor<Self>.self).extent) }
    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Factor<Self>(factor))
    }
}

private struct Factor<Described: UpsamplingLayer>: Codable {
    let extent: Extent

    init(_ extent: Extent) { self.extent = extent }
    init(from decoder: any Decoder) throws { extent = try Described.plane.extent(from: decoder) }
    func encode(to encoder: any Encoder) throws { try Described.plane.encodable(extent).encode(to: encoder) }
}
