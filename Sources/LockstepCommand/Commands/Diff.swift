import ArgumentParser
import Lockstep

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two checkpoints, bit by bit: parameters and moments of the optimizer.",
        discussion: "Prints the first tensor and element that differ, and by how much. Exit status 1 if any does.")

    @Argument(help: "A checkpoint.", completion: .file(extensions: ["h5"]))
    var first: String

    @Argument(help: "Another.", completion: .file(extensions: ["h5"]))
    var second: String

    func run() throws {
        let (first, second) = (try Checkpoint.read(checkpointPath(first)), try Checkpoint.read(checkpointPath(second)))
        guard let difference = first.difference(from: second) else {
            let tensors = first.parameters.count + first.optimizerState.values.reduce(0) { $0 + $1.count }
            return print("the same bits in all \(counted(tensors, "tensor"))")
        }
        for line in "\(difference)".split(separator: "\n") { print(String(line).escaped) }
        throw ExitCode.failure
    }
}
