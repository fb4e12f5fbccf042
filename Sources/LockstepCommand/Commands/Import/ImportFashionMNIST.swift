import ArgumentParser
import Datasets

struct ImportFashionMNIST: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fashion-mnist",
        abstract: "Import Fashion-MNIST, 70,000 pictures of clothes, from Debian's package dataset-fashion-mnist.",
        discussion: "The environment variable FASHION_MNIST names a folder with the four files instead.")

    @Option(name: .shortAndLong, help: ArgumentHelp("File to make.", valueName: "file.h5"))
    var output = ImportedDataset.fashionMNISTOutput

    @OptionGroup var importing: ImportOptions

    func run() throws {
        try importing.make(at: output) { split, _ in try .fashionMNIST(split: split) }
    }
}
