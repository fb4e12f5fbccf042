import ArgumentParser
import Benchmarking
import Foundation
import Kernels
import Training

struct BenchmarkStep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Time training steps, and show where their time goes.",
        discussion: """
            GFLOP/s counts the multiply-adds that the mathematics needs, in the best step; the peak beside it is what as \
            many threads as workers reach together in nothing but multiply-adds, measured between the steps.
            """)

    @Argument(
        help: ArgumentHelp(
            "Workloads (\(Workload.builtIn.map(\.name).joined(separator: ", "))) or configurations in YAML. "
                + "(default: all of the former)",
            valueName: "workload|config.yaml"),
        completion: .file(extensions: ["yaml", "yml"]))
    var workloads: [String] = []

    @OptionGroup var workers: WorkerOptions

    @Option(help: ArgumentHelp("How long to time each workload.", valueName: "s"))
    var seconds = 5.0

    @Flag(help: "Print one JSON object a line, for each workload.")
    var json = false

    @Flag(help: "Show what each layer takes.")
    var layers = false

    func validate() throws {
        try requirePositive(seconds, "--seconds")
        do {
            for workload in workloads { try Workload.check(workload) }
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        let kernels = try selectKernels()
        if let note = performanceNote(for: kernels) { Terminal.note(note) }
        let chosen = try workloads.isEmpty ? Workload.builtIn : workloads.map(Workload.init)
        var benchmark = StepBenchmark(workers: workers.workers, seconds: seconds, kernels: kernels)
        benchmark.processors = try workers.placement()
        for (index, workload) in chosen.enumerated() {
            var measurement = try namingFile(workload.name) { try benchmark.run(workload) }
            if !layers { measurement.layers = nil }
            print(try json ? jsonLine(measurement) : (index > 0 ? "\n" : "") + measurement.text)
            fflush(nil)  // a pipe too shall have what is known
        }
    }
}
