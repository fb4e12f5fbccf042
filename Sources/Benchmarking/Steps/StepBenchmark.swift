import Datasets
import Kernels
import Training
import Workers

/// Times training steps.
///
/// The peak of the machine is measured between the steps, so that both see the same clock and the same neighbors. Steps
/// are timed as a run takes them; where their time goes is recorded in a second, shorter pass.
package struct StepBenchmark {
    package var workers: WorkerCount
    /// How long to time steps of a workload.
    package var seconds: Double
    /// Rows a worker has in flight at once; nil for a good number.
    package var microBatch: Int?
    /// Processors to bind workers to; nil to let the system choose.
    package var processors: [Int]?
    package var kernels: any KernelTable.Type

    package init(
        workers: WorkerCount = .automatic, seconds: Double, microBatch: Int? = nil, kernels: any KernelTable.Type
    ) {
        precondition(seconds > 0, "a benchmark needs time")
        self.workers = workers
        self.seconds = seconds
        self.microBatch = microBatch
        self.kernels = kernels
    }

    /// Measures one workload. The last batch of an epoch, if it is smaller, is trained on and not timed.
    ///
    /// - Throws: `TrainingError`, `NetworkError`, `DatasetError` for a configuration that cannot be trained.
    package func run(_ workload: Workload) throws -> StepMeasurement {
        let configuration = workload.configuration
        try configuration.check()
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, reading: configuration.loss.reading),
            workers: workers,
            microBatch: microBatch, kernels: kernels)
        if let processors { trainer.pinWorkers(to: processors) }
        let steps = StepTimer(trainer)
        let peak = TeamPeak(kernels: kernels, team: trainer.team)
        let profile = try trainer.team.region {
            try steps.warmUp()
            for _ in 0..<Self.intervals {
                peak.measure()
                try steps.run(seconds: seconds / Double(Self.intervals))
            }
            peak.measure()
            return try steps.profile(seconds: seconds / Double(Self.intervals))
        }
        return measurement(workload.name, trainer, steps, peak: peak.best, profile)
    }

    /// Between how many measurements of the peak the steps are timed.
    private static let intervals = 10

    private func measurement(
        _ name: String, _ trainer: Trainer, _ steps: StepTimer, peak: Double, _ profile: StepProfile
    ) -> StepMeasurement {
        let times = steps.times.sorted()
        let (best, median) = (times[0], times[times.count / 2])
        let flops = Double(trainer.model.network.flopsPerStep(rows: steps.batchSize))
        return StepMeasurement(
            workload: name, instructionSet: kernels.name, workers: trainer.team.workerCount,
            parameters: trainer.model.network.layout.learnedCount, batchSize: steps.batchSize,
            shards: trainer.configuration.shards!, steps: times.count,
            stepMillisecondsBest: best * 1e3, stepMillisecondsMedian: median * 1e3,
            stepMillisecondsP95: times[(times.count * 95 + 99) / 100 - 1] * 1e3,
            samplesPerSecond: Double(steps.batchSize) / median, gflops: flops / best / 1e9, peakGflops: peak / 1e9,
            shareOfPeak: flops / best / peak, shareOfPeakMedian: flops / median / peak, phases: profile.phases,
            layers: profile.layers)
    }
}
