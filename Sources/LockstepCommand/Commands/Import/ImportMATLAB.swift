import ArgumentParser
import Datasets
import Foundation

struct ImportMATLAB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matlab",
        abstract: "Import arrays that MATLAB has saved as version 7.3, or Julia or R as HDF5.",
        discussion: """
            These programs write the axes of an array in reverse order; here they come back into theirs, samples first. \
            x and y are found with or without a split: x_train, X, test_y and so on. Samples are along the axis that \
            has as many as there are targets. Of several files, name each split with --split.
            """)

    @Argument(
        help: ArgumentHelp("A MAT-file of version 7.3, or another HDF5 file.", valueName: "file.mat"),
        completion: .file(extensions: ["mat", "jld2", "h5"]))
    var file: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File to make. (default: the file's name with .h5, here)", valueName: "file.h5"))
    var output: String?

    @Option(help: ArgumentHelp("Name of the inputs, without the split. (default: x)", valueName: "name"))
    var inputs: String?

    @Option(help: ArgumentHelp("Name of the targets, likewise. (default: y)", valueName: "name"))
    var targets: String?

    @Option(
        help: ArgumentHelp(
            "Axis of the samples, as the program counts axes. (default: the one with as many as there are targets)",
            valueName: "first|last"))
    var samples: SampleAxis?

    @OptionGroup var likeness: LikenessOptions

    @OptionGroup var importing: ImportOptions

    func validate() throws {
        guard !likeness.noTargets || targets == nil else {
            throw ValidationError("--no-targets: expected inputs alone, found --targets")
        }
    }

    func run() throws {
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        try importing.make(at: output ?? stem + ".h5", like: likeness) { split, like in
            try .matlab(
                file, inputs: inputs, targets: targets, samples: samples, split: split, taking: likeness.taking,
                isExcerpt: like != nil)
        }
    }
}

extension SampleAxis: ExpressibleByArgument {}
