import Kernels
import StrictCoding

@testable import Networks

/// A layer that copies, so that the next one cannot be fused with the one before.
struct Barrier: Layer {
    static let kind = "barrier"

    init() {}
    init(from tagged: Tagged) throws {}
    func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }

    func build(in graph: inout Graph, input: Value) throws -> Value {
        let output = graph.value(shape: input.shape)
        graph.append(
            CopyOperation(layer: graph.scope, input: input.id, output: output.id, count: input.shape.count))
        return output
    }
}

struct CopyOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    let count: Int

    var savedForBackward: [Value.ID] { [] }
    var gradientSharedWith: Value.ID? { input }

    func forward(_ frame: Frame) {
        frame.value(output).update(from: frame.value(input), count: frame.rows * count)
    }

    func backward(_ frame: Frame) {}
}
