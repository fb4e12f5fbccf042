import ArgumentParser
import Benchmarking
import Foundation
import Networks
import Training
import Workers

/// Training steps of more workers than this machine has cores, replayed from what their parts cost one worker.
struct ScalingSimulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Predicts how training scales on machines with more cores.",
        discussion: """
            Measures what the parts of a step cost one worker, compares what the simulator makes of them with steps of as \
            many workers as there are cores, and predicts more. Everything in its tables but the comparison is a \
            prediction. The exit status is 1 if the comparison is worse than --tolerance.
            """)

    @Argument(help: "A workload, \(Workload.builtIn.map(\.name).joined(separator: ", ")), or a configuration in YAML.")
    var workload = "wide-2048"

    @Option(help: "Samples of a batch, if not the workload's.")
    var batch: Int?

    @Option(help: "Numbers of workers to predict.", transform: numbers)
    var workers = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128]

    @Option(help: "Numbers of shards to compare; the default for the batch comes first.", transform: numbers)
    var shards: [Int] = []

    @Option(help: ArgumentHelp("A machine in JSON, as in Benchmarks/machines, instead of this one.", valueName: "file"))
    var machine: String?

    @Option(help: ArgumentHelp("Costs in JSON that --save wrote, instead of measuring.", valueName: "file"))
    var costs: String?

    @Option(help: ArgumentHelp("Where to write the measured costs.", valueName: "file"))
    var save: String?

    @Option(help: "Rounds of measurements.")
    var rounds = 6

    @Option(help: "How long each of three measurements of a round takes, or as long as three steps.")
    var seconds = 1.0

    @Option(help: "By how much the prediction of the best step on this machine may differ from what was measured.")
    var tolerance = 0.05

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        guard rounds > 0, seconds > 0, seconds.isFinite, batch ?? 1 > 0, tolerance > 0 else {
            throw ValidationError("expected finite numbers above 0")
        }
        guard !workers.isEmpty, (workers + shards).allSatisfy({ (1...100_000).contains($0) }) else {
            throw ValidationError("expected numbers in 1 ... 100000 with commas between them")
        }
        if costs == nil { try Workload.check(workload) }
    }

    func run() throws {
        let check = try costs == nil ? measure() : nil
        let stepCosts = try costs.map { try read(StepCosts.self, $0) } ?? check!.costs
        let simulated: SimulatedMachine
        if let machine {
            simulated = try read(SimulatedMachine.self, machine)
        } else {
            simulated = try check?.machine ?? SimulatedMachine(measuringWith: selectKernels())
        }
        try simulated.check()
        if let save { try Data((jsonLine(stepCosts) + "\n").utf8).write(to: URL(fileURLWithPath: save)) }
        let predictions = try Predictions(
            simulator: StepSimulator(costs: stepCosts, machine: simulated), batch: batch ?? stepCosts.batchSize,
            workers: workers, shards: shards)
        let report = Report(comparisons: check?.comparisons ?? [], costs: stepCosts, predictions: predictions)
        print(try json ? jsonLine(report) : report.text)
        if let worst = report.comparisons.map(\.bestError.magnitude).max(), worst > tolerance {
            throw ExitCode(1)
        }
    }

    private func measure() throws -> SimulationCheck {
        var configuration = try Workload(workload).configuration
        if let batch {
            configuration.batchSize = batch
            configuration.shards = shards.first
            if let samples = configuration.dataset.synthetic?.samples {
                configuration.dataset.synthetic!.samples = max(samples, 8 * batch)
            }
        }
        let cores = UsableCores.count
        return try SimulationCheck(
            Workload(name: workload, configuration: configuration),
            workers: ScalingPlan.defaultWorkers(cores: cores), rounds: rounds, seconds: seconds,
            kernels: selectKernels())
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw ValidationError("\(path): \(error)")
        }
    }

    private static func numbers(_ text: String) throws -> [Int] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let number = Int(word) else { throw ValidationError("'\(word)' is no number") }
            return number
        }
    }
}
