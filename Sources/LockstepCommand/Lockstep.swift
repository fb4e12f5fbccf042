import ArgumentParser

@main
struct LockstepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockstep",
        abstract: "Train neural networks on every core, with the same bits for any number of workers.")
}
