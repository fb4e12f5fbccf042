import ArgumentParser
import Benchmarking
import Foundation
import Timelines
import Training

/// What drawing a timeline costs a run, with and without in turn.
struct TraceBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Measures what --trace costs: steps of a workload, with and without, in turn.",
        discussion: "Runs are made in a directory of their own on the disk that --directory is on, and removed.")

    @Argument(help: "Workloads of `lockstep benchmark step`.")
    var workloads = ["mlp-4096", "moons-100"]

    @Option(help: "Seconds of each run in a round, about.")
    var seconds = 0.5

    @Option(help: "Rounds.")
    var rounds = 20

    @Option(help: "Threads that compute.")
    var workers = 2

    @Flag(help: "Draw neither run: how far the figures can be trusted.")
    var control = false

    @Option(help: "Where to write.")
    var directory = NSTemporaryDirectory()

    func validate() throws {
        guard seconds > 0, rounds > 0, workers > 0 else { throw ValidationError("expected numbers above 0") }
        for workload in workloads { try Workload.check(workload) }
    }

    func run() throws {
        for workload in workloads { try measure(try Workload(workload)) }
    }

    private func measure(_ workload: Workload) throws {
        let place = URL(fileURLWithPath: directory).appendingPathComponent("lockstep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        var configuration = workload.configuration
        configuration.epochs = 1_000_000
        // Epochs of thousands of steps where those are short: each ends with a checkpoint.
        if configuration.batchSize < 1_000 { configuration.dataset.synthetic?.samples = 1_000_000 }
        let runs = try [true, false].map { traced in
            SteppedRun(
                try TrainingRun(configuration, directory: "\(place)/\(traced)", workers: .exactly(workers)))
        }
        let timeline = try Timeline(path: place + "/trace.json", process: "trace-benchmark")
        if !control { runs[0].run.record(on: timeline) }

        let warm = try runs.map { try $0.secondsOfStep(steps: 20) }
        let steps = max(10, Int(seconds / warm[1]))
        var (costs, plain): ([Double], [Double]) = ([], [])
        for round in 0..<rounds {
            var times = [0.0, 0.0]
            for index in round.isMultiple(of: 2) ? [0, 1] : [1, 0] {
                times[index] = try runs[index].secondsOfStep(steps: steps)
            }
            costs.append(times[0] / times[1] - 1)
            plain.append(times[1])
        }
        runs[0].run.record(on: nil)
        let summary = timeline.finish()
        costs.sort()
        func percent(_ share: Double) -> String { String(format: "%+.2f%%", share * 100) }
        print(
            """
            \(workload.name): a step, median: \(String(format: "%.4f ms", plain.sorted()[rounds / 2] * 1000))
            a trace costs \(percent(costs[rounds / 2])) of it \
            (quartiles \(percent(costs[rounds / 4])) and \(percent(costs[rounds * 3 / 4])), \(rounds) rounds of \
            \(steps) steps); \(summary.events) events, \(summary.lost) lost
            """)
    }
}

/// A run that goes on for some steps at a time. Between them it saves its state, which does not count.
private final class SteppedRun: TrainingObserver {
    let run: TrainingRun
    private var count = 0
    /// Sums of times between the ends of steps of one epoch: validations and checkpoints come between epochs.
    private var seconds = 0.0
    private var last: (end: ContinuousClock.Instant, epoch: Int)?

    init(_ run: TrainingRun) { self.run = run }

    /// The mean over steps: the thread that writes the trace takes its time from some of them.
    func secondsOfStep(steps: Int) throws -> Double {
        (count, seconds, last) = (0, 0, nil)
        _ = try run.train(steps: run.trainer.progress.step + steps, observer: self)
        return seconds / Double(count)
    }

    func stepFinished(_ report: StepReport) {
        let now = ContinuousClock.now
        if let last, last.epoch == report.epoch {
            seconds += (now - last.end) / .seconds(1)
            count += 1
        }
        last = (now, report.epoch)
    }
}
