import ArgumentParser
import Foundation
import Lockstep

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
            "Split of all rows for which the files name none. (default: train; test without targets)",
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

    /// Reads a data set, writes it, and prints what it holds. The fractions are those of `fractions`.
    func make(
        at output: String, validation: Double = 0, test: Double = 0, toPredict: Bool = false,
        _ read: (SplitFractions) throws -> ImportedDataset
    ) throws {
        let split = fractions(validation: validation, test: test, toPredict: toPredict)
        let imported = try ImportedDataset.make(at: output, overwrite: overwrite) { try read(split) }
        show(
            output, (imported.summary.split(separator: "\n").map(String.init) + imported.notes).joined(separator: "\n"))
    }

    /// Prints what was made: the file, and below it a line for each split.
    func show(_ output: String, _ summary: String) {
        print(output.escaped)
        for line in summary.split(separator: "\n") { print("  " + String(line).escaped) }
    }
}

/// Whether a path leads to a folder.
func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}
