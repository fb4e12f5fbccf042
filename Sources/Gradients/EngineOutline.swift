import Batches
import Kernels
import Networks

/// What a gradient engine holds, known before it is made: gradient buffers, and activations of so many rows for as many
/// workers as compute at once.
package struct EngineOutline: Sendable, Equatable {
    /// The most rows of a micro-batch.
    package let microBatch: Int
    /// Shards whose activations are in memory at once.
    package let arenas: Int
    /// Buffers of all parameters' gradients that are in use at once.
    package let gradientBuffers: Int
    /// The most shards of a step.
    let shards: Int
    /// Shards in flight at once if these are not the workers: all, where they meet.
    let inFlight: Int?

    /// - Parameters:
    ///   - batchSize: the most rows of a batch.
    ///   - shards: into how many shards a batch is cut.
    ///   - passes: into how many passes the shards of a step are divided, at most as many as shards. The memory for
    ///     activations is divided by it: a pass has fewer shards for workers to have in flight at once, and where that
    ///     is still too much, they take fewer rows at a time. Invisible in the bits. One if the network has collective
    ///     operations, for which all shards are in flight together.
    ///   - microBatch: the most rows in flight at once; nil for a good number. Invisible in the bits.
    package init(
        _ network: CompiledNetwork, batchSize: Int, shards: Int, passes: Int = 1, workers: Int, microBatch: Int? = nil
    ) {
        let plan = network.trainingPlan
        let meets = plan.isCollective
        precondition(passes == 1 || !meets, "shards that meet cannot be divided into passes")
        let shardLimit = min(shards, batchSize)
        let shardsOfPass = (shardLimit + passes - 1) / passes
        let arenas = meets ? shardLimit : min(workers, shardsOfPass)
        let largestShard = Sharding.largestShard(
            batchSize: batchSize, shards: shards, leastRows: plan.leastRowsOfShard)
        let undivided =
            plan.needsWholeShards ? largestShard : min(microBatch ?? Self.microBatch(of: network), largestShard)
        var rows = undivided
        if passes > 1, !plan.needsWholeShards {
            // All arenas of a pass together have the rows that all workers would have, over the number of passes.
            rows = max(1, undivided * min(workers, shardLimit) / passes / arenas)
        }
        self.microBatch = rows
        self.arenas = arenas
        self.shards = shardLimit
        inFlight = meets ? shardLimit : nil
        gradientBuffers = GradientReducer.usualBuffers(
            shards: shardLimit, inFlight: inFlight ?? workers, workers: workers)
    }

    /// Rows of a micro-batch where memory is no matter.
    package static func microBatch(of network: CompiledNetwork) -> Int {
        RowsInFlight.training(gradientBytes: network.layout.bufferCount * MemoryLayout<Float>.stride)
            .rows(ofBytes: network.trainingPlan.bytesOfRow)
    }

    /// Bytes of activations, their gradients and the kernels' scratch; `Int.max` for more than that.
    package func activationBytes(of network: CompiledNetwork, kernels: any KernelTable.Type) -> Int {
        let bytes = WorkerArena.bytes(plan: network.trainingPlan, capacity: microBatch, kernels: kernels)
        let (product, overflow) = bytes.multipliedReportingOverflow(by: arenas)
        return overflow ? .max : product
    }
}
