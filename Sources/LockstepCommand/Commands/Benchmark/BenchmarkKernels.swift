import ArgumentParser
import Benchmarking
import Kernels
import Training

struct BenchmarkKernels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Time every kernel at the shapes of real layers, on one core.",
        discussion: """
            Products are compared with what the core reaches in nothing but multiply-adds between their rounds; kernels \
            that pass over their operands once, in the second-level cache, with the bandwidth of memory.
            """)

    @Option(help: ArgumentHelp("How long to time each of about a hundred kernels.", valueName: "s"))
    var seconds = 0.2

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws { try requirePositive(seconds, "--seconds") }

    func run() throws {
        let kernels = try selectKernels()
        if let note = performanceNote(for: kernels) { Terminal.note(note) }
        let measurement = KernelBenchmark(kernels: kernels, seconds: seconds).run()
        print(try json ? jsonLine(measurement) : measurement.text)
    }
}
