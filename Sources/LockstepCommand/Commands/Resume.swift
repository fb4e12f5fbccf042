import ArgumentParser
import Lockstep

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a run from its newest checkpoint.",
        discussion: """
            With any number of workers, the run ends with the same bits as one that was never stopped. --epochs and \
            --steps give the total to reach, not what to add.
            """)

    @Argument(help: ArgumentHelp("Directory of the run.", valueName: "run"), completion: .directory)
    var runDirectory: String

    @Option(
        help: ArgumentHelp("HDF5 file with the same data, however stored.", valueName: "file"),
        completion: .file(extensions: ["h5"]))
    var dataset: String?

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var length: LengthOptions
    @OptionGroup var checkpointing: CheckpointingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try TrainingSession(length: length, output: output).train { observer in
            try TrainingRun(
                resuming: runDirectory, changes: checkpointing.changes(epochs: length.epochs, dataset: dataset),
                loading: data.loading, workers: workers.workers, observer: observer)
        }
    }
}
