import ArgumentParser
import Training

/// When a run writes checkpoints, and which it keeps: for new runs and for those that continue.
struct CheckpointingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write a checkpoint after every so many steps, besides each epoch.", valueName: "steps"))
    var checkpointEvery: Int?

    @Option(help: ArgumentHelp("Write a checkpoint after so many minutes without one.", valueName: "minutes"))
    var checkpointMinutes: Double?

    @Option(help: ArgumentHelp("How many of the newest checkpoints to keep, besides the best.", valueName: "n"))
    var keepCheckpoints: Int?

    @Option(
        help: ArgumentHelp(
            "Write a checkpoint at each step that is a multiple of this, and keep it for ever.", valueName: "steps"))
    var keepEvery: Int?

    func validate() throws {
        try requirePositive(checkpointEvery, "--checkpoint-every")
        if let checkpointMinutes { try requirePositive(checkpointMinutes, "--checkpoint-minutes") }
        try requirePositive(keepCheckpoints, "--keep-checkpoints")
        try requirePositive(keepEvery, "--keep-every")
    }

    /// What the options say.
    func changes(epochs: Int?, dataset: String?) -> RunChanges {
        var changes = RunChanges(epochs: epochs, datasetPath: dataset)
        changes.checkpointEvery = checkpointEvery
        changes.checkpointMinutes = checkpointMinutes
        changes.keepCheckpoints = keepCheckpoints
        changes.keepEvery = keepEvery
        return changes
    }
}
