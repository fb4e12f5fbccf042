import Gradients

/// What the parts of a training step cost one worker that has the machine to itself. In seconds and floats.
package struct StepCosts: Codable, Sendable, Equatable {
    /// What was measured.
    package var workload: String
    package var batchSize: Int
    package var shards: Int
    /// The speed of the core that the costs were measured on.
    package var coreGflops: Double
    package var coreGigabytesPerSecond: Double

    /// Floats of the parameter buffer, of the weights' packed forms; buffers of moments.
    package var parameters: Int
    package var packed: Int
    package var moments: Int
    /// Floats of each block.
    package var blocks: [Int]
    /// How often a step passes over all blocks.
    package var updatePasses: Int
    /// The most rows in flight at once.
    package var microBatch: Int

    /// Forward and backward: for a row, and for a shard whatever its rows (its gradients are written once, and what is
    /// packed for them).
    package var computeSecondsPerRow: Double
    package var computeSecondsPerShard: Double
    /// Inputs of a row, gathered and normalized.
    package var loadSecondsPerRow: Double
    /// Choosing the samples of the next batch and their targets, for a row.
    package var fillSecondsPerRow: Double
    /// Adding one shard's gradients to another's.
    package var foldSeconds: Double
    /// All passes over all blocks, with so many roots to sum.
    package var updateSeconds: Double
    package var updateRoots: Int
    /// What the leader does between the phases.
    package var serialSeconds: Double
}

/// A piece of work: how long one core takes for it, and what it moves to and from memory in that time.
struct SimulatedWork: Equatable {
    var seconds: Double
    var bytes: Double
}

/// The pieces of a step on some machine, with the batch cut into so many shards for so many workers.
struct SimulatedStepWork {
    let costs: StepCosts
    let shape: ReductionShape
    /// The share of what is streamed that passes through memory rather than staying in the last-level cache.
    let missing: Double
    private let batchSize: Int
    /// Seconds here for a second where costs were measured, for arithmetic and for what streams.
    private let arithmetic: Double
    private let streaming: Double

    init(_ costs: StepCosts, on machine: SimulatedMachine, batchSize: Int, shards: Int, workers: Int) {
        let rows = (batchSize + shards - 1) / shards
        let shape = ReductionShape(shards: shards, workers: workers, addsInPlace: rows <= costs.microBatch)
        // Parameters, moments, packed weights, and the gradients that are kept until the update reads them.
        let buffers = Double(1 + costs.moments + shape.roots + min(workers, shape.items))
        let footprint = 4 * (Double(costs.parameters) * buffers + Double(costs.packed))
        let cache = machine.cacheMebibytes * 1_048_576
        self.costs = costs
        self.shape = shape
        self.batchSize = batchSize
        // What is streamed again and again is lost before it is needed once it exceeds the cache; in between, in part.
        missing = min(max((footprint - cache) / cache, 0), 1)
        arithmetic = costs.coreGflops / machine.coreGflops
        let memory = costs.coreGigabytesPerSecond / machine.coreGigabytesPerSecond
        streaming = missing * memory + (1 - missing) * arithmetic
    }

    /// The rows of a shard.
    func rows(shard: Int) -> Int {
        (shard + 1) * batchSize / shape.shards - shard * batchSize / shape.shards
    }

    private var traffic: StepTraffic {
        StepTraffic(parameters: costs.parameters, packed: costs.packed, moments: costs.moments)
    }

    /// Forward and backward of a shard.
    func gradients(shard: Int) -> SimulatedWork {
        let rows = Double(rows(shard: shard))
        let microBatches = (rows / Double(costs.microBatch)).rounded(.up)
        return SimulatedWork(
            seconds: (rows * costs.computeSecondsPerRow + costs.computeSecondsPerShard) * arithmetic
                + rows * costs.loadSecondsPerRow * streaming,
            bytes: traffic.gradients(microBatches: Int(microBatches)) * missing)
    }

    /// Adding the gradients of two siblings.
    var fold: SimulatedWork {
        SimulatedWork(seconds: costs.foldSeconds * streaming, bytes: traffic.fold * missing)
    }

    /// The work of one pass over a block. Its time grows with what it reads and writes.
    func update(block: Int) -> SimulatedWork {
        let share = Double(costs.blocks[block]) / Double(costs.blocks.reduce(0, +)) / Double(costs.updatePasses)
        let bytes = traffic.update(roots: shape.roots)
        return SimulatedWork(
            seconds: costs.updateSeconds * share * bytes / traffic.update(roots: costs.updateRoots) * streaming,
            bytes: bytes * share * missing)
    }

    /// Preparing the next batch.
    var fill: SimulatedWork {
        SimulatedWork(seconds: costs.fillSecondsPerRow * Double(batchSize) * arithmetic, bytes: 0)
    }

    var serialSeconds: Double { costs.serialSeconds * arithmetic * Double(batchSize) / Double(costs.batchSize) }
}
