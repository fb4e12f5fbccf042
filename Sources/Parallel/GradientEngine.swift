import Kernels
import Networks

/// Where the rows of the current batch come from. Called by all workers at once, each for rows of its own.
public protocol BatchInputs: AnyObject, Sendable {
    /// Writes the inputs of some rows of the batch, as the network takes them: `[rows.count, inputs]`.
    ///
    /// - Parameter worker: who calls: no other one has the same number at that time.
    func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>, worker: Int)
}

/// Computes the gradients of a batch: its shards, claimed by workers, each walked in micro-batches.
///
/// `@unchecked Sendable`: the fields of the batch are set by the leader before a phase begins. In the phase a worker
/// writes its own arena, the gradient buffer it took, and the rows of `losses` and `ranks` of the shard it claimed.
public final class GradientEngine: TeamTask, @unchecked Sendable {
    public let network: CompiledNetwork
    public let reducer: GradientReducer
    /// The loss of each row of the last batch, not divided by the batch's weight.
    public let losses: AlignedBuffer
    /// How many classes scored above the right one, by row of the last batch. Meaningful for classification only.
    public let ranks: UnsafeMutableBufferPointer<Int32>
    /// The most rows in flight at once a worker.
    public let microBatch: Int

    private let kernels: any KernelTable.Type
    private let team: WorkerTeam
    private let shards: Int
    private let seed: UInt64
    private let lossFunction: LossFunction
    private let model: WorkerArena.Model
    /// As many as work at once.
    private let arenas: [WorkerArena]
    /// Whether there are fewer arenas than workers; each worker has its own otherwise.
    private let sharesArenas: Bool
    /// Which arenas nobody uses, if they are shared. No optional: to look whether there is one would read the stack's
    /// head beside those who change it.
    private let freeArenas: FreeIndices
    /// Into how many phases the shards of a step are divided.
    private let passes: Int

    private var sharding = Sharding(rows: 0, shards: 1)
    private var inputs: (any BatchInputs)!
    private var targets: TargetRows!
    private var weight = 1.0
    private var step: UInt32 = 0
    private var norms: ShardNorms?
    /// The first item of the current pass.
    private var firstItem = 0

    /// The most rows in flight at once.
    public static let largestMicroBatch = 512

    /// Rows in flight at once, at most `largestMicroBatch`: few enough that a worker's activations stay within its share of
    /// the last-level cache, yet as many as take the memory of the gradient at least, which each micro-batch reads and
    /// writes once beside the products that make it.
    public static func microBatch(of network: CompiledNetwork) -> Int {
        let gradientBytes = network.layout.bufferCount * MemoryLayout<Float>.stride
        let rows = max(8 << 20, gradientBytes) / max(network.trainingPlan.bytesOfRow, 1)
        return min(max(rows, 8), largestMicroBatch)
    }

    /// - Parameters:
    ///   - batchSize: the most rows of a batch.
    ///   - shards: into how many shards a batch is cut.
    ///   - passes: into how many passes the shards of a step are divided, at most as many as shards. The memory for
    ///     activations is divided by it: a pass has fewer shards for workers to have in flight at once, and where that
    ///     is still too much, they take fewer rows at a time. Invisible in the bits.
    ///   - seed: the key of the random numbers of dropout.
    ///   - microBatch: the most rows in flight at once; nil for a good number. Invisible in the bits.
    public init(
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
        lossFunction = LossFunction(network.loss, width: plan.output.shape.count, kernels: kernels)
        let largestShard = (batchSize + shards - 1) / shards
        let undivided =
            plan.needsWholeShards ? largestShard : min(microBatch ?? Self.microBatch(of: network), largestShard)
        let shardsOfPass = (min(shards, batchSize) + passes - 1) / passes
        let arenaCount = min(team.workerCount, shardsOfPass)
        // All arenas of a pass together have the rows that all workers would have, over the number of passes.
        let rows = undivided * min(team.workerCount, min(shards, batchSize)) / passes
        let capacity = passes == 1 || plan.needsWholeShards ? undivided : max(1, rows / arenaCount)
        self.microBatch = capacity
        arenas = (0..<arenaCount).map { _ in WorkerArena(plan: plan, capacity: capacity, kernels: kernels) }
        sharesArenas = arenaCount < team.workerCount
        freeArenas = FreeIndices(count: arenaCount)
        reducer = GradientReducer(
            layout: network.layout, shards: min(shards, batchSize), workers: team.workerCount, kernels: kernels)
        losses = AlignedBuffer(count: batchSize)
        ranks = .allocate(capacity: batchSize)
        ranks.initialize(repeating: 0)
    }

    deinit { ranks.deallocate() }

    /// Bytes of the activations, their gradients and the kernels' scratch that all workers have at once.
    public var activationBytes: Int { arenas.reduce(0) { $0 + $1.bytes } }

    /// Computes the gradients of the mean loss of a batch, leaves them in the reducer, and returns the mean loss.
    ///
    /// - Parameters:
    ///   - targets: those of the whole batch.
    ///   - norms: is told each shard's gradients, if given.
    public func computeGradients(
        inputs: any BatchInputs, targets: TargetRows, rows: Int, step: Int, norms: ShardNorms? = nil
    ) -> Double {
        sharding = Sharding(rows: rows, shards: shards)
        self.inputs = inputs
        self.targets = targets
        self.step = UInt32(truncatingIfNeeded: step)
        weight = lossFunction.weight(of: targets, rows: rows)
        let largestShard = (rows + sharding.count - 1) / max(sharding.count, 1)
        self.norms = norms
        norms?.begin(sharding)
        reducer.begin(shards: sharding.count, addsInPlace: largestShard <= microBatch && norms == nil)
        let items = sharding.count - reducer.pairs
        for pass in 0..<passes {
            firstItem = pass * items / passes
            team.run(self, count: (pass + 1) * items / passes - firstItem)
        }
        return weight > 0 ? Double(kernels.sum(losses.pointer, count: rows)) / weight : 0
    }

    /// Computes two sibling shards, or one: first come the reducer's pairs, then single shards.
    public func run(item: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        let item = firstItem + item
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
            let output = frame.value(plan.output.id)
            inputs.load(rows: first..<first + count, into: frame.value(plan.input.id), worker: worker)
            timer.finish(.data)
            plan.forward(frame) { timer.finish(.forward, operation: $0) }
            evaluateLoss(output: output, gradient: frame.gradient(plan.output.id)!, first: first, count: count)
            timer.finish(.forward)
            plan.backward(frame) { timer.finish(.backward, operation: $0) }
            start = .output
            first += count
        }
    }

    private func evaluateLoss(
        output: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>, first: Int, count: Int
    ) {
        let width = network.trainingPlan.output.shape.count
        let targets = self.targets.advanced(by: first, width: width)
        if let labels = targets.labels {
            kernels.labelRanks(
                output, labels: labels, rows: count, columns: width, into: ranks.baseAddress! + first)
        }
        lossFunction.evaluate(
            output: output, targets: targets, rows: count, weight: weight, losses: losses.pointer + first,
            gradient: gradient)
    }

    /// Walks the last batch forward once more, row block by row block, and names the first layer whose output is not
    /// finite for some row: `input` if the data already is not, `loss` if only the loss is not, nil if all is well.
    public func firstNonFiniteLayer() -> String? {
        let plan = network.trainingPlan
        var earliest: Int?
        for index in 0..<sharding.count {
            let shard = sharding[index]
            for first in stride(from: shard.lowerBound, to: shard.upperBound, by: microBatch) {
                let count = min(microBatch, shard.upperBound - first)
                let frame = arenas[0].frame(
                    rows: count, model: model, gradients: reducer.gradients(0), gradientStart: .zero, seed: seed,
                    step: step, firstRow: first, batchRows: sharding.rows)
                inputs.load(rows: first..<first + count, into: frame.value(plan.input.id), worker: 0)
                if let found = plan.firstNonFiniteValue(frame) { earliest = min(earliest ?? found, found) }
            }
        }
        if let earliest { return earliest == 0 ? "input" : plan.operations[earliest - 1].layer }
        let finite = kernels.firstNonFinite(losses.pointer, count: sharding.rows) == sharding.rows
        return finite ? nil : "loss"
    }
}
