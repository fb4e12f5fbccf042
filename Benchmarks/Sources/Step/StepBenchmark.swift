import ArgumentParser
import Benchmarking
import Training

/// `lockstep benchmark step --json` with three choices more, for work on the engine: how a batch is cut, and what a
/// measurement of the gradient noise costs.
struct StepBenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Times training steps with shards and micro-batches of one's choice, and with measurements of noise.")

    @Argument(help: "Workloads or configurations in YAML. (default: all workloads)")
    var workloads: [String] = []

    @Option(help: "Threads that compute.")
    var workers = 2

    @Option(help: "Seconds a workload.")
    var seconds = 5.0

    @Option(help: "Shards of a batch; the default follows from the batch size.")
    var shards: Int?

    @Option(help: "Rows in flight at once a worker.")
    var microBatch: Int?

    @Option(help: "Steps between measurements of the gradient noise; with 1, steps are those that measure it.")
    var noiseScaleEvery: Int?

    mutating func validate() throws {
        guard workers > 0, seconds > 0, seconds.isFinite, shards ?? 1 > 0, microBatch ?? 1 > 0,
            noiseScaleEvery ?? 1 > 0
        else {
            throw ValidationError("expected finite numbers above 0")
        }
    }

    func run() throws {
        let benchmark = StepBenchmark(
            workers: .exactly(workers), seconds: seconds, microBatch: microBatch, kernels: try selectKernels())
        for workload in try workloads.isEmpty ? Workload.builtIn : workloads.map(Workload.init) {
            var configuration = workload.configuration
            configuration.shards = shards ?? configuration.shards
            configuration.noiseScaleEvery = noiseScaleEvery ?? configuration.noiseScaleEvery
            let measurement = try benchmark.run(Workload(name: workload.name, configuration: configuration))
            print(try jsonLine(measurement))
        }
    }
}
