import ArgumentParser
import Lockstep

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

    @Option(help: ArgumentHelp("Decides initial values, order of samples and dropout.", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Write a checkpoint after every so many steps, besides each epoch.", valueName: "steps"))
    var checkpointEvery: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try requirePositive(batchSize, "--batch-size")
        try requirePositive(shards, "--shards")
        try requirePositive(checkpointEvery, "--checkpoint-every")
        if let shards, let batchSize, shards > batchSize {
            throw ValidationError("--shards: expected at most the batch size of \(batchSize), found \(shards)")
        }
    }

    func run() throws {
        try TrainingSession(length: length, output: output).train { _ in
            try namingFile(configurationFile ?? ShippedConfiguration.path) {
                try TrainingRun(resolvedConfiguration(), directory: runDirectory, workers: workers.workers)
            }
        }
    }

    private func resolvedConfiguration() throws -> Configuration {
        var configuration = try configurationFile.map(Configuration.init(contentsOf:)) ?? ShippedConfiguration.load()
        if let dataset { configuration.dataset = configuration.dataset.replacingPath(with: dataset) }
        if let epochs = length.epochs { configuration.epochs = epochs }
        if let batchSize { configuration.batchSize = batchSize }
        if let shards { configuration.shards = shards }
        if let seed { configuration.seed = seed }
        if let checkpointEvery { configuration.checkpointEvery = checkpointEvery }
        return configuration
    }
}
