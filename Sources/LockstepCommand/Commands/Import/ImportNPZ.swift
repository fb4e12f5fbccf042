import ArgumentParser
import Foundation

struct ImportNPZ: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "npz",
        abstract: "Import arrays that NumPy has saved.",
        usage: """
            lockstep import npz <file.npz> [--inputs <name>] [--targets <name>] --output <file.h5>
            lockstep import npz <inputs.npy> <targets.npy> --output <file.h5>
            lockstep import npz <inputs.npy> --no-targets --output <file.h5>
            """,
        discussion: """
            In an archive, x and y are found with or without a split: x_train, train_x, x_test and so on; without one \
            they are the train split, or that of --split.
            """)

    @Argument(help: ArgumentHelp("An archive, or two arrays.", valueName: "files"), completion: .file())
    var files: [String]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File to make. (default: the archive's name with .h5, here)", valueName: "file.h5"))
    var output: String?

    @Option(help: ArgumentHelp("Name of the inputs in the archive, without the split. (default: x)", valueName: "name"))
    var inputs: String?

    @Option(help: ArgumentHelp("Name of the targets, likewise. (default: y)", valueName: "name"))
    var targets: String?

    @OptionGroup var likeness: LikenessOptions

    @OptionGroup var importing: ImportOptions

    func validate() throws {
        if likeness.noTargets {
            guard files.count == 1, targets == nil else {
                throw ValidationError(
                    "--no-targets: expected an archive or an array of inputs, found targets beside it")
            }
        }
        guard [1, 2].contains(files.count) else {
            throw ValidationError("expected an archive or two arrays, found \(files.count) files")
        }
        if files.count == 2 {
            if inputs != nil || targets != nil {
                throw ValidationError("--inputs and --targets name arrays in an archive, found two arrays")
            }
            if output == nil { throw ValidationError("two arrays need the name of the file to make: --output") }
        }
    }

    func run() throws {
        let stem = URL(fileURLWithPath: files[0]).deletingPathExtension().lastPathComponent
        try importing.make(at: output ?? stem + ".h5", like: likeness) { split, like in
            if files.count == 2 {
                return try .npy(inputs: files[0], targets: files[1], split: split, isExcerpt: like != nil)
            }
            if likeness.taking != .required, isArray(files[0]) {
                return try .npy(inputs: files[0], targets: nil, split: split, isExcerpt: like != nil)
            }
            return try .npz(
                files[0], inputs: inputs, targets: targets, split: split, taking: likeness.taking,
                isExcerpt: like != nil)
        }
    }

    /// Whether a file is one array and no archive, by its first bytes.
    private func isArray(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        return (try? file.read(upToCount: 6)) == Data([0x93] + Array("NUMPY".utf8))
    }
}
