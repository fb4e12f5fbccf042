import ArgumentParser
import Foundation
import Networks
import Training

/// What recording a digest of each tensor after each step costs a run, with and without in turn.
struct FingerprintBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint",
        abstract: "Measures what --record-fingerprints costs: steps of 784-512-256-10, with and without, in turn.",
        discussion: "Runs are made in a directory of their own on the disk that --directory is on, and removed.")

    @Option(help: "Samples a step.")
    var batch = 4_096

    @Option(help: "Steps of each run in a round.")
    var steps = 20

    @Option(help: "Pairs of runs, each made anew: where its memory lies makes a run some percent faster or slower.")
    var pairs = 6

    @Option(help: "Rounds of a pair.")
    var rounds = 4

    @Option(help: "Threads that compute.")
    var workers = 2

    @Option(help: "Where to write.")
    var directory = NSTemporaryDirectory()

    func validate() throws {
        guard batch > 0, steps > 1, pairs > 0, rounds > 0, workers > 0 else {
            throw ValidationError("expected numbers above 0, and --steps above 1")
        }
    }

    func run() throws {
        let place = URL(fileURLWithPath: directory).appendingPathComponent("lockstep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        var (costs, plain): ([Double], [Double]) = ([], [])
        for pair in 0..<pairs {
            // Made in turn, too.
            var runs: [Bool: SteppedRun] = [:]
            for records in pair.isMultiple(of: 2) ? [true, false] : [false, true] {
                let run = try newRun("\(place)/\(pair)-\(records)", recordsFingerprints: records)
                _ = try run.seconds(steps: steps)  // warm caches
                runs[records] = run
            }
            for round in 0..<rounds {
                var times: [Bool: Double] = [:]
                for records in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                    times[records] = try runs[records]!.seconds(steps: steps)
                }
                costs.append(times[true]! / times[false]! - 1)
                plain.append(times[false]!)
            }
        }
        costs.sort()
        func percent(_ share: Double) -> String { String(format: "%+.2f%%", share * 100) }
        let count = costs.count
        print(
            """
            a step of \(batch) samples, median: \(String(format: "%.2f ms", plain.sorted()[count / 2] * 1000))
            fingerprints cost \(percent(costs[count / 2])) of it \
            (quartiles \(percent(costs[count / 4])) and \(percent(costs[count * 3 / 4])), \(count) rounds)
            """)
    }

    private func newRun(_ path: String, recordsFingerprints: Bool) throws -> SteppedRun {
        let configuration = Configuration(
            dataset: .synthetic(inputs: [784], classes: 10, samples: batch * steps),
            network: Network {
                Linear(512)
                ReLU()
                Linear(256)
                ReLU()
                Linear(10)
            },
            batchSize: batch, epochs: rounds + 1)
        return SteppedRun(
            try TrainingRun(
                configuration, directory: path, recordsFingerprints: recordsFingerprints, workers: .exactly(workers)))
    }
}

/// A run that goes on for some steps at a time, and takes the median time from the end of one to the end of the next.
private final class SteppedRun: TrainingObserver {
    private let run: TrainingRun
    private var last: ContinuousClock.Instant?
    private var times: [Double] = []

    init(_ run: TrainingRun) { self.run = run }

    func seconds(steps: Int) throws -> Double {
        last = nil
        times = []
        _ = try run.train(steps: run.trainer.progress.step + steps, observer: self)
        return times.sorted()[times.count / 2]
    }

    func stepFinished(_ report: StepReport) {
        let now = ContinuousClock.now
        if let last { times.append((now - last) / .seconds(1)) }
        last = now
    }
}
