import ArgumentParser
import Datasets

struct ImportCIFAR10: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cifar10",
        abstract: "Import the binary version of CIFAR-10, unpacked.",
        usage: """
            lockstep import cifar10 <folder> --output <file.h5>
            lockstep import cifar10 <train.bin> ... [--test <test.bin>] --output <file.h5>
            """,
        discussion: """
            In a folder, files are data_batch_1.bin to data_batch_5.bin, and test_batch.bin. Images become \
            [32, 32, 3]; names of classes come from batches.meta.txt where it is beside them.
            """)

    @Argument(
        help: ArgumentHelp("A folder, or files (.bin) to train on.", valueName: "files"), completion: .file())
    var files: [String]

    @Option(help: ArgumentHelp("A file to test on, beside files to train on.", valueName: "test.bin"))
    var test: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("File to make.", valueName: "file.h5"))
    var output: String

    @OptionGroup var importing: ImportOptions

    func run() throws {
        try importing.make(at: output) { split, _ in
            let isFolder = files.count == 1 && test.isEmpty && isFolder(files[0])
            let cifar = isFolder ? try CIFAR10Files(folder: files[0]) : CIFAR10Files(train: files, test: test)
            return try .cifar10(cifar, split: split)
        }
    }
}
