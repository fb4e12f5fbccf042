import Datasets
import Kernels
import Training

/// Measures what a step costs one worker and, in turn, how long several take for it, and compares the latter with what
/// the simulator makes of the former.
package struct SimulationCheck {
    package let machine: SimulatedMachine
    /// The costs of the fastest steps of one worker.
    package let costs: StepCosts
    /// Comparisons, by number of workers.
    package let comparisons: [Comparison]

    /// What was predicted of a number of workers, and what was measured.
    package struct Comparison: Encodable, Sendable {
        package let workers: Int
        /// The time of a step, of the rounds' median steps.
        package let measuredMilliseconds: RoundEstimate
        package let predictedMilliseconds: RoundEstimate
        /// Predicted over measured, less 1, of each round.
        package let error: RoundEstimate
        /// The time of the fastest steps of all rounds, which nothing disturbed: what the simulator is judged by.
        package let bestMeasuredMilliseconds: Double
        package let bestPredictedMilliseconds: Double
        package let bestError: Double
    }

    /// The simulator knows neither passes of a step nor measurements of noise: they are left out of the configuration.
    ///
    /// - Parameters:
    ///   - workers: whom to time; those that have cores.
    ///   - seconds: how long each measurement of a round takes.
    package init(
        _ workload: Workload, workers: [Int], rounds: Int, seconds: Double, kernels: any KernelTable.Type
    ) throws {
        var configuration = workload.configuration.resolved
        try configuration.check()
        (configuration.accumulate, configuration.noiseScaleEvery) = (1, nil)
        let dataset = try Dataset.load(configuration.dataset, reading: configuration.loss.reading)
        let machine = SimulatedMachine(measuringWith: kernels)
        let measurement = try StepCostMeasurement(
            workload, configuration, dataset: dataset, on: machine, kernels: kernels)
        let teams = try workers.map { workers in
            let trainer = try Trainer(configuration, dataset: dataset, workers: .exactly(workers), kernels: kernels)
            return (workers: workers, trainer: trainer, steps: StepTimer(trainer))
        }
        var costs: [StepCosts] = []
        var measured = teams.map { _ in [Double]() }
        for round in 0..<rounds {
            // The one that is measured first in a round changes.
            if round.isMultiple(of: 2) { costs.append(try measurement.measure(seconds: seconds)) }
            for (index, team) in teams.enumerated() {
                let first = team.steps.times.count
                try team.trainer.team.region {
                    try team.steps.warmUp(steps: 2)
                    try team.steps.run(seconds: seconds)
                }
                measured[index].append(RoundEstimate.median(Array(team.steps.times[first...])))
            }
            if !round.isMultiple(of: 2) { costs.append(try measurement.measure(seconds: seconds)) }
        }
        let best = measurement.best
        comparisons = try teams.indices.map { index in
            let team = teams[index]
            func predicted(_ costs: StepCosts) throws -> Double {
                try StepSimulator(costs: costs, machine: machine)
                    .step(workers: team.workers, shards: configuration.shards).seconds
            }
            let predictions = try costs.map(predicted)
            let (fastest, bestPrediction) = (team.steps.times.min()!, try predicted(best))
            return Comparison(
                workers: team.workers, measuredMilliseconds: RoundEstimate(measured[index].map { $0 * 1e3 }),
                predictedMilliseconds: RoundEstimate(predictions.map { $0 * 1e3 }),
                error: RoundEstimate(zip(predictions, measured[index]).map { $0 / $1 - 1 }),
                bestMeasuredMilliseconds: fastest * 1e3, bestPredictedMilliseconds: bestPrediction * 1e3,
                bestError: bestPrediction / fastest - 1)
        }
        self.machine = machine
        self.costs = best
    }
}
