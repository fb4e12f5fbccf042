import ArgumentParser
import Workers

/// How many threads to train on. It changes the speed, never the result.
struct WorkerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threads to train on: a number, or auto for the cores this process may use. (default: auto)",
            valueName: "n|auto"),
        transform: WorkerCount.init(argument:))
    var workers = WorkerCount.automatic

    @Flag(help: "Bind each thread to a processor: one of each core first, memory near it.")
    var pin = false

    /// The processors to bind threads to, if that is asked for.
    ///
    /// - Throws: `PlacementError` if it cannot be done.
    func placement() throws -> [Int]? {
        guard pin else { return nil }
        let placement = try ProcessorTopology().placement
        try ThreadAffinity.check(placement)
        return placement
    }
}

extension WorkerCount {
    /// - Throws: `ValidationError` for anything but `auto` and a number in 1 ... 1024.
    init(argument: String) throws {
        guard let count = Self(argument) else {
            throw ValidationError("expected auto or a number in 1 ... \(Self.most)")
        }
        self = count
    }
}
