import ArgumentParser
import Benchmarking
import DurableFiles
import Foundation
import Kernels
import Training

struct BenchmarkScaling: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract: "Measure how training scales over workers, explain it, and predict more of them.",
        discussion: """
            Every round times each number of workers, and the next one begins with another, so that efficiencies are \
            ratios of times of the same round. Where the time goes is recorded afterwards. Laws are fitted to what was \
            measured; what they say of more workers is a prediction, and marked as one.
            """)

    @Argument(
        help: ArgumentHelp(
            "A workload (\(Workload.builtIn.map(\.name).joined(separator: ", "))) or a configuration in YAML.",
            valueName: "workload|config.yaml"),
        completion: .file(extensions: ["yaml", "yml"]))
    var workload = "mlp-4096"

    @Option(
        help: ArgumentHelp(
            "Numbers of workers to compare. (default: powers of two up to the cores this process may use)",
            valueName: "n,n,..."),
        transform: WorkerList.init(argument:))
    var workers: WorkerList?

    @Option(help: "What grows with the workers: nothing (strong), the batch (weak), or both in turn.")
    var mode = Mode.strong

    @Option(help: ArgumentHelp("How often everything is measured; 6 make intervals of 95%.", valueName: "n"))
    var rounds = 10

    @Option(help: ArgumentHelp("How long to time each number of workers in each round.", valueName: "s"))
    var seconds = 1.0

    @Option(help: ArgumentHelp("Write all figures to a file, as one JSON object.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write a report with pictures, for browsers.", valueName: "file.html"))
    var report: String?

    @Flag(help: "Measure even though the machine is busy or has fewer cores than workers.")
    var force = false

    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case strong, weak, both

        var modes: [ScalingMode] {
            switch self {
            case .strong: [.strong]
            case .weak: [.weak]
            case .both: [.strong, .weak]
            }
        }
    }

    func validate() throws {
        try requirePositive(rounds, "--rounds")
        guard rounds <= 1000 else { throw ValidationError("--rounds: expected at most 1000, found \(rounds)") }
        try requirePositive(seconds, "--seconds")
        do {
            try Workload.check(workload)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        let kernels = try selectKernels()
        if let note = performanceNote(for: kernels) { Terminal.note(note) }
        // A run of minutes shall not find out at its end that its results have no place.
        let files = [json, report].compactMap { $0 }.map { DurableFile($0, replacing: true) }
        for file in files { try file.checkFree() }
        var plan = ScalingPlan(modes: mode.modes, rounds: rounds, seconds: seconds)
        if let workers { plan.workers = workers.counts }
        let benchmark = ScalingBenchmark(plan: plan, isForced: force, kernels: kernels)
        let chosen = try Workload(workload)
        let measurement = try namingFile(chosen.name) { try benchmark.run(chosen, progress: show) }
        print(measurement.text)
        for warning in measurement.warnings { Terminal.note("warning: \(warning)") }
        if let json {
            try DurableFile(json, replacing: true).write(Array((try jsonLine(measurement) + "\n").utf8))
        }
        if let report { try DurableFile(report, replacing: true).write(Array(ScalingReport(measurement).html.utf8)) }
    }

    private func show(round: Int) {
        guard Terminal.isInteractive else { return }
        Terminal.write("\r\u{1B}[K" + (round < rounds ? "round \(round + 1) of \(rounds)" : ""))
    }
}
