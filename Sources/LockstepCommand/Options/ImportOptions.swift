import ArgumentParser
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
    }

    /// The splits to cut.
    ///
    /// - Parameters:
    ///   - validation, test: the fractions of splits that the command line says nothing of.
    func split(validation: Double = 0, test: Double = 0) -> SplitFractions {
        SplitFractions(validation: validationFraction ?? validation, test: testFraction ?? test, seed: splitSeed)
    }

    /// Reads a data set, writes it, and prints what it holds. The fractions are those of `split`.
    func make(
        at output: String, validation: Double = 0, test: Double = 0, _ read: (SplitFractions) throws -> ImportedDataset
    ) throws {
        let split = split(validation: validation, test: test)
        let imported = try ImportedDataset.make(at: output, overwrite: overwrite) { try read(split) }
        show(output, imported.summary)
    }

    /// Prints what was made: the file, and below it a line for each split.
    func show(_ output: String, _ summary: String) {
        print(output.escaped)
        for line in summary.split(separator: "\n") { print("  " + String(line).escaped) }
    }
}
