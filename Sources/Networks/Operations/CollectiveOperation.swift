/// An operation that may look at the whole batch: each shard contributes some numbers, all wait, and everyone goes on
/// with what the numbers come to together ("all-reduce").
///
/// If it `isCollective`, a training plan is cut before it, forward and backward; see `Plan.stages`.
public protocol CollectiveOperation: Operation {
    /// Whether it does that, or works with a shard alone.
    var isCollective: Bool { get }
    /// Floats of a contribution.
    var contributionCount: Int { get }

    /// What the shard knows before `forward`.
    func contributeForward(_ frame: Frame, into contribution: UnsafeMutablePointer<Float>)

    /// Puts what two contributions to the forward pass come to in the place of the first.
    func combineForward(
        _ first: UnsafeMutablePointer<Float>, rows firstRows: Int, with second: UnsafePointer<Float>,
        rows secondRows: Int)

    /// What the shard knows before `backward`. Contributions to the backward pass are summed.
    func contributeBackward(_ frame: Frame, into contribution: UnsafeMutablePointer<Float>)
}
