import Batches
import Kernels
import Networks

/// Where the shards of a step combine what they contribute to collective operations, in the tree in which gradients are
/// summed: (0,1)(2,3)…, then pairs of pairs; an odd one passes up.
///
/// Contributions are short, so the leader combines them between two phases.
///
/// `@unchecked Sendable`: in a phase a shard's contribution is written by the worker that claimed the shard, and what
/// they have come to is read; between phases the leader has it all.
final class ShardMeeting: @unchecked Sendable {
    private let plan: Plan
    /// Floats of the longest contribution.
    private let width: Int
    private let contributions: AlignedBuffer
    private let combined: AlignedBuffer

    /// - Parameter shards: the most shards of a step.
    init(plan: Plan, shards: Int) {
        self.plan = plan
        width = plan.stages.compactMap { plan.meeting(after: $0)?.contributionCount }.max() ?? 0
        contributions = AlignedBuffer(count: shards * width)
        combined = AlignedBuffer(count: width)
    }

    private func contribution(_ shard: Int) -> UnsafeMutablePointer<Float> { contributions.pointer + shard * width }

    /// Where a shard puts its contributions, and finds what all have come to.
    func place(of shard: Int) -> (contribution: UnsafeMutablePointer<Float>, combined: UnsafePointer<Float>) {
        (contribution(shard), UnsafePointer(combined.pointer))
    }

    /// Combines what all shards contributed after a stage of the forward pass.
    func combineForward(after stage: Int, _ sharding: Sharding) {
        guard let meeting = plan.meeting(after: stage) else { return }
        combine(sharding.count, contributionCount: meeting.contributionCount) { first, second, end in
            meeting.combineForward(
                contribution(first), rows: sharding[second].lowerBound - sharding[first].lowerBound,
                with: contribution(second), rows: sharding[end - 1].upperBound - sharding[second].lowerBound)
        }
    }

    /// Sums what all shards contributed before a stage of the backward pass.
    func combineBackward(before stage: Int, _ sharding: Sharding, kernels: any KernelTable.Type) {
        guard let meeting = plan.meeting(after: stage) else { return }
        combine(sharding.count, contributionCount: meeting.contributionCount) { first, second, _ in
            kernels.add(contribution(second), into: contribution(first), count: meeting.contributionCount)
        }
    }

    /// - Parameter join: joins what shards `first ..< second` and `second ..< end` have come to.
    private func combine(
        _ shards: Int, contributionCount: Int, _ join: (_ first: Int, _ second: Int, _ end: Int) -> Void
    ) {
        var distance = 1
        while distance < shards {
            for first in stride(from: 0, to: shards - distance, by: 2 * distance) {
                join(first, first + distance, min(first + 2 * distance, shards))
            }
            distance *= 2
        }
        combined.pointer.update(from: contributions.pointer, count: contributionCount)
    }
}
