import ArgumentParser
import Datasets
import DurableFiles
import Foundation
import Training

struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw samples of images with their labels, as one PNG picture.",
        discussion: """
            Of a configuration (.yaml, .yml), the train split as an epoch brings it, after augmentation; other splits, and \
            those of a data set, as they are.
            """)

    @Argument(
        help: ArgumentHelp("Data set, or configuration.", valueName: "file"),
        completion: .file(extensions: ["h5", "hdf5", "yaml", "yml"]))
    var file: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Picture to make.", valueName: "sheet.png"),
        completion: .file(extensions: ["png"]))
    var output: String

    @Option(help: ArgumentHelp("Which samples.", valueName: "split"))
    var split = Split.train

    @Option(help: ArgumentHelp("How many of them.", valueName: "n"))
    var samples = ContactSheet().count

    @Option(help: ArgumentHelp("Which epoch of training, from 0.", valueName: "n"))
    var epoch = 0

    @OptionGroup var data: DataOptions

    @Flag(help: "Replace the picture if it is there.")
    var overwrite = false

    func validate() throws {
        guard 1...ContactSheet.mostSamples ~= samples else {
            throw ValidationError("--samples: expected 1 ... \(ContactSheet.mostSamples), found \(samples)")
        }
        guard 0...Int(Int32.max) ~= epoch else {
            throw ValidationError("--epoch: expected 0 ... \(Int32.max), found \(epoch)")
        }
        guard isConfiguration || epoch == 0 else {
            throw ValidationError("--epoch: expected a configuration with it, found a data set, which has no epochs")
        }
    }

    private var isConfiguration: Bool { file.hasSuffix(".yaml") || file.hasSuffix(".yml") }

    func run() throws {
        let picture = DurableFile(output, replacing: overwrite)
        do {
            try picture.checkFree()
        } catch DurableFileError.exists(let path) {
            throw DatasetError(
                .exists, file: path, expected: "a new file", found: "one that exists",
                advice: "Choose another name, or replace it: --overwrite")
        }
        let sheet = ContactSheet(split: split, count: samples, epoch: epoch)
        let (bitmap, content) =
            isConfiguration
            ? try namingFile(file) { try sheet.draw(try Configuration(contentsOf: file), loading: data.loading) }
            : try sheet.draw(.file(file), loading: data.loading)
        try picture.write(bitmap.png)
        let state = content.isAugmented ? "augmented" : "as they are"
        print("\(output.escaped)  \(content.samples) samples of \(content.inputShape), \(split), \(state)")
    }
}
