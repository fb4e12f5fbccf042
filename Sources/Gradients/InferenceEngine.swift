import Batches
import Kernels
import Networks
import Workers

/// Computes the outputs of many samples on all workers, without gradients: for validation, evaluation and prediction.
///
/// `@unchecked Sendable`: a worker writes its own arena and the rows of `outputs` it claimed.
package final class InferenceEngine: TeamTask, @unchecked Sendable {
    private let network: CompiledNetwork
    private let model: WorkerArena.Model
    private let team: WorkerTeam
    private let arenas: [WorkerArena]
    private var inputs: (any BatchInputs)!
    private var rows = 0
    private var outputs: UnsafeMutablePointer<Float>!

    /// Rows of one piece of work. Outputs do not depend on it: a row's output is a function of that row alone.
    package let microBatch: Int

    /// - Parameter microBatch: rows of one piece of work; nil for a good number.
    package init(
        network: CompiledNetwork, model: WorkerArena.Model, microBatch: Int? = nil, team: WorkerTeam,
        kernels: any KernelTable.Type
    ) {
        self.network = network
        self.model = model
        self.team = team
        let plan = network.inferencePlan
        let rows = microBatch ?? RowsInFlight.inference.rows(ofBytes: plan.bytesOfRow)
        self.microBatch = rows
        arenas = (0..<team.workerCount).map { _ in WorkerArena(plan: plan, capacity: rows, kernels: kernels) }
    }

    /// Computes the network's outputs, before the function its loss contains: logits under a cross-entropy.
    ///
    /// - Parameter outputs: gets `[rows, width]`.
    package func run(inputs: any BatchInputs, rows: Int, into outputs: UnsafeMutablePointer<Float>) {
        self.inputs = inputs
        self.rows = rows
        self.outputs = outputs
        team.run(self, count: (rows + microBatch - 1) / microBatch)
    }

    package func run(item: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        let plan = network.inferencePlan
        let first = item * microBatch
        let count = min(microBatch, rows - first)
        let width = plan.output.shape.count
        let frame = arenas[worker].frame(rows: count, model: model)
        inputs.load(rows: first..<first + count, into: frame.value(plan.input.id), worker: worker)
        plan.forward(frame)
        (outputs + first * width).update(from: frame.value(plan.output.id), count: count * width)
        timer.finish(.evaluation)
    }
}
