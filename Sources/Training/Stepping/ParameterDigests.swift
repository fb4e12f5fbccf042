import Checkpoints
import Kernels
import Networks
import Workers

/// Digests of all parameters after a step, computed by all workers: of each tensor, and of the whole.
///
/// They are those of the checkpoint that a step would write: `Checkpoint.fingerprint`, and XXH64 of each tensor's
/// bytes. Of the whole one worker has as much to do as all others with the tensors, so a team of two is busy to the
/// end; at 8 GB/s it takes 0.3 ms for half a million parameters.
///
/// `@unchecked Sendable`: in the phase that `compute` runs, each item writes a digest of its own.
final class ParameterDigests: TeamTask, @unchecked Sendable {
    /// Names of the tensors, in the order of the layers.
    let names: [String]
    private let layout: ParameterLayout
    private let parameters: AlignedBuffer
    /// Tensors from the largest to the smallest, so that none is left for the end.
    private let order: [Int]
    private let shapes: [[Int]]
    private let digests: UnsafeMutableBufferPointer<UInt64>

    init(layout: ParameterLayout, parameters: AlignedBuffer) {
        self.layout = layout
        self.parameters = parameters
        names = layout.parameters.map(\.name)
        shapes = layout.parameters.map(\.shape.dimensions)
        order = layout.parameters.indices.sorted { layout.parameters[$0].count > layout.parameters[$1].count }
        digests = .allocate(capacity: 1 + names.count)
        digests.initialize(repeating: 0)
    }

    deinit { digests.deallocate() }

    /// Digests of the parameters as they are: the fingerprint first. Only between steps, by the leader of a region of
    /// `team`; valid until the next call.
    func compute(team: WorkerTeam) -> UnsafeBufferPointer<UInt64> {
        team.run(self, count: digests.count)
        return UnsafeBufferPointer(digests)
    }

    func run(item: Int, worker: Int) {
        if item == 0 {
            var fingerprint = ParameterFingerprint(count: names.count)
            for index in names.indices {
                fingerprint.add(name: names[index], shape: shapes[index], values: values(of: index))
            }
            digests[0] = fingerprint.finalize()
        } else {
            let index = order[item - 1]
            var digest = XXH64()
            digest.update(UnsafeRawBufferPointer(values(of: index)))
            digests[1 + index] = digest.finalize()
        }
    }

    private func values(of index: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(
            start: parameters.pointer + layout.parameters[index].offset, count: layout.parameters[index].count)
    }
}
