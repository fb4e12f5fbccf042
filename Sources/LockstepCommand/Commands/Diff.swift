import ArgumentParser
import Checkpoints
import Foundation
import Training

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two checkpoints bit by bit, or two runs step by step.",
        discussion: """
            Of checkpoints, compares parameters and moments of the optimizer, and prints the first tensor and element that \
            differ, and by how much. Of runs that recorded fingerprints (train --record-fingerprints), names the first \
            step at which they part, and the tensors; of others, the first checkpoints of one step that differ. Exit \
            status 1 if anything differs.
            """)

    @Argument(help: "A checkpoint, or the directory of a run.", completion: .file(extensions: ["h5"]))
    var first: String

    @Argument(help: "Another.", completion: .file(extensions: ["h5"]))
    var second: String

    func run() throws {
        switch (isDirectory(first), isDirectory(second)) {
        case (true, true): try compareRuns()
        case (false, false): try compareCheckpoints()
        case (let firstIsRun, _):
            throw RunBesideCheckpoint(run: firstIsRun ? first : second, checkpoint: firstIsRun ? second : first)
        }
    }

    private func compareCheckpoints() throws {
        let (first, second) = (try Checkpoint.read(first), try Checkpoint.read(second))
        guard let difference = first.difference(from: second) else {
            let tensors = first.parameters.count + first.optimizerState.values.reduce(0) { $0 + $1.count }
            return print("the same bits in all \(counted(tensors, "tensor"))")
        }
        show(difference)
        throw ExitCode.failure
    }

    private func compareRuns() throws {
        switch try RunComparison(first, second).outcome {
        case .same(let count, let steps):
            print("the same parameters after \(counted(count, "step")), \(steps.lowerBound) to \(steps.upperBound)")
        case .parted(let parting):
            print("the runs part at step \(parting.step): \(before(parting))")
            print("\(parting.tensors.count) of \(counted(parting.tensorCount, "tensor")) differ after it:")
            for tensor in parting.tensors { print("  \(tensor.escaped)") }
            throw ExitCode.failure
        case .sameCheckpoints(let count, let newest):
            print("the same bits in \(counted(count, "checkpoint")) of the same steps, the newest of step \(newest)")
        case .partedCheckpoints(let step, let difference, let lastSame):
            print(
                "the checkpoints of step \(step) differ"
                    + (lastSame.map { ", those of step \($0) are the same" } ?? ", the first of a step that both have"))
            show(difference)
            print("train both with --record-fingerprints to know the step")
            throw ExitCode.failure
        }
    }

    private func before(_ parting: RunComparison.Parting) -> String {
        guard let last = parting.lastSame else { return "the first that both have" }
        return "the \(counted(parting.stepsBefore, "step")) before it, to step \(last), are the same"
    }

    private func show(_ difference: Checkpoint.Difference) {
        for line in "\(difference)".split(separator: "\n") { print(String(line).escaped) }
    }

    private func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}

private struct RunBesideCheckpoint: Error, CustomStringConvertible {
    let run: String
    let checkpoint: String

    var description: String {
        "\(run): expected a checkpoint like \(checkpoint), found a directory: compare two checkpoints, or two runs"
    }
}
