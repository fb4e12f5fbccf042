import ArgumentParser

/// Measurements that are none of a user's business: what the parts of Lockstep cost, beside ways that were not taken.
///
///     swift run -c release lockstep-benchmarks reducer
///
/// Those that users want are `lockstep benchmark`.
@main
struct BenchmarksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockstep-benchmarks",
        abstract: "Measures what the parts of Lockstep cost, beside ways that were not taken.",
        subcommands: [
            CheckpointBenchmarkCommand.self, FingerprintBenchmark.self, LoadingBenchmark.self, ReducerBenchmark.self,
            ScalingSimulator.self, StepBenchmarkCommand.self, TraceBenchmark.self,
        ])
}
