import ArgumentParser

/// How much a run says while it trains.
struct OutputOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show no progress. Warnings, errors and results are shown all the same.")
    var quiet = false
}
