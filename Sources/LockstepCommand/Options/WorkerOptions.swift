import ArgumentParser
import Lockstep

/// How many threads to train on. It changes the speed, never the result.
struct WorkerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threads to train on: a number, or auto for the cores this process may use. (default: auto)",
            valueName: "n|auto"),
        transform: WorkerCount.init(argument:))
    var workers = WorkerCount.automatic
}

extension WorkerCount {
    /// More threads than this on one machine are a slip of the hand, and each costs memory of its own.
    private static let most = 1024

    /// - Throws: `ValidationError` for anything but `auto` and a number in 1 ... 1024.
    fileprivate init(argument: String) throws {
        if argument == "auto" {
            self = .automatic
        } else if let count = Int(argument), (1...Self.most).contains(count) {
            self = .exactly(count)
        } else {
            throw ValidationError("expected auto or a number in 1 ... \(Self.most)")
        }
    }
}
