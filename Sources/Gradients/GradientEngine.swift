import Batches
import Kernels
import Networks
import Workers

/// Computes the gradients of a batch: its shards, claimed by workers, each walked in micro-batches.
///
/// `@unchecked Sendable`: the fields of the batch are set by the leader before a phase begins. In the phase a worker
/// writes its own arena, the gradient buffer it took, and the rows of `losses` and `ranks` of the shard it claimed.
package final class GradientEngine: TeamTask, @unchecked Sendable {
    package let network: CompiledNetwork
    package let reducer: GradientReducer
    /// The loss of each row of the last batch, not divided by the batch's weight.
    package let losses: AlignedBuffer
    /// How many classes scored above the right one, by row of the last batch. Meaningful for classification only.
    package let ranks: UnsafeMutableBufferPointer<Int32>
    /// The most rows in flight at once a worker.
    package let microBatch: Int

    let kernels: any KernelTable.Type
    private let team: WorkerTeam
    private let shards: Int
    let seed: UInt64
    private let lossFunction: LossFunction
    let model: WorkerArena.Model
    /// Arenas of as many workers as work at once; one for each shard if these meet.
    let arenas: [WorkerArena]
    /// Whether there are fewer arenas than workers; each worker has its own otherwise.
    private let sharesArenas: Bool
    /// Which arenas nobody uses, if they are shared. No optional: to look whether there is one would read the stack's
    /// head beside those who change it.
    private let freeArenas: FreeIndices
    /// Into how many phases the shards of a step are divided.
    private let passes: Int
    /// Where shards meet, if the network has collective operations.
    let meeting: ShardMeeting?
    /// The gradient buffers of shards that meet: set in the first stage by the worker that claimed the shard.
    let buffers: UnsafeMutableBufferPointer<Int>

    private(set) var sharding = Sharding(rows: 0, shards: 1)
    private(set) var inputs: (any BatchInputs)!
    private var targets: TargetRows!
    /// What the last batch weighs: what the sum of its losses was divided by.
    package private(set) var weight = 1.0
    /// The sum of its losses. Of a batch that weighs nothing it may be above 0: smoothed labels have a share in all
    /// classes.
    package private(set) var lossSum = 0.0
    private(set) var step: UInt32 = 0
    private(set) var norms: ShardNorms?
    private var phase = Phase.whole
    /// The first item of the current pass.
    private var firstItem = 0

    /// - Parameters:
    ///   - batchSize: the most rows of a batch.
    ///   - shards: into how many shards a batch is cut.
    ///   - passes: into how many passes the shards of a step are divided: see `EngineOutline`.
    ///   - seed: the key of the random numbers of dropout.
    ///   - microBatch: the most rows in flight at once; nil for a good number. Invisible in the bits.
    package init(
        network: CompiledNetwork, model: WorkerArena.Model, batchSize: Int, shards: Int, passes: Int = 1,
        seed: UInt64, microBatch: Int? = nil, team: WorkerTeam, kernels: any KernelTable.Type
    ) {
        self.network = network
        self.model = model
        self.shards = shards
        self.passes = passes
        self.seed = seed
        self.team = team
        self.kernels = kernels
        let plan = network.trainingPlan
        let outline = EngineOutline(
            network, batchSize: batchSize, shards: shards, passes: passes, workers: team.workerCount,
            microBatch: microBatch)
        lossFunction = LossFunction(network.loss, width: plan.output.shape.count, kernels: kernels)
        meeting = plan.isCollective ? ShardMeeting(plan: plan, shards: outline.shards) : nil
        self.microBatch = outline.microBatch
        arenas = (0..<outline.arenas).map { _ in
            WorkerArena(plan: plan, capacity: outline.microBatch, kernels: kernels)
        }
        sharesArenas = outline.arenas < team.workerCount
        freeArenas = FreeIndices(count: outline.arenas)
        buffers = .allocate(capacity: outline.shards)
        buffers.initialize(repeating: 0)
        reducer = GradientReducer(
            layout: network.layout, shards: outline.shards, workers: team.workerCount,
            inFlight: outline.inFlight, kernels: kernels)
        losses = AlignedBuffer(count: batchSize)
        ranks = .allocate(capacity: batchSize)
        ranks.initialize(repeating: 0)
    }

    deinit {
        ranks.deallocate()
        buffers.deallocate()
    }

    /// Bytes of the activations, their gradients and the kernels' scratch that all workers have at once.
    package var activationBytes: Int { arenas.reduce(0) { $0 + $1.bytes } }

    /// Computes the gradients of the mean loss of a batch, leaves them in the reducer, and returns the mean loss.
    ///
    /// - Parameters:
    ///   - targets: those of the whole batch.
    ///   - norms: is told each shard's gradients, if given.
    package func computeGradients(
        inputs: any BatchInputs, targets: TargetRows, rows: Int, step: Int, norms: ShardNorms? = nil
    ) -> Double {
        sharding = Sharding(rows: rows, shards: shards, leastRows: network.trainingPlan.leastRowsOfShard)
        self.inputs = inputs
        self.targets = targets
        self.step = UInt32(truncatingIfNeeded: step)
        weight = lossFunction.weight(of: targets, rows: rows)
        self.norms = norms
        norms?.begin(sharding) { shard in
            lossFunction.weight(
                of: targets.advanced(by: sharding[shard].lowerBound, width: network.trainingPlan.output.shape.count),
                rows: sharding[shard].count)
        }
        if let meeting {
            reducer.begin(shards: sharding.count)
            computeInStages(meeting)
        } else {
            reducer.begin(
                shards: sharding.count, addsInPlace: sharding.largestShard <= microBatch && norms == nil)
            computeInPasses()
        }
        lossSum = Double(kernels.sum(losses.pointer, count: rows))
        return weight > 0 ? lossSum / weight : 0
    }

    private func computeInPasses() {
        phase = .whole
        let items = sharding.count - reducer.pairs
        for pass in 0..<passes {
            firstItem = pass * items / passes
            team.run(self, count: (pass + 1) * items / passes - firstItem)
        }
    }

    /// Lets the workers take all shards through a phase.
    func run(_ phase: Phase) {
        self.phase = phase
        team.run(self, count: sharding.count)
    }

    package func run(item: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        switch phase {
        case .whole: computeSiblings(item: firstItem + item, worker, &timer)
        case .forward(let stage): walk(shard: item, forward: stage, worker, &timer)
        case .backward(let stage): walk(shard: item, backward: stage, &timer)
        }
    }

    /// Computes two sibling shards, or one: first come the reducer's pairs, then single shards.
    private func computeSiblings(item: Int, _ worker: Int, _ timer: inout SpanTimer) {
        let buffer = reducer.take()
        // A pass has no more items than there are arenas, or than arenas for all workers.
        let place = sharesArenas ? freeArenas.take()! : worker
        let arena = arenas[place]
        defer { if sharesArenas { freeArenas.giveBack(place) } }
        if item < reducer.pairs {
            compute(shard: 2 * item, arena, reducer.gradients(buffer), adds: false, worker, &timer)
            compute(shard: 2 * item + 1, arena, reducer.gradients(buffer), adds: true, worker, &timer)
            reducer.deposit(pair: item, buffer: buffer)
        } else {
            let shard = item + reducer.pairs
            compute(shard: shard, arena, reducer.gradients(buffer), adds: false, worker, &timer)
            norms?.measure(shard: shard, gradients: reducer.gradients(buffer), kernels: kernels)
            reducer.deposit(shard: shard, buffer: buffer)
        }
        timer.finish(.reduceAndUpdate)
    }

    /// Computes the gradients of one shard, micro-batch by micro-batch.
    ///
    /// - Parameter adds: whether to add them to what `gradients` holds; the shard must then fit one micro-batch.
    private func compute(
        shard: Int, _ arena: WorkerArena, _ gradients: UnsafeMutablePointer<Float>, adds: Bool, _ worker: Int,
        _ timer: inout SpanTimer
    ) {
        let plan = network.trainingPlan
        let rows = sharding[shard]
        var start = Accumulator.zero
        var first = rows.lowerBound
        while first < rows.upperBound {
            let count = min(microBatch, rows.upperBound - first)
            let frame = arena.frame(
                rows: count, model: model, gradients: gradients, gradientStart: start, addsGradients: adds,
                seed: seed, step: step, firstRow: first, batchRows: sharding.rows)
            inputs.load(rows: first..<first + count, into: frame.value(plan.input.id), worker: worker)
            timer.finish(.data)
            plan.forward(frame) { timer.finish(.forward, operation: $0) }
            evaluateLoss(frame)
            timer.finish(.forward)
            plan.backward(frame) { timer.finish(.backward, operation: $0) }
            start = .output
            first += count
        }
    }

    /// The losses, ranks and gradient of the micro-batch that has come to the end of the plan.
    func evaluateLoss(_ frame: Frame) {
        let result = network.trainingPlan.output
        let (output, width) = (frame.value(result.id), result.shape.count)
        let targets = self.targets.advanced(by: frame.firstRow, width: width)
        if let labels = targets.labels {
            kernels.labelRanks(
                output, labels: labels, rows: frame.rows, columns: width,
                into: ranks.baseAddress! + frame.firstRow)
        }
        lossFunction.evaluate(
            output: output, targets: targets, rows: frame.rows, weight: weight,
            losses: losses.pointer + frame.firstRow, gradient: frame.gradient(result.id)!)
    }
}
