import Datasets
import Gradients
import Kernels
import Optimization
import Training

/// Measures what the parts of a step cost one worker, from steps of the batch in its shards and in twice as many: what
/// the second cut costs more is what a shard costs, whatever its rows.
package final class StepCostMeasurement {
    private let workload: Workload
    private let configuration: Configuration
    private let machine: SimulatedMachine
    private let coarse: Cut
    private let fine: Cut

    /// A way to cut the batch.
    private final class Cut {
        let trainer: Trainer
        let steps: StepTimer
        let shape: ReductionShape

        init(_ configuration: Configuration, shards: Int, dataset: Dataset, kernels: any KernelTable.Type) throws {
            var configuration = configuration
            configuration.shards = shards
            trainer = try Trainer(configuration, dataset: dataset, workers: .exactly(1), kernels: kernels)
            steps = StepTimer(trainer)
            let rows = (steps.batchSize + shards - 1) / shards
            shape = ReductionShape(
                shards: shards, workers: 1, addsInPlace: rows <= EngineOutline.microBatch(of: trainer.model.network))
        }

        /// The parts of the fastest step so far.
        private(set) var best = Sample(parts: .init(), step: .infinity)

        /// Takes steps for a while, and returns the parts of the median one.
        func measure(seconds: Double) throws -> Sample {
            let recorder = StepCostRecorder(items: shape.items)
            var found: [Sample] = []
            try trainer.team.region {
                try steps.warmUp(steps: 2)
                try steps.run(seconds: seconds, recorder: recorder, before: recorder.reset) { step in
                    found.append(Sample(parts: recorder.parts, step: step))
                }
            }
            found.sort { $0.step < $1.step }
            if found[0].step < best.step { best = found[0] }
            return found[found.count / 2]
        }
    }

    /// A step of one worker. The parts are those of one step, so that they add up to a step that was taken.
    struct Sample {
        let parts: StepCostRecorder.Parts
        /// Seconds.
        let step: Double
    }

    /// - Parameters:
    ///   - configuration: of the workload, with all defaults.
    ///   - machine: this one.
    init(
        _ workload: Workload, _ configuration: Configuration, dataset: Dataset, on machine: SimulatedMachine,
        kernels: any KernelTable.Type
    ) throws {
        let shards = configuration.shards!
        self.workload = workload
        self.configuration = configuration
        self.machine = machine
        coarse = try Cut(configuration, shards: shards, dataset: dataset, kernels: kernels)
        fine = try Cut(
            configuration, shards: min(2 * shards, coarse.steps.batchSize), dataset: dataset, kernels: kernels)
    }

    /// Measures for so long, twice, and returns the costs of the median steps.
    func measure(seconds: Double) throws -> StepCosts {
        costs(try coarse.measure(seconds: seconds), try fine.measure(seconds: seconds))
    }

    /// The costs of the fastest steps so far: what disturbs a step only ever slows it.
    var best: StepCosts { costs(coarse.best, fine.best) }

    /// - Parameters:
    ///   - sample: a step of the batch in its shards.
    ///   - fineSample: one in twice as many.
    private func costs(_ sample: Sample, _ fineSample: Sample) -> StepCosts {
        let (coarseParts, fineParts) = (sample.parts, fineSample.parts)
        let serial = max(0, sample.step - coarseParts.total)
        let (trainer, shape, rows) = (coarse.trainer, coarse.shape, Double(coarse.steps.batchSize))
        let more = Double(fine.shape.shards - shape.shards)
        let perShard = more > 0 ? max(0, (fineParts.compute - coarseParts.compute) / more) : 0
        let layout = trainer.model.network.layout
        let packed = StepTraffic.packedFloats(layout)
        let moments = configuration.optimizer.momentNames.count
        let folds = shape.shards - shape.roots - shape.pairs
        // Adding reads two and writes one, at what a core moves, where a step has nothing to fold.
        let streamed = 12 * Double(layout.bufferCount) / (machine.coreGigabytesPerSecond * 1e9)
        return StepCosts(
            workload: workload.name, batchSize: coarse.steps.batchSize, shards: shape.shards,
            coreGflops: machine.coreGflops, coreGigabytesPerSecond: machine.coreGigabytesPerSecond,
            parameters: layout.bufferCount, packed: packed, moments: moments,
            blocks: trainer.model.network.blocks.map(\.range.count),
            updatePasses: max(1, coarseParts.blocks / max(1, trainer.model.network.blocks.count)),
            microBatch: EngineOutline.microBatch(of: trainer.model.network),
            computeSecondsPerRow: max(0, coarseParts.compute - Double(shape.shards) * perShard) / rows,
            computeSecondsPerShard: perShard, loadSecondsPerRow: coarseParts.load / rows,
            fillSecondsPerRow: coarseParts.fill / rows,
            foldSeconds: folds > 0 ? coarseParts.fold / Double(folds) : streamed, updateSeconds: coarseParts.update,
            updateRoots: shape.roots, serialSeconds: serial)
    }
}
