import Datasets
import Foundation
import Kernels
import Training
import Workers

/// Times training steps of a workload with different numbers of workers, round by round.
///
/// All contestants are made first. In a round each takes a turn, and the next round begins with another one: what
/// disturbs the machine for minutes is in all of them, and in each ratio of two times of the same round. Where the time
/// goes is recorded afterwards, in a pass of its own.
package struct ScalingBenchmark {
    package var plan: ScalingPlan
    /// Whether to measure on a busy machine too, and more workers than cores.
    package var isForced: Bool
    package var kernels: any KernelTable.Type

    package init(plan: ScalingPlan, isForced: Bool = false, kernels: any KernelTable.Type) {
        self.plan = plan
        self.isForced = isForced
        self.kernels = kernels
    }

    /// Measures one workload.
    ///
    /// - Parameter progress: called before each round with its number, from 0, and with the number of rounds for the
    ///   pass that comes after them.
    /// - Throws: `ScalingPlanError` before anything starts, for a plan that does not suit the machine or the data;
    ///   `TrainingError`, `NetworkError`, `DatasetError` for a configuration that cannot be trained.
    package func run(_ workload: Workload, progress: (Int) -> Void = { _ in }) throws -> ScalingMeasurement {
        let cores = UsableCores.count
        try checkMachine(cores: cores)
        let (configuration, dataset) = try prepare(workload)
        let samples = dataset[.train]?.count ?? 0
        let entries = try plan.modes.map { try plan.entries($0, configuration, samples: samples) }
        var contestants: [ScalingPlan.Entry: ScalingContestant] = [:]
        for entry in entries.joined() where contestants[entry] == nil {
            contestants[entry] = try ScalingContestant(entry, configuration, dataset: dataset, kernels: kernels)
        }
        let ordered = contestants.values.sorted { ($0.entry.workers, $0.rows) < ($1.entry.workers, $1.rows) }

        let throttledBefore = QuotaThrottling.periods
        for round in 0..<plan.rounds {
            progress(round)
            for turn in ordered.indices {
                try ordered[(round + turn) % ordered.count].takeTurn(seconds: plan.seconds)
            }
        }
        let throttledAfter = QuotaThrottling.periods
        progress(plan.rounds)
        for contestant in ordered { try contestant.takeProfile(seconds: plan.seconds, kernels: kernels) }

        let throttled = throttledBefore.flatMap { before in throttledAfter.map { $0 - before } }
        return ScalingMeasurement(
            lockstepVersion: lockstepVersion, workload: workload.name, machine: MachineDescription(kernels: kernels),
            rounds: plan.rounds, secondsPerRound: plan.seconds,
            intervalCoverage: RoundEstimate.coverage(rounds: plan.rounds),
            curves: zip(plan.modes, entries).map { mode, entries in
                ScalingCurve(mode, entries.map { contestants[$0]! }, cores: cores)
            },
            warnings: ScalingWarnings(throttledPeriods: throttled, cores: cores, rounds: plan.rounds).sentences(ordered)
        )
    }

    /// Refuses what would not measure how training scales.
    private func checkMachine(cores: Int) throws {
        guard !isForced else { return }
        if let workers = plan.workers.last, workers > cores {
            throw ScalingPlanError.tooManyWorkers(workers: workers, cores: cores)
        }
        guard let before = ProcessorTime.now() else { return }
        Thread.sleep(forTimeInterval: 0.5)
        guard let after = ProcessorTime.now() else { return }
        let busy = before.shares(until: after, cores: MachineDescription.activeCores).cores
        guard busy <= ScalingWarnings.quietCores(of: cores) else { throw ScalingPlanError.busy(cores: busy) }
    }

    /// The configuration with its defaults, and its data. A made-up data set has as many samples as the largest batch
    /// needs for a few steps an epoch.
    private func prepare(_ workload: Workload) throws -> (Configuration, Dataset) {
        var configuration = workload.configuration
        try configuration.check()
        configuration = configuration.resolved
        if plan.modes.contains(.weak), let samples = configuration.dataset.synthetic?.samples {
            let batch = configuration.batchSize.multipliedReportingOverflow(by: plan.workers.last! / plan.workers[0])
            if !batch.overflow, batch.partialValue <= 1 << 24 {
                configuration.dataset.synthetic!.samples = max(samples, 4 * batch.partialValue)
            }
        }
        return (configuration, try Dataset.load(configuration.dataset, reading: configuration.loss.reading))
    }
}
