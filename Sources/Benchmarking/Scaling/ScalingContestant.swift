import Datasets
import Gradients
import Kernels
import Optimization
import Training

/// A number of workers in the contest: a trainer of its own, and what was measured of it.
final class ScalingContestant {
    let entry: ScalingPlan.Entry
    /// What was measured in each round.
    private(set) var turns: [Turn] = []
    /// What its workers reach together in multiply-adds and from memory, in operations and bytes a second.
    var peak: Double { RoundEstimate.median(turns.map(\.peak)) }
    private(set) var bandwidth = 0.0
    private(set) var profile: StepProfile!

    private let trainer: Trainer
    private let steps: StepTimer
    private let fullPeak: TeamPeak

    /// What one round measured.
    struct Turn {
        /// The median step's.
        let seconds: Double
        let steps: Int
        /// Operations a second in multiply-adds alone, right before the steps.
        let peak: Double
        let processor: ProcessorTime.Shares?
    }

    init(
        _ entry: ScalingPlan.Entry, _ configuration: Configuration, dataset: Dataset, kernels: any KernelTable.Type
    ) throws {
        self.entry = entry
        var configuration = configuration
        (configuration.batchSize, configuration.shards) = (entry.batchSize, entry.shards)
        trainer = try Trainer(configuration, dataset: dataset, workers: .exactly(entry.workers), kernels: kernels)
        steps = StepTimer(trainer)
        fullPeak = TeamPeak(kernels: kernels, team: trainer.team)
    }

    /// Rows of a step that is timed.
    var rows: Int { steps.batchSize }
    var flopsPerStep: Double { Double(trainer.model.network.flopsPerStep(rows: rows)) }
    /// Bytes of gradients, parameters, moments and packed weights that a step streams.
    var bytesStreamedPerStep: Double {
        let (layout, moments) = (trainer.model.network.layout, trainer.configuration.optimizer.momentNames.count)
        let traffic = StepTraffic(
            parameters: layout.bufferCount, packed: StepTraffic.packedFloats(layout), moments: moments)
        let (largestShard, limit) = ((rows + entry.shards - 1) / entry.shards, trainer.microBatchRows)
        let shape = ReductionShape(
            shards: min(entry.shards, rows), workers: entry.workers, addsInPlace: largestShard <= limit)
        return traffic.step(shape, microBatches: (largestShard + limit - 1) / limit)
    }
    var samplesPerSecond: [Double] { turns.map { Double(rows) / $0.seconds } }

    /// Takes one turn: threads come up, caches and clock settle, the peak, then steps for so long.
    func takeTurn(seconds: Double) throws {
        let before = ProcessorTime.now()
        let first = steps.times.count
        let peak = try trainer.team.region {
            try steps.warmUp(steps: turns.isEmpty ? 5 : 2)
            let peak = fullPeak.measure()
            try steps.run(seconds: seconds)
            return peak
        }
        let shares = before.flatMap { before in
            ProcessorTime.now().map { before.shares(until: $0, cores: MachineDescription.activeCores) }
        }
        let times = Array(steps.times[first...])
        turns.append(
            Turn(seconds: RoundEstimate.median(times), steps: times.count, peak: peak, processor: shares))
    }

    /// Records where the time of steps goes, apart from the rounds, which recording would disturb; and measures what
    /// the team can move.
    func takeProfile(seconds: Double, kernels: any KernelTable.Type) throws {
        try trainer.team.region {
            try steps.warmUp(steps: 2)
            profile = try steps.profile(seconds: seconds)
            let memory = TeamBandwidth(kernels: kernels, team: trainer.team)
            memory.measure()
            bandwidth = memory.best
        }
    }
}
