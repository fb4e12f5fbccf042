import ArgumentParser
import Training
import Workers

struct Workers: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the number of threads of a run while it trains, or show it.",
        discussion: """
            The run goes on with that many after the step it is at, and says so in its log.txt. It has the same bits, \
            whatever the number and whenever it changes.
            """)

    @Argument(help: ArgumentHelp("Directory of the run.", valueName: "run"), completion: .directory)
    var runDirectory: String

    @Argument(
        help: ArgumentHelp(
            "How many: a number, or auto for the cores that the run's process may use. Without it, the number is shown.",
            valueName: "n|auto"),
        transform: WorkerCount.init(argument:))
    var workers: WorkerCount?

    func run() throws {
        let run = try RunDirectory.open(runDirectory)
        guard let workers else {
            guard let training = run.workersOfTraining else { throw run.nobodyTrains }
            return print(training.workers.map(String.init) ?? "unknown")
        }
        try run.request(workers)
    }
}
