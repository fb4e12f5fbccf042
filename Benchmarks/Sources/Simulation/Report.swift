import Batches
import Benchmarking
import Foundation

/// Simulated steps, by cut of the batch and number of workers.
struct Predictions: Encodable {
    let machine: SimulatedMachine
    let steps: [[StepSimulator.Step]]
    /// Always: nothing of this was measured.
    let isPrediction = true

    private enum CodingKeys: CodingKey { case machine, steps, isPrediction }

    /// - Parameter shards: ways to cut the batch, besides the default.
    init(simulator: StepSimulator, batch: Int, workers: [Int], shards: [Int]) throws {
        machine = simulator.machine
        let usual = Sharding.defaultShards(batchSize: batch)
        steps = try ([usual] + shards.filter { $0 != usual && $0 <= batch }).map { shards in
            // One worker first, whatever was asked for: efficiency is relative to it.
            try ([1] + workers.filter { $0 != 1 }).map { workers in
                try simulator.step(workers: workers, batchSize: batch, shards: shards)
            }
        }
    }
}

/// What the program prints.
struct Report: Encodable {
    /// Predictions beside measurements of this machine; none where costs came from a file.
    let comparisons: [SimulationCheck.Comparison]
    let costs: StepCosts
    let predictions: Predictions

    var text: String {
        var lines = [
            "\(costs.workload), costs of one worker: \(milliseconds(costs.computeSecondsPerRow * 1e3)) us a row, "
                + "\(milliseconds(costs.computeSecondsPerShard)) ms a shard, "
                + "\(milliseconds(costs.updateSeconds)) ms the update of \(costs.updateRoots) sums, "
                + "\(milliseconds(costs.serialSeconds)) ms between the phases"
        ]
        for comparison in comparisons {
            let (measured, predicted) = (comparison.measuredMilliseconds, comparison.predictedMilliseconds)
            lines += [
                "check, \(comparison.workers) workers: best step \(number(comparison.bestMeasuredMilliseconds)) ms, predicted "
                    + "\(number(comparison.bestPredictedMilliseconds)) ms, \(percent(comparison.bestError))",
                "  medians \(number(measured.median)) ms, predicted \(number(predicted.median)) ms, "
                    + "\(percent(comparison.error.median)) (rounds \(comparison.error.lower.map(percent) ?? "?") to "
                    + "\(comparison.error.upper.map(percent) ?? "?"))",
            ]
        }
        let machine = predictions.machine
        lines += [
            "",
            "PREDICTED for \(machine.name): \(machine.cores) cores of \(number(machine.coreGflops)) GFLOP/s and "
                + "\(number(machine.coreGigabytesPerSecond)) GB/s, \(number(machine.totalGigabytesPerSecond)) GB/s together, "
                + "\(number(machine.cacheMebibytes)) MiB of cache",
        ]
        lines += machine.assumptions.map { "  assumed: \($0)" }
        lines += ["", "efficiency, batch \(predictions.steps[0][0].batchSize)"]
        lines.append(row("workers", predictions.steps.map { "\($0[0].shards) shards" }))
        for index in predictions.steps[0].indices {
            lines.append(
                row("\(predictions.steps[0][index].workers)", predictions.steps.map { percent(efficiency($0, index)) }))
        }
        lines += ["", "steps of \(predictions.steps[0][0].shards) shards"]
        lines.append(row("workers", ["step ms", "shards ms", "update ms", "busy"]))
        for step in predictions.steps[0] {
            lines.append(
                row(
                    "\(step.workers)",
                    [
                        milliseconds(step.seconds), milliseconds(step.gradientSeconds),
                        milliseconds(step.updateSeconds),
                        percent(step.busyShare),
                    ]))
        }
        return lines.joined(separator: "\n")
    }

    private func efficiency(_ steps: [StepSimulator.Step], _ index: Int) -> Double {
        steps[0].seconds / (steps[index].seconds * Double(steps[index].workers))
    }

    private func row(_ first: String, _ cells: [String]) -> String {
        ([first] + cells).map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }.joined()
    }

    private func milliseconds(_ seconds: Double) -> String { String(format: "%.3f", seconds * 1e3) }
    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
    private func percent(_ share: Double) -> String { String(format: "%.1f%%", share * 100) }
}
