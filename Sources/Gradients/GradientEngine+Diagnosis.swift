import Networks

extension GradientEngine {
    /// Walks the last batch forward once more, row block by row block, and names the first layer whose output is not
    /// finite for some row: `input` if the data already is not, `loss` if only the loss is not, nil if all is well.
    package func firstNonFiniteLayer() -> String? {
        let plan = network.trainingPlan
        var earliest: Int?
        func note(_ found: Int?) {
            if let found { earliest = min(earliest ?? found, found) }
        }
        for stage in plan.stages {
            for shard in 0..<sharding.count {
                let rows = sharding[shard]
                for first in stride(from: rows.lowerBound, to: rows.upperBound, by: microBatch) {
                    let block = first..<min(first + microBatch, rows.upperBound)
                    // Shards that meet are all in flight, and a block is one of them.
                    let frame = arenas[meeting == nil ? 0 : shard].frame(
                        rows: block.count, model: model, gradients: reducer.gradients(0), gradientStart: .zero,
                        seed: seed, step: step, firstRow: first, batchRows: sharding.rows,
                        meeting: meeting?.place(of: shard))
                    if stage == 0 { inputs.load(rows: block, into: frame.value(plan.input.id), worker: 0) }
                    note(plan.firstNonFiniteValue(frame, stage: stage))
                }
            }
            meeting?.combineForward(after: stage, sharding)
        }
        if let earliest { return earliest == 0 ? "input" : plan.operations[earliest - 1].layer }
        let finite = kernels.firstNonFinite(losses.pointer, count: sharding.rows) == sharding.rows
        return finite ? nil : "loss"
    }
}
