import ArgumentParser
import Datasets
import Training

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
    @Flag(help: "Read data that is larger than memory through even if the file is the one trained on before.")
    var verifyData = false

    @Flag(
        help:
            "Go on although a run was written to a moment ago, on a file system without locks, if nobody trains in it.")
    var takeOver = false

    @OptionGroup var length: LengthOptions
    @OptionGroup var checkpointing: CheckpointingOptions
    @OptionGroup var fingerprints: FingerprintOptions
    @OptionGroup var trace: TraceOptions
    @OptionGroup var output: OutputOptions

    private var loading: LoadingOptions {
        var loading = data.loading
        loading.verifies = verifyData
        return loading
    }

    func run() throws {
        try TrainingSession(length: length, output: output, trace: trace, workers: workers).train { observer in
            try TrainingRun(
                resuming: runDirectory, changes: checkpointing.changes(epochs: length.epochs, dataset: dataset),
                loading: loading, takesOver: takeOver, recordsFingerprints: fingerprints.recordFingerprints,
                workers: workers.workers,
                observer: observer)
        }
    }
}
