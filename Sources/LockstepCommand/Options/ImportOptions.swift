import ArgumentParser
import Datasets
import Foundation

/// What all importers share: splits to cut, and the file to make.
struct ImportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Part of the training rows to move to a validation split, such as 0.1.", valueName: "part"))
    var validationFraction: Double?

    @Option(help: ArgumentHelp("Part of the training rows to move to a test split.", valueName: "part"))
    var testFraction: Double?

    @Option(help: ArgumentHelp("Decides which rows are moved.", valueName: "n"))
    var splitSeed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Split of all rows for which the files name none. (default: train; test with --like or --no-targets)",
            valueName: "split"))
    var split: Split?

    @Flag(help: "Replace the file to make if it is there.")
    var overwrite = false

    func validate() throws {
        for (flag, fraction) in [("--validation-fraction", validationFraction), ("--test-fraction", testFraction)] {
            if let fraction, !(0..<1).contains(fraction) {
                throw ValidationError("\(flag): expected a number from 0 to below 1, found \(fraction)")
            }
        }
        guard (validationFraction ?? 0) + (testFraction ?? 0) < 1 else {
            throw ValidationError("--validation-fraction and --test-fraction leave no row to train on")
        }
        if let split, split != .train, cutsSplits {
            throw ValidationError(
                "--split \(split) takes all rows, found --\(validationFraction == nil ? "test" : "validation")-fraction, "
                    + "which moves some")
        }
    }

    private var cutsSplits: Bool { (validationFraction ?? 0) + (testFraction ?? 0) > 0 }

    /// The splits to make.
    ///
    /// - Parameters:
    ///   - validation, test: the fractions of splits that the command line says nothing of.
    ///   - toPredict: whether the file is made to predict on, so that all rows are in the test split.
    func fractions(validation: Double = 0, test: Double = 0, toPredict: Bool = false) -> SplitFractions {
        let destination = split ?? (toPredict && !cutsSplits ? .test : .train)
        guard destination == .train && !toPredict else {
            return SplitFractions(
                validation: validationFraction ?? 0, test: testFraction ?? 0, seed: splitSeed, destination: destination)
        }
        return SplitFractions(validation: validationFraction ?? validation, test: testFraction ?? test, seed: splitSeed)
    }

    /// Reads a data set, brings it to what it shall be like, writes it, and prints what it holds. The fractions are
    /// those of `fractions`.
    func make(
        at output: String, validation: Double = 0, test: Double = 0, like options: LikenessOptions? = nil,
        _ read: (SplitFractions, Likeness?) throws -> ImportedDataset
    ) throws {
        let split = fractions(validation: validation, test: test, toPredict: options?.isToPredict ?? false)
        let imported = try ImportedDataset.make(at: output, overwrite: overwrite) {
            let likeness = try options?.likeness()
            var imported = try read(split, likeness)
            if let likeness {
                try imported.bring(to: likeness)
                try imported.round(for: likeness)
            }
            return imported
        }
        show(output, imported.summary, notes: imported.notes)
    }

    /// Prints what was made: the file, and below it a line for each split, and for what was guessed or left out.
    func show(_ output: String, _ summary: String, notes: [String]) {
        print(output.escaped)
        for line in summary.split(separator: "\n").map(String.init) + notes { print("  " + line.escaped) }
    }
}

/// Whether a path leads to a folder.
func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}
