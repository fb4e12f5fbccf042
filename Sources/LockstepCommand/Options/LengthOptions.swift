import ArgumentParser

/// How far to train: for new runs and for those that continue.
struct LengthOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Epochs of the whole run, those already trained included.", valueName: "n"))
    var epochs: Int?

    @Option(
        help: ArgumentHelp(
            "Stop after this many steps since the start of the run, even inside an epoch. 0 leaves the first checkpoint.",
            valueName: "n"))
    var steps: Int?

    func validate() throws {
        try requirePositive(epochs, "--epochs")
        if let steps, steps < 0 { throw ValidationError("--steps: expected 0 or more, found \(steps)") }
    }
}

/// - Throws: `ValidationError` for a number below 1.
func requirePositive(_ value: Int?, _ flag: String) throws {
    if let value, value < 1 { throw ValidationError("\(flag): expected at least 1, found \(value)") }
}

/// - Throws: `ValidationError` for a number that is not above 0, or not finite.
func requirePositive(_ value: Double, _ flag: String) throws {
    if !(value > 0 && value.isFinite) { throw ValidationError("\(flag): expected a number above 0, found \(value)") }
}
