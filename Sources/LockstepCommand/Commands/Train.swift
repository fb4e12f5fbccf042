import ArgumentParser
import Checkpoints
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network.",
        discussion: """
            Without arguments, trains a small network on the hand-written digits that come with Lockstep. Options take \
            precedence over the configuration. A relative path of a data set starts from the current directory.
            """)

    @Argument(
        help: ArgumentHelp("What to train, in YAML: see the README.", valueName: "config.yaml"),
        completion: .file(extensions: ["yaml", "yml"]))
    var configurationFile: String?

    @Option(help: ArgumentHelp("HDF5 file to train on.", valueName: "file"), completion: .file(extensions: ["h5"]))
    var dataset: String?

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "Directory to make for the run. (default: the next free one of runs/NAME-1, runs/NAME-2, …)",
            valueName: "dir"),
        completion: .directory)
    var runDirectory: String?

    @OptionGroup var length: LengthOptions

    @Option(help: ArgumentHelp("Samples a step.", valueName: "n"))
    var batchSize: Int?

    @Option(help: ArgumentHelp("Parts of a batch that workers share out; affects the result.", valueName: "n"))
    var shards: Int?

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Decides initial values, order of samples and dropout.", valueName: "n"))
    var seed: UInt64?

    @OptionGroup var checkpointing: CheckpointingOptions

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "Branch from this checkpoint: go on from its step with its parameters and moments, in a new run. Without "
                + "config.yaml, with its configuration.", valueName: "checkpoint"),
        completion: .file(extensions: ["h5"]))
    var branch: String?

    @Option(
        help: ArgumentHelp("Begin with the parameters of this checkpoint, at step 0.", valueName: "checkpoint"),
        completion: .file(extensions: ["h5"]))
    var initializeFrom: String?

    @OptionGroup var fingerprints: FingerprintOptions
    @OptionGroup var trace: TraceOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try requirePositive(batchSize, "--batch-size")
        try requirePositive(shards, "--shards")
        guard branch == nil || initializeFrom == nil else {
            throw ValidationError("--from, --initialize-from: expected one of them, found both")
        }
        if let shards, let batchSize, shards > batchSize {
            throw ValidationError("--shards: expected at most the batch size of \(batchSize), found \(shards)")
        }
    }

    func run() throws {
        try TrainingSession(length: length, output: output, trace: trace, workers: workers).train { _ in
            try namingFile(configurationSource) {
                try TrainingRun(
                    resolvedConfiguration(), from: origin(), directory: runDirectory, loading: data.loading,
                    recordsFingerprints: fingerprints.recordFingerprints, workers: workers.workers)
            }
        }
    }

    /// The file that the configuration comes from.
    var configurationSource: String { configurationFile ?? branch ?? ShippedConfiguration.path }

    private func origin() throws -> TrainingRun.Origin? {
        if let branch { return .branch(checkpoint: try checkpointPath(branch)) }
        return try initializeFrom.map { .parameters(checkpoint: try checkpointPath($0)) }
    }

    private func baseConfiguration() throws -> Configuration {
        if let configurationFile { return try Configuration(contentsOf: configurationFile) }
        guard let branch else { return try ShippedConfiguration.load() }
        let path = try checkpointPath(branch)
        return try Configuration(yaml: try Checkpoint.read(path).configuration, path: path)
    }

    private func resolvedConfiguration() throws -> Configuration {
        var configuration = try baseConfiguration()
        checkpointing.changes(epochs: length.epochs, dataset: dataset).apply(to: &configuration)
        if let batchSize { configuration.batchSize = batchSize }
        if let shards { configuration.shards = shards }
        if let seed { configuration.seed = seed }
        return configuration
    }
}
