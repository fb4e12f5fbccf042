import Kernels

/// The order of samples in an epoch: a permutation of `0 ..< count` with random access.
///
///     let order = SampleOrder(count: 60_000, seed: 1, epoch: 0)
///     let first = order[0]
///
/// A pure function of count, seed, epoch and the way of shuffling: to resume inside an epoch takes the position and
/// nothing else, and no shuffled array is kept. See `RandomPermutation` and `BlockOrder`.
package struct SampleOrder: Sendable, Equatable {
    package let count: Int
    package let epoch: Int
    let form: Form

    enum Form: Sendable, Equatable {
        case full(RandomPermutation)
        case sequential
        case blocks(BlockOrder)
    }

    /// How this type derives its order; a resume must find the same one.
    package static let version = 1

    /// - Parameters:
    ///   - count: at least zero.
    ///   - epoch: from zero.
    ///   - shuffle: one without a `problem`.
    package init(count: Int, seed: UInt64, epoch: Int, shuffle: Shuffle = .full) {
        precondition(count >= 0 && epoch >= 0)
        self.count = count
        self.epoch = epoch
        let number = UInt32(truncatingIfNeeded: epoch)
        switch shuffle {
        case .full:
            form = .full(
                RandomPermutation(count: count, key: Philox.key(seed: seed, purpose: .order), epoch: number))
        case .none: form = .sequential
        case .blocks(let block, let window):
            form = .blocks(BlockOrder(count: count, block: block, window: window, seed: seed, epoch: number))
        }
    }

    /// An order of its own stream, for cutting data sets apart.
    init(count: Int, splitSeed: UInt64) {
        precondition(count >= 0)
        self.count = count
        epoch = 0
        form = .full(RandomPermutation(count: count, key: Philox.key(seed: splitSeed, purpose: .split), epoch: 0))
    }

    /// The sample at a position of the epoch.
    package subscript(position: Int) -> Int {
        precondition(position >= 0 && position < count, "position outside the epoch")
        switch form {
        case .full(let permutation): return permutation[position]
        case .sequential: return position
        case .blocks(let order): return order[position]
        }
    }

    /// Writes the samples at `positions` to `rows`. At most `Int32.max` samples.
    package func copy(_ positions: Range<Int>, to rows: UnsafeMutablePointer<Int32>, kernels: any KernelTable.Type) {
        precondition(positions.lowerBound >= 0 && positions.upperBound <= count, "positions outside the epoch")
        precondition(count <= Int32.max, "more samples than an index can tell apart")
        switch form {
        case .full(let permutation):
            kernels.permute(permutation, first: positions.lowerBound, count: positions.count, into: rows)
        case .sequential:
            for index in 0..<positions.count { rows[index] = Int32(positions.lowerBound + index) }
        case .blocks(let order): order.copy(positions, to: rows, kernels: kernels)
        }
    }
}
