import ArgumentParser
import Datasets
import Foundation

struct ImportCSV: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Import a table of comma-separated values: one row a sample, one column the target.",
        discussion: """
            Text in the target column makes classes, whose names are stored; numbers are kept as classes and as values, \
            and the loss decides which it reads. All other columns must be numbers. Unless told otherwise, a tenth of the \
            rows goes to the validation split and a fifth to the test split, drawn by seed, and columns are standardized \
            on their way into a batch. One line of output says what was guessed, and which option says otherwise.
            """)

    @Argument(help: ArgumentHelp("The table.", valueName: "file.csv"), completion: .file(extensions: ["csv", "tsv"]))
    var file: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File to make. (default: the table's name with .h5, here)", valueName: "file.h5"))
    var output: String?

    // -1 looks like an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Column to predict: its name, or its number from 1, or -1 for the last. (default: -1, or what --like names)",
            valueName: "column"))
    var target: String?

    @Option(help: "Whether the first line names the columns.")
    var header = CSVOptions.Header.automatic

    @Option(help: "Whether the first column names the rows, as pandas and R write it, and is no input.")
    var index = CSVOptions.Index.automatic

    @Option(help: "Whether the target is a class or a number, and nothing else.")
    var task = CSVOptions.Task.automatic

    @Option(help: ArgumentHelp("Column to leave out, by name or number. May be given again.", valueName: "column"))
    var exclude: [String] = []

    @Option(
        help: ArgumentHelp(
            "Character between fields, or tab. (default: what the first lines have most of)", valueName: "character"),
        transform: Self.delimiter)
    var delimiter: Character?

    @Option(help: "How the bytes of the table are text.")
    var encoding = CSVEncoding.utf8

    @Flag(help: "Leave columns as they are.")
    var noStandardize = false

    @OptionGroup var likeness: LikenessOptions

    @OptionGroup var importing: ImportOptions

    func validate() throws {
        guard likeness.like != nil else { return }
        if task != .automatic {
            throw ValidationError("--task: expected none with --like, which says what targets are; found \(task)")
        }
        if noStandardize {
            throw ValidationError("--no-standardize: expected none with --like, which says how columns are normalized")
        }
    }

    func run() throws {
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        try importing.make(at: output ?? stem + ".h5", validation: 0.1, test: 0.2, like: likeness) { split, like in
            try .csv(
                file,
                CSVOptions(
                    header: header, target: target, task: task, excluded: exclude, delimiter: delimiter, index: index,
                    encoding: encoding, split: split, standardizes: !noStandardize, taking: likeness.taking, like: like)
            )
        }
    }

    /// - Throws: `ValidationError` for anything but one character.
    private static func delimiter(_ argument: String) throws -> Character {
        if ["tab", "\\t"].contains(argument) { return "\t" }
        guard argument.count == 1, let character = argument.first else {
            throw ValidationError("expected one character, or tab")
        }
        return character
    }
}

extension CSVOptions.Header: ExpressibleByArgument {}
extension CSVOptions.Task: ExpressibleByArgument {}
extension CSVOptions.Index: ExpressibleByArgument {}
extension CSVEncoding: ExpressibleByArgument {}
