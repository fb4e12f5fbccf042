import Batches
import Gradients
import Kernels
import Networks
import Training
import Workers

/// Computes the gradients of a batch as `GradientEngine` does, but sums them in whatever order they come: what the
/// promise of the same bits is measured against.
///
/// Workers claim the same shards in the same way. But each lets the gradients of all its shards run into one buffer of
/// its own: its first shard of a step starts the chains of additions at zero, the others go on from what is there. So
/// nothing is folded, a step takes as many buffers as workers, and the update sums those of the workers that had work.
///
/// **Its bits depend on who computed what**, and so differ from one number of workers to another and from run to run.
///
/// `@unchecked Sendable`: the fields of the batch and `sources` are set by the leader between phases. In a phase a
/// worker writes its own arena, buffer and entry of `hasStarted`, and the rows of `losses` and `ranks` of the shard it
/// claimed.
final class OrderFreeEngine: TeamTask, GradientSource, @unchecked Sendable {
    private let network: CompiledNetwork
    private let model: WorkerArena.Model
    private let shards: Int
    private let seed: UInt64
    private let microBatch: Int
    private let team: WorkerTeam
    private let kernels: any KernelTable.Type
    private let lossFunction: LossFunction
    private let losses: AlignedBuffer
    private let ranks: UnsafeMutablePointer<Int32>

    private let arenas: [WorkerArena]
    /// By worker.
    private let gradients: [AlignedBuffer]
    /// By worker: whether its buffer holds something of the current step.
    private let hasStarted: UnsafeMutablePointer<Bool>
    /// The buffers that do, in the order of workers.
    private let sources: UnsafeMutablePointer<UnsafePointer<Float>>
    private var sourceCount = 0

    private var sharding = Sharding(rows: 0, shards: 1)
    private var inputs: (any BatchInputs)!
    private var targets: TargetRows!
    private var weight = 1.0
    private var step: UInt32 = 0

    /// The parameters are those of `GradientEngine`.
    init(
        network: CompiledNetwork, model: WorkerArena.Model, batchSize: Int, shards: Int, seed: UInt64, microBatch: Int,
        team: WorkerTeam, kernels: any KernelTable.Type
    ) {
        self.network = network
        self.model = model
        self.shards = shards
        self.seed = seed
        self.microBatch = microBatch
        self.team = team
        self.kernels = kernels
        let plan = network.trainingPlan
        lossFunction = LossFunction(network.loss, width: plan.output.shape.count, kernels: kernels)
        losses = AlignedBuffer(count: batchSize)
        ranks = .allocate(capacity: batchSize)
        arenas = (0..<team.workerCount).map { _ in
            WorkerArena(plan: plan, capacity: microBatch, kernels: kernels)
        }
        gradients = (0..<team.workerCount).map { _ in AlignedBuffer(count: network.layout.bufferCount) }
        hasStarted = .allocate(capacity: team.workerCount)
        sources = .allocate(capacity: team.workerCount)
    }

    deinit {
        ranks.deallocate()
        hasStarted.deallocate()
        sources.deallocate()
    }

    /// Computes the gradients of the mean loss of a batch, keeps them for `sum`, and returns the mean loss.
    func computeGradients(inputs: any BatchInputs, targets: TargetRows, rows: Int, step: Int) -> Double {
        sharding = Sharding(rows: rows, shards: shards)
        self.inputs = inputs
        self.targets = targets
        self.step = UInt32(truncatingIfNeeded: step)
        weight = lossFunction.weight(of: targets, rows: rows)
        hasStarted.initialize(repeating: false, count: team.workerCount)
        team.run(self, count: sharding.count)
        sourceCount = 0
        for worker in 0..<team.workerCount where hasStarted[worker] {
            (sources + sourceCount).initialize(to: UnsafePointer(gradients[worker].pointer))
            sourceCount += 1
        }
        return weight > 0 ? Double(kernels.sum(losses.pointer, count: rows)) / weight : 0
    }

    /// Computes one shard: `item` is its index.
    func run(item shard: Int, worker: Int) {
        let plan = network.trainingPlan
        let rows = sharding[shard]
        var first = rows.lowerBound
        while first < rows.upperBound {
            let count = min(microBatch, rows.upperBound - first)
            let frame = arenas[worker].frame(
                rows: count, model: model, gradients: gradients[worker].pointer,
                gradientStart: hasStarted[worker] ? .output : .zero, seed: seed, step: step, firstRow: first)
            inputs.load(rows: first..<first + count, into: frame.value(plan.input.id), worker: worker)
            plan.forward(frame)
            evaluateLoss(frame, first: first, count: count)
            plan.backward(frame)
            hasStarted[worker] = true
            first += count
        }
    }

    private func evaluateLoss(_ frame: Frame, first: Int, count: Int) {
        let result = network.trainingPlan.output
        let (output, width) = (frame.value(result.id), result.shape.count)
        let targets = self.targets.advanced(by: first, width: width)
        if case .labels(let labels) = targets {
            kernels.labelRanks(output, labels: labels, rows: count, columns: width, into: ranks + first)
        }
        lossFunction.evaluate(
            output: output, targets: targets, rows: count, weight: weight, losses: losses.pointer + first,
            gradient: frame.gradient(result.id))
    }

    func sum(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>) {
        kernels.treeSum(
            sources, sourceCount: sourceCount, offset: range.lowerBound, count: range.count, into: result)
    }
}
