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

/// forward: `y[i, j] = x[i / h, j / w]`; backward: `dx = Σ dy` over the block of h × w pixels, a chain in their order.
struct UpsamplingOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    /// Of the input.
    let rows: Int
    let columns: Int
    let channels: Int
    let factor: Extent

    var reads: [Value.ID] { [input] }
    var savedForBackward: [Value.ID] { [] }

    /// Floats of a row of the output.
    private var line: Int { columns * factor.width * channels }

    func forward(_ frame: Frame) {
        for row in 0..<frame.rows * rows {
            let x = frame.value(input) + row * columns * channels
            let y = frame.value(output) + row * factor.height * line
            for pixel in 0..<columns * factor.width {
                (y + pixel * channels).update(from: x + pixel / factor.width * channels, count: channels)
            }
            for copy in 1..<factor.height { (y + copy * line).update(from: y, count: line) }
        }
    }

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let dy = frame.gradient(output) else { return }
        for row in 0..<frame.rows * rows {
            for column in 0..<columns {
                let sum = dx + (row * columns + column) * channels
                let block = dy + row * factor.height * line + column * factor.width * channels
                sum.update(from: block, count: channels)
                for i in 0..<factor.height {
                    for j in (i == 0 ? 1 : 0)..<factor.width {
                        frame.kernels.add(block + i * line + j * channels, into: sum, count: channels)
                    }
                }
            }
        }
    }
}
