import Checkpoints
import Kernels
import Networks
import Workers

/// What a run's checkpoints have in common, and how to make one of the buffers that steps change.
struct CheckpointTemplate: Sendable {
    /// Everything that steps do not change; it has no tensors.
    let constants: Checkpoint
    let layout: ParameterLayout
    /// Names of the optimizer's moments.
    let moments: [String]
    let kernels: any KernelTable.Type

    /// A checkpoint whose tensors are the buffers themselves.
    ///
    /// - Parameters:
    ///   - state: buffers of the layout: the parameters, then the moments.
    ///   - workers: how many have come so far, for whoever reads the file.
    /// - Throws: `TrainingError.nonFinite` if a parameter is no finite number, so that no bad state is ever stored.
    func lent(_ state: [AlignedBuffer], _ progress: Checkpoint.Progress, workers: Int) throws -> LentCheckpoint {
        if let bad = layout.parameters.first(where: {
            kernels.firstNonFinite(state[0].pointer + $0.offset, count: $0.count) < $0.count
        }) {
            throw TrainingError.nonFinite(
                step: progress.step, layer: bad.name, problem: "a parameter is not a finite number any more")
        }
        var constants = constants
        constants.progress = progress
        constants.writtenBy.workers = workers
        return LentCheckpoint(
            constants, parameters: layout.lentTensors(of: state[0]),
            optimizerState: Dictionary(
                uniqueKeysWithValues: zip(moments, state.dropFirst().map { layout.lentTensors(of: $0) })))
    }
}

/// A copy of all that steps change, taken between two of them, so that training goes on while the copy is written.
///
/// It is as large as parameters and moments, and is allocated once, or again after a rest.
///
/// `@unchecked Sendable`: in the phase that `take` runs, workers write disjoint pieces of the copies, and nobody writes
/// what they read. Whoever calls `take` sees to it that the copy is not being read (`CheckpointWriter`).
final class StateSnapshot: TeamTask, @unchecked Sendable {
    private let template: CheckpointTemplate
    private let sources: [AlignedBuffer]
    private var copies: [AlignedBuffer] = []
    private var progress = Checkpoint.Progress()
    private var workers = 0

    /// Floats that a worker copies at once: 1 MiB.
    private static let piece = 1 << 18

    /// - Parameter state: what to copy: buffers of the template's layout.
    init(_ template: CheckpointTemplate, of state: [AlignedBuffer]) {
        self.template = template
        sources = state
        allocate()
    }

    private func allocate() { copies = sources.map { AlignedBuffer(count: $0.count) } }

    /// Gives its memory back until the next copy is taken. Only by whoever could take one.
    func rest() { copies = [] }

    /// Copies the state, on all workers. Only between steps, by the leader of a region of `team`.
    func take(_ progress: Checkpoint.Progress, team: WorkerTeam) {
        self.progress = progress
        workers = team.workerCount
        if copies.isEmpty { allocate() }
        team.run(self, count: sources.count * piecesOfBuffer)
    }

    private var piecesOfBuffer: Int { (template.layout.bufferCount + Self.piece - 1) / Self.piece }

    func run(item: Int, worker: Int) {
        let (buffer, piece) = item.quotientAndRemainder(dividingBy: piecesOfBuffer)
        let first = piece * Self.piece
        (copies[buffer].pointer + first).update(
            from: sources[buffer].pointer + first, count: min(Self.piece, template.layout.bufferCount - first))
    }

    /// The copy as a checkpoint. Throws `TrainingError.nonFinite`.
    func lent() throws -> LentCheckpoint { try template.lent(copies, progress, workers: workers) }
}
