import ArgumentParser
import Checkpoints

struct Fingerprint: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a digest of all parameters of a checkpoint: the same for the same bits.")

    @OptionGroup var checkpoint: CheckpointOptions

    func run() throws {
        print(try Checkpoint.read(checkpoint.path).fingerprint)
    }
}
