import Kernels

/// How well an order mixes samples, beside a full shuffle.
///
/// Data is seldom stored at random: what lies together in a file was collected together, or belongs to one class. Two
/// numbers say what is left of that in batches:
///
/// - **Blocks in a batch.** The data is cut into blocks of consecutive samples; from how many different ones does a
///   batch draw, on average? If samples of a block are all alike, a batch tells as much as so many independent samples.
///   For a full shuffle of n samples and batches of b, the expectation is the sum over blocks, of s samples each, of
///   1 − C(n − s, b) / C(n, b).
/// - **Displacement.** How far samples are moved: the mean of |position − sample|, as a share of the n/3 of a full
///   shuffle. 0 is the order of the file; 1 says that early and late parts of the file are mixed over the epoch.
public struct ShuffleQuality: Sendable, Equatable {
    /// Samples in a block, for the count.
    public let block: Int
    public let blocks: Int
    public let batchSize: Int
    /// The mean over the batches looked at.
    public let blocksInBatch: Double
    /// What a full shuffle is expected to have.
    public let blocksInFullyShuffledBatch: Double
    /// How far samples are moved, as a share of what a full shuffle moves them.
    public let displacement: Double

    /// Batches looked at, evenly over the epoch, so that this takes milliseconds whatever the data.
    private static let batches = 256

    /// Looks at an order.
    ///
    /// - Parameters:
    ///   - batchSize: at least 1; a larger one than the data counts as all of it.
    ///   - block: at least 1.
    package init(of order: SampleOrder, batchSize: Int, block: Int, kernels: any KernelTable.Type) {
        precondition(order.count > 0 && batchSize > 0 && block > 0)
        let (count, batchSize) = (order.count, min(batchSize, order.count))
        self.block = block
        self.batchSize = batchSize
        blocks = (count + block - 1) / block
        let whole = count / batchSize
        let looked = min(whole, Self.batches)
        var rows = [Int32](repeating: 0, count: batchSize)
        var (distinct, displacement) = (0, 0.0)
        for index in 0..<looked {
            let first = index * whole / looked * batchSize
            order.copy(first..<first + batchSize, to: &rows, kernels: kernels)
            distinct += Set(rows.map { Int($0) / block }).count
            displacement += rows.enumerated().reduce(0) { $0 + Double(abs(first + $1.offset - Int($1.element))) }
        }
        blocksInBatch = Double(distinct) / Double(looked)
        self.displacement = displacement / Double(looked * batchSize) / (Double(max(count, 2)) / 3)
        let wholeBlocks = Double(count / block)
        blocksInFullyShuffledBatch =
            wholeBlocks * Self.chance(ofAny: block, of: count, in: batchSize)
            + Self.chance(ofAny: count % block, of: count, in: batchSize)
    }

    /// The chance that a random choice of `chosen` samples of `count` has one of `marked` in it.
    private static func chance(ofAny marked: Int, of count: Int, in chosen: Int) -> Double {
        guard marked + chosen <= count else { return 1 }
        let none = (0..<marked).reduce(1.0) { $0 * Double(count - chosen - $1) / Double(count - $1) }
        return 1 - none
    }
}
