import Kernels
import StrictCoding

/// Sets each element to zero with the given probability while training and scales the rest by 1 / (1 - probability);
/// passes everything through otherwise. Srivastava et al. 2014.
///
/// The mask is a function of seed, step, layer, row of the global batch and column: the same for every sharding of
/// the work, and made a second time in the backward pass rather than kept.
public struct Dropout: Layer {
    public static let kind = "dropout"

    /// The share of elements dropped, in 0 ..< 1.
    public var probability: Double

    public init(_ probability: Double) { self.probability = probability }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        // As the kernel sees it: rounded to 1, it would keep nothing.
        guard (0..<1).contains(Float(probability)) else {
            throw NetworkError.invalidLayer(
                layer: graph.scope, problem: "the probability is \(probability), expected one in 0 ..< 1")
        }
        guard graph.mode == .training, probability > 0 else { return input }
        let output = graph.value(shape: input.shape, gradientSharedWith: input)
        graph.append(
            DropoutOperation(
                layer: graph.scope, input: input.id, output: output.id, columns: input.shape.count,
                probability: Float(probability), stream: graph.randomStream()))
        return output
    }

    public init(from tagged: Tagged) throws { self.init(try tagged.value(Double.self)) }
    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind, probability) }
}

/// forward: `y = x · mask / (1 - p)`; backward: `dx = dy · mask / (1 - p)`, in place.
struct DropoutOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    let columns: Int
    let probability: Float
    let stream: UInt32

    var reads: [Value.ID] { [input] }
    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) {
        mask(frame.value(input), into: frame.value(output), frame)
    }

    func backward(_ frame: Frame) {
        guard let gradient = frame.gradient(input) else { return }
        mask(gradient, into: gradient, frame)
    }

    private func mask(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ frame: Frame) {
        frame.kernels.dropout(
            x, into: y, rows: frame.rows, columns: columns, probability: probability,
            seed: frame.seed, step: frame.step, layer: stream, firstRow: frame.firstRow)
    }
}
