import Gradients
import Networks

/// Bytes that a step streams: gradients, parameters, moments and packed weights, each of which is as large as the
/// network. What fits the caches of it does not reach memory; inputs and activations are not in it.
struct StepTraffic {
    /// Floats of the parameter buffer, and of the weights' packed forms.
    let parameters: Int
    let packed: Int
    /// Buffers of the optimizer.
    let moments: Int

    /// The forward form of each weight of a product, and its transpose where inputs have gradients.
    static func packedFloats(_ layout: ParameterLayout) -> Int {
        layout.parameters.filter(\.isMatrixOperand).reduce(0) { $0 + $1.count * ($1.isTransposedOperand ? 2 : 1) }
    }

    /// Gradients of a shard are fetched and written, and all weights read, with every micro-batch.
    func gradients(microBatches: Int) -> Double { 4 * Double(microBatches) * Double(2 * parameters + packed) }

    /// Bytes for the gradients of two siblings that are added: two are read and one is written.
    var fold: Double { 12 * Double(parameters) }

    /// Roots are read; parameters and moments read and written; packed forms fetched and written.
    func update(roots: Int) -> Double { 4 * Double(parameters) * Double(roots + 2 + 2 * moments) + 8 * Double(packed) }

    /// A whole step.
    ///
    /// - Parameter microBatches: of each shard.
    func step(_ shape: ReductionShape, microBatches: Int) -> Double {
        Double(shape.shards) * gradients(microBatches: microBatches)
            + Double(shape.shards - shape.pairs - shape.roots) * fold + update(roots: shape.roots)
    }
}
