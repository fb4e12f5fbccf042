import Kernels

/// The order of samples in an epoch: a random permutation of `0 ..< count` with random access.
///
///     let order = SampleOrder(count: 60_000, seed: 1, epoch: 0)
///     let first = order[0]
///
/// A pure function of count, seed and epoch: to resume inside an epoch takes the position and nothing else, and no
/// shuffled array is kept. See `RandomPermutation`.
public struct SampleOrder: Sendable, Equatable {
    private let permutation: RandomPermutation

    public var count: Int { permutation.count }

    /// How this type derives its order; a resume must find the same one.
    public static let version = 1

    /// - Parameters:
    ///   - count: at least zero.
    ///   - epoch: from zero.
    public init(count: Int, seed: UInt64, epoch: Int) {
        self.init(count: count, key: Philox.key(seed: seed, purpose: .order), epoch: epoch)
    }

    /// An order of its own stream, for cutting data sets apart.
    init(count: Int, splitSeed: UInt64) {
        self.init(count: count, key: Philox.key(seed: splitSeed, purpose: .split), epoch: 0)
    }

    private init(count: Int, key: UInt64, epoch: Int) {
        precondition(count >= 0 && epoch >= 0)
        permutation = RandomPermutation(count: count, key: key, epoch: UInt32(truncatingIfNeeded: epoch))
    }

    /// The sample at a position of the epoch.
    public subscript(position: Int) -> Int {
        precondition(position >= 0 && position < count, "position outside the epoch")
        return permutation[position]
    }

    /// Writes the samples at `positions` to `rows`. At most `Int32.max` samples.
    public func copy(_ positions: Range<Int>, to rows: UnsafeMutablePointer<Int32>, kernels: Kernels) {
        precondition(positions.lowerBound >= 0 && positions.upperBound <= count, "positions outside the epoch")
        precondition(count <= Int32.max, "more samples than an index can tell apart")
        kernels.permute(permutation, first: positions.lowerBound, count: positions.count, into: rows)
    }
}
