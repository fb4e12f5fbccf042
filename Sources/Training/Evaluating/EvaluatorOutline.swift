import Gradients
import Kernels
import Networks

/// What an evaluator holds, known before it is made: activations for all workers, and the outputs of a piece of a
/// split.
struct EvaluatorOutline {
    /// Rows of a piece of work.
    let microBatch: Int
    /// Samples whose outputs are held at once.
    let chunk: Int
    /// Numbers in the output of a sample.
    let width: Int
    private let workers: Int

    init(_ network: CompiledNetwork, workers: Int) {
        self.workers = workers
        let plan = network.inferencePlan
        width = plan.output.shape.count
        microBatch = RowsInFlight.inference.rows(ofBytes: plan.bytesOfRow)
        chunk = RowsInFlight.outputs(piece: microBatch, workers: workers).rows(ofBytes: Self.bytesOfOutput(width))
    }

    /// Bytes of the activations of all workers that have something to do.
    ///
    /// - Parameter samples: of the split.
    func activationBytes(of network: CompiledNetwork, samples: Int, kernels: any KernelTable.Type) -> Int {
        let pieces = (min(chunk, samples) + microBatch - 1) / microBatch
        let bytes = WorkerArena.bytes(plan: network.inferencePlan, capacity: microBatch, kernels: kernels)
        return saturatingProduct(min(workers, pieces), bytes)
    }

    /// Bytes of the outputs of one piece, of targets beside them, and of what is found out about each sample.
    ///
    /// - Parameter samples: of the split.
    func outputBytes(samples: Int) -> Int {
        min(chunk, samples) * (Self.bytesOfOutput(width) + 24)
    }

    private static func bytesOfOutput(_ width: Int) -> Int { MemoryLayout<Float>.stride * max(width, 1) }
}
