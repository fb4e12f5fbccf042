import Kernels
import Networks
import Workers

/// The way of a step whose shards meet: all of them are in flight at once, each with an arena and a gradient buffer of
/// its own, and go from stage to stage together.
extension GradientEngine {
    /// What workers do with a shard they claim.
    enum Phase {
        /// Everything, as no shard needs to know of the others.
        case whole
        case forward(stage: Int)
        case backward(stage: Int)
    }

    /// Walks all shards through all stages and back. By the leader.
    func computeInStages(_ meeting: ShardMeeting) {
        let last = network.trainingPlan.stages.upperBound - 1
        for stage in 0...last {
            run(.forward(stage: stage))
            meeting.combineForward(after: stage, sharding)
        }
        // The last stage goes back at once.
        for stage in stride(from: last - 1, through: 0, by: -1) {
            meeting.combineBackward(before: stage, sharding, kernels: kernels)
            run(.backward(stage: stage))
        }
    }

    /// Takes one shard through a stage.
    func walk(shard: Int, forward stage: Int, _ worker: Int, _ timer: inout SpanTimer) {
        let plan = network.trainingPlan
        if stage == 0 { buffers[shard] = reducer.take() }
        let frame = frame(ofWhole: shard)
        if stage == 0 {
            inputs.load(rows: sharding[shard], into: frame.value(plan.input.id), worker: worker)
            timer.finish(.data)
        }
        plan.forward(frame, stage: stage) { timer.finish(.forward, operation: $0) }
        if stage + 1 == plan.stages.upperBound {
            evaluateLoss(frame)
            timer.finish(.forward)
            walk(shard: shard, backward: stage, &timer)
        }
    }

    /// Takes one shard back through a stage.
    func walk(shard: Int, backward stage: Int, _ timer: inout SpanTimer) {
        network.trainingPlan.backward(frame(ofWhole: shard), stage: stage) {
            timer.finish(.backward, operation: $0)
        }
        timer.finish(.backward)
        guard stage == 0 else { return }
        norms?.measure(shard: shard, gradients: reducer.gradients(buffers[shard]), kernels: kernels)
        reducer.deposit(shard: shard, buffer: buffers[shard])
        timer.finish(.reduceAndUpdate)
    }

    private func frame(ofWhole shard: Int) -> Frame {
        arenas[shard].frame(
            rows: sharding[shard].count, model: model, gradients: reducer.gradients(buffers[shard]),
            gradientStart: .zero, seed: seed, step: step, firstRow: sharding[shard].lowerBound,
            batchRows: sharding.rows, meeting: meeting?.place(of: shard))
    }
}
