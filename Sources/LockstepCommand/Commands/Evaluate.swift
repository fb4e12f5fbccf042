import ArgumentParser
import Benchmarking
import Datasets
import Foundation
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Compute a checkpoint's loss and metrics on a split.")

    @OptionGroup var checkpoint: CheckpointOptions

    @Option(
        help: ArgumentHelp("Data set to evaluate on. (default: the one trained on)", valueName: "file"),
        completion: .file(extensions: ["h5"]))
    var dataset: String?

    @Option(help: "Which split.")
    var split = Split.test

    @OptionGroup var data: DataOptions

    @Flag(help: "Say what all takes of memory.")
    var verbose = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let model = try TrainedModel(checkpoint.path, loading: data.loading)
        let report = try model.evaluate(
            dataset: dataset, split: split, note: Terminal.note, planned: verbose ? Terminal.show : { _ in })
        print(try json ? jsonLine(report) : report.text(classNames: model.checkpoint.classNames))
    }
}
