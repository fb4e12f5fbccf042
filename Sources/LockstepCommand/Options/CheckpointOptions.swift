import ArgumentParser
import Checkpoints
import Foundation

/// The checkpoint that a command reads.
struct CheckpointOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Checkpoint of a run, such as runs/digits-1/checkpoints/best.h5.", valueName: "checkpoint"),
        completion: .file(extensions: ["h5"]))
    var checkpoint: String

    /// - Throws: `RunInsteadOfCheckpoint`.
    var path: String {
        get throws { try checkpointPath(checkpoint) }
    }
}

/// The path of a checkpoint, unless it is the run's directory, which is easily given in its place.
func checkpointPath(_ path: String) throws -> String {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
        throw RunInsteadOfCheckpoint(path: path)
    }
    return path
}

struct RunInsteadOfCheckpoint: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "\(path): expected a checkpoint, found a directory: name a file in it, such as "
            + CheckpointStore(directory: path + "/checkpoints").bestPath
    }
}
