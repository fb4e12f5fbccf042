import ArgumentParser
import Datasets
import Foundation

struct ImportIDX: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idx",
        abstract: "Import files in the IDX format of the MNIST database, plain or .gz.",
        usage: """
            lockstep import idx <folder> --output <file.h5>
            lockstep import idx <train-images> <train-labels> [<test-images> <test-labels>] --output <file.h5>
            lockstep import idx <images> --no-targets --output <file.h5>
            """,
        discussion: "In a folder, files are found by the names that MNIST's have: train-images-idx3-ubyte.gz and so on."
    )

    @Argument(
        help: ArgumentHelp("A folder, or inputs and targets to train and perhaps to test on.", valueName: "files"),
        completion: .file())
    var files: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("File to make.", valueName: "file.h5"))
    var output: String

    @OptionGroup var likeness: LikenessOptions

    @OptionGroup var importing: ImportOptions

    func validate() throws {
        if likeness.noTargets, files.count != 1 {
            throw ValidationError("--no-targets: expected a folder or a file of inputs, found \(files.count) files")
        }
        if ![1, 2, 4].contains(files.count) {
            throw ValidationError("expected a folder, 2 files or 4, found \(files.count)")
        }
    }

    func run() throws {
        try importing.make(at: output, like: likeness) { split, like in
            try .idx(try description(), split: split, isExcerpt: like != nil)
        }
    }

    private func description() throws -> IDXFiles {
        if files.count == 1 {
            if likeness.taking != .required, !isFolder(files[0]) {
                return IDXFiles(trainInputs: files[0], trainTargets: nil)
            }
            return try IDXFiles(folder: files[0], taking: likeness.taking)
        }
        return IDXFiles(
            trainInputs: files[0], trainTargets: files[1], testInputs: files.count == 4 ? files[2] : nil,
            testTargets: files.count == 4 ? files[3] : nil)
    }
}
