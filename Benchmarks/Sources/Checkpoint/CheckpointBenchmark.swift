import ArgumentParser
import Benchmarking
import Foundation
import Networks
import Training

/// What checkpoints cost a run that goes on beside them, how soon a run that is told to end has ended, and how soon it
/// is back.
struct CheckpointBenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Measures what checkpoints cost: 64-WIDTH-WIDTH-10 under Adam, with and without, in turn.",
        discussion: "Runs are made in a directory of their own on the disk that --directory is on, and removed.")

    @Option(help: "Outputs of the two hidden layers; 3300 makes 11.1 million parameters.")
    var width = 3_300

    @Option(help: "Samples a step.")
    var batch = 2_048

    @Option(help: "Steps between checkpoints.")
    var every = 10

    @Option(help: "Rounds; each is three intervals with and three without checkpoints.")
    var rounds = 5

    @Option(help: "Threads that compute.")
    var workers = 2

    @Option(help: "Where to write.")
    var directory = NSTemporaryDirectory()

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard width > 0, batch > 0, every > 1, rounds > 0, workers > 0 else {
            throw ValidationError("expected numbers above 0, and --every above 1")
        }
    }

    func run() throws {
        let place = URL(fileURLWithPath: directory).appendingPathComponent("lockstep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        let measurement = try CheckpointMeasurement(self, in: place)
        print(try json ? jsonLine(measurement) : measurement.text)
    }

    /// One epoch that is long enough for all: nothing but steps, and checkpoints if asked for.
    func configuration(checkpointEvery: Int?) -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [64], classes: 10, samples: batch * every * (6 * rounds + 4)),
            network: Network {
                Linear(width)
                ReLU()
                Linear(width)
                ReLU()
                Linear(10)
            },
            optimizer: .adam(.init()), batchSize: batch, epochs: 1, checkpointEvery: checkpointEvery,
            keepCheckpoints: 2)
    }
}
