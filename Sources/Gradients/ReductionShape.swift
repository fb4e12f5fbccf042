/// How a step's shards are summed by a number of workers: what `GradientReducer` does with them, as numbers, for those
/// who plan or simulate a step.
public struct ReductionShape: Sendable, Equatable {
    /// Shards of the step.
    public let shards: Int
    /// Levels of the tree that are summed as shards are finished.
    public let foldLevels: Int
    /// Sums that are left for the update.
    public let roots: Int
    /// Pairs of siblings, from the first shard on, that are one item each.
    public let pairs: Int

    /// - Parameter addsInPlace: whether a shard fits one micro-batch, so that a worker can add it to its sibling.
    public init(shards: Int, workers: Int, addsInPlace: Bool) {
        self.shards = shards
        foldLevels = GradientReducer.foldLevels(shards: shards, rootLimit: GradientReducer.rootLimit(workers: workers))
        pairs = GradientReducer.pairs(
            shards: shards, workers: workers, foldLevels: foldLevels, addsInPlace: addsInPlace)
        var roots = shards
        for _ in 0..<foldLevels { roots = (roots + 1) / 2 }
        self.roots = roots
    }

    /// Items that workers claim.
    public var items: Int { shards - pairs }
}
