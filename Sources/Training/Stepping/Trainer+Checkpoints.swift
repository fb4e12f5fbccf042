import Checkpoints
import Datasets
import Foundation
import Kernels
import Networks

extension Checkpoint.Writer {
    /// What to say of a run that goes on with other bits than it was begun with; nil if it does not.
    var bitsNote: String? {
        guard let bitsVersion else {
            return
                "written before bits had a version, by lockstep \(version): what follows may have other bits than the "
                + "same run never stopped"
        }
        guard bitsVersion != Training.bitsVersion else { return nil }
        return
            "expected bits version \(Training.bitsVersion), found \(bitsVersion), of lockstep \(version): what follows "
            + "has other bits than the same run never stopped"
    }
}

/// The state of a run, as checkpoints have it.
extension Trainer {
    /// Records what an epoch's validation said, for early stopping and the best checkpoint.
    func record(_ change: (inout Checkpoint.Progress) -> Void) { change(&progress) }

    /// Makes `evaluatedModel` one of the current parameters.
    func prepareEvaluation() {
        if evaluatedModel !== model { evaluatedModel.refresh() }
    }

    /// All that a resume needs.
    ///
    /// - Throws: `TrainingError.nonFinite` if a parameter is no finite number, so that no bad state is ever stored.
    package func checkpoint() throws -> Checkpoint {
        Checkpoint(copying: try lent())
    }

    /// A checkpoint with tensors where they are; only until the next step.
    func lent() throws -> LentCheckpoint { try template.lent(state, progress, workers: team.workerCount) }

    /// Memory for copies of the state.
    func makeSnapshot() -> StateSnapshot { StateSnapshot(template, of: state) }

    /// Parameters, then the optimizer's moments.
    private var state: [AlignedBuffer] { [model.parameters] + optimizer.moments.map(\.values) }

    /// What every checkpoint of a run says.
    static func constants(
        _ configuration: Configuration, _ dataset: Dataset, _ network: CompiledNetwork,
        _ kernels: any KernelTable.Type
    ) throws -> Checkpoint {
        Checkpoint(
            parameters: [], optimizerState: [:], progress: .init(), configuration: try configuration.yaml(),
            seed: configuration.seed, batchSize: configuration.batchSize, shards: configuration.shards!,
            inputShape: dataset.inputShape, data: dataset.contract(for: configuration.loss),
            datasetDigest: dataset.digest,
            networkDigest: try digest(of: configuration, inputShape: network.inputShape),
            writtenBy: .init(
                version: lockstepVersion, bitsVersion: bitsVersion, workers: 0, instructionSet: kernels.name))
    }

    private static func digest(of configuration: Configuration, inputShape: Shape) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var hash = XXH64()
        try encoder.encode(configuration.network).withUnsafeBytes { hash.update($0) }
        try encoder.encode(inputShape.dimensions).withUnsafeBytes { hash.update($0) }
        return hash.finalize().hexadecimal
    }
}
