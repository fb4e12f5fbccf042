/// How a step's shards are summed by a number of workers: what `GradientReducer` does with them, as numbers, for those
/// who plan or simulate a step.
package struct ReductionShape: Sendable, Equatable {
    /// Shards of the step.
    package let shards: Int
    /// Levels of the tree that are summed as shards are finished.
    package let foldLevels: Int
    /// Sums that are left for the update.
    package let roots: Int
    /// Pairs of siblings, from the first shard on, that are one item each.
    package let pairs: Int

    /// - Parameter addsInPlace: whether a shard fits one micro-batch, so that a worker can add it to its sibling.
    package init(shards: Int, workers: Int, addsInPlace: Bool) {
        self.shards = shards
        foldLevels = GradientReducer.foldLevels(shards: shards, rootLimit: GradientReducer.rootLimit(workers: workers))
        pairs = GradientReducer.pairs(
            shards: shards, workers: workers, foldLevels: foldLevels, addsInPlace: addsInPlace)
        var roots = shards
        for _ in 0..<foldLevels { roots = (roots + 1) / 2 }
        self.roots = roots
    }

    /// Items that workers claim.
    package var items: Int { shards - pairs }
}
