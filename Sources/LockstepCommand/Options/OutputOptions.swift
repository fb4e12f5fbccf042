import ArgumentParser

/// How much a run says while it trains.
struct OutputOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show no progress. Warnings, errors and results are shown all the same.")
    var quiet = false

    @Flag(help: "Say how the number of threads was chosen, and what all takes of memory.")
    var verbose = false

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet, --verbose: expected one of them, found both") }
    }
}
