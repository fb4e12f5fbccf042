import ArgumentParser
import Benchmarking
import Foundation
import Training

/// What it costs to sum gradients in an order that is the same for any number of workers.
struct ReducerBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reducer",
        abstract: "Times training steps beside the same steps with gradients summed in whatever order they come.",
        discussion: """
            The exit status is 1 if the two do not agree within rounding after one step from the same state.
            """)

    @Argument(help: "Workloads: \(names(Workload.builtIn)). (default: \(names(Self.standard)))")
    var workloads: [String] = []

    @Option(help: "Threads that compute; the default is one for each core, as far as there are shards.")
    var workers: Int?

    @Option(help: "Rounds a workload.")
    var rounds = 20

    @Option(help: "Seconds a round, or four times two steps where that is longer.")
    var seconds = 1.0

    @Flag(help: "Print one JSON object a line, for each workload.")
    var json = false

    /// Those whose batch has more than one shard.
    private static let standard = Workload.builtIn.filter {
        $0.configuration.resolved.shards! > 1
    }

    /// The most that gradients may differ, relative to the largest of their tensor: some hundred times what rounding
    /// does to sums of thousands of terms, and some hundredth of what a missing shard would.
    private static let tolerance = 1e-4

    mutating func validate() throws {
        guard workers ?? 1 > 0, rounds > 0, seconds > 0, seconds.isFinite else {
            throw ValidationError("expected finite numbers above 0")
        }
        if let unknown = workloads.first(where: { name in !Workload.builtIn.contains { $0.name == name } }) {
            throw ValidationError("unknown workload '\(unknown)'. Choose from: \(names(Workload.builtIn))")
        }
    }

    func run() throws {
        let kernels = try selectKernels()
        for workload in try workloads.isEmpty ? Self.standard : workloads.map(Workload.init) {
            let measurement = try measure(ReducerContest(workload, workers: workers, kernels: kernels))
            print(try json ? jsonLine(measurement) : measurement.text)
            fflush(nil)  // a pipe too shall have what is known
        }
    }

    private func measure(_ contest: ReducerContest) throws -> ReducerMeasurement {
        try contest.team.region {
            let difference = contest.largestDifference()
            guard difference <= Self.tolerance else {
                throw Disagreement(workload: contest.workload.name, difference: difference)
            }
            let rounds = (0..<rounds).map { _ in contest.round(seconds: seconds) }
            return ReducerMeasurement(contest, rounds: rounds, largestDifference: difference)
        }
    }
}

/// The two did not do the same work.
private struct Disagreement: Error, CustomStringConvertible {
    let workload: String
    let difference: Double

    var description: String {
        "\(workload): after one step from the same state, gradients differ by \(difference) of the largest of their "
            + "tensor, which is more than rounding does"
    }
}

private func names(_ workloads: [Workload]) -> String { workloads.map(\.name).joined(separator: ", ") }
