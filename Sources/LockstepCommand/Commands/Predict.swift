import ArgumentParser
import Datasets
import Training

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a checkpoint's predictions for a split to an HDF5 file.",
        discussion: """
            A classifier's file has probabilities [samples, classes] and predictions [samples]; with binary \
            cross-entropy it has probabilities, for regression predictions, of shape [samples, outputs].
            """)

    @OptionGroup var checkpoint: CheckpointOptions

    @Option(
        help: ArgumentHelp("Data set to predict on; needs no targets.", valueName: "file"),
        completion: .file(extensions: ["h5"]))
    var dataset: String

    @Option(
        help: ArgumentHelp("File to make; never overwritten.", valueName: "file.h5"),
        completion: .file(extensions: ["h5"]))
    var output: String

    @Option(help: "Which split.")
    var split = Split.test

    @OptionGroup var data: DataOptions

    @Flag(help: "Say what all takes of memory.")
    var verbose = false

    func run() throws {
        try TrainedModel(checkpoint.path, loading: data.loading).predict(
            dataset: dataset, split: split, output: output, note: Terminal.note,
            planned: verbose ? Terminal.show : { _ in })
        print(output)
    }
}
