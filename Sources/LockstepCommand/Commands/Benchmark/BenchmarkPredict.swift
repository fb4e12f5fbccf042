import ArgumentParser
import Benchmarking
import Foundation
import Kernels
import Training

struct BenchmarkPredict: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Time predictions on samples in memory: one at a time, and a thousand.",
        discussion: """
            One sample is computed on one thread, and reads each parameter once: the bytes of parameters a second stand \
            beside what a core reads of as many bytes in one piece. Many samples are computed on all workers.
            """)

    @Argument(
        help: ArgumentHelp(
            "Workloads (\(Workload.builtIn.map(\.name).joined(separator: ", "))), with the parameters that training "
                + "begins with, or checkpoints. (default: mlp-128 and lenet5-64)",
            valueName: "workload|checkpoint.h5"),
        completion: .file(extensions: ["h5"]))
    var workloads: [String] = []

    @OptionGroup var workers: WorkerOptions

    @Option(help: ArgumentHelp("How long to time each number of samples.", valueName: "s"))
    var seconds = 2.0

    @Flag(help: "Print one JSON object a line, for each workload.")
    var json = false

    func validate() throws {
        try requirePositive(seconds, "--seconds")
        do {
            for workload in workloads where !isCheckpoint(workload) { try Workload.check(workload) }
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private func isCheckpoint(_ name: String) -> Bool { name.hasSuffix(".h5") }

    func run() throws {
        let kernels = try selectKernels()
        if let note = performanceNote(for: kernels) { Terminal.note(note) }
        let benchmark = PredictBenchmark(workers: workers.workers, seconds: seconds, kernels: kernels)
        for (index, name) in (workloads.isEmpty ? ["mlp-128", "lenet5-64"] : workloads).enumerated() {
            let measurement = try namingFile(name) {
                try isCheckpoint(name) ? benchmark.run(checkpoint: name) : benchmark.run(Workload(name))
            }
            print(try json ? jsonLine(measurement) : (index > 0 ? "\n" : "") + measurement.text)
            fflush(nil)  // a pipe too shall have what is known
        }
    }
}
