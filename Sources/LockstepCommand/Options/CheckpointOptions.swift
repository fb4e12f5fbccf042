import ArgumentParser

/// The checkpoint that a command reads.
struct CheckpointOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Checkpoint of a run, such as runs/digits-1/checkpoints/best.h5.", valueName: "checkpoint"),
        completion: .file(extensions: ["h5"]))
    var path: String
}
