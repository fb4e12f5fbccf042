import ArgumentParser

struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure training steps, kernels and predictions against the limits of this machine.",
        subcommands: [BenchmarkStep.self, BenchmarkScaling.self, BenchmarkKernels.self, BenchmarkPredict.self])
}
