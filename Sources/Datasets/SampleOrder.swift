import Kernels

/// The order of samples in an epoch: a random permutation of `0 ..< count` with random access.
///
///     let order = SampleOrder(count: 60_000, seed: 1, epoch: 0)
///     let first = order[0]
///
/// A pure function of count, seed and epoch: to resume inside an epoch takes the position and nothing else, and no
/// shuffled array is kept. Position p is written as a pair of digits (l, r) in a mixed base a × b ≥ count, where a and b
/// are about √count, and passes six rounds of a Feistel network with modular addition: l += F(r) mod a, r += F(l) mod b
/// in turn, F being Philox4x32-10 keyed by the seed. That is a permutation of `0 ..< a·b`; the few values beyond `count`
/// are walked along their cycle until they fall inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains",
/// CT-RSA 2002). Since a·b exceeds count by less than √count, walking is rare.
///
/// O(1) an index: 120 ns on a Zen 3 core.
public struct SampleOrder: Sendable, Equatable {
    public let count: Int
    private let key: UInt64
    private let epoch: UInt32
    private let leftBase: UInt64
    private let rightBase: UInt64

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
        self.count = count
        self.key = key
        self.epoch = UInt32(truncatingIfNeeded: epoch)
        let root = UInt64(Double(count).squareRoot().rounded(.up))
        leftBase = max(root, 1)
        rightBase = (UInt64(count) + leftBase - 1) / leftBase
    }

    /// The sample at a position of the epoch.
    public subscript(position: Int) -> Int {
        precondition(position >= 0 && position < count, "position outside the epoch")
        var value = UInt64(position)
        repeat { value = permuted(value) } while value >= UInt64(count)
        return Int(value)
    }

    /// Writes the samples at `positions` to `rows`.
    public func copy(_ positions: Range<Int>, to rows: UnsafeMutablePointer<Int32>) {
        for position in positions { rows[position - positions.lowerBound] = Int32(self[position]) }
    }

    /// Six rounds over the digits of a value below `leftBase * rightBase`.
    private func permuted(_ value: UInt64) -> UInt64 {
        var (left, right) = (value / rightBase, value % rightBase)
        for round in stride(from: UInt32(0), to: 6, by: 2) {
            left = sum(left, digit(right, round, leftBase), leftBase)
            right = sum(right, digit(left, round + 1, rightBase), rightBase)
        }
        return left * rightBase + right
    }

    /// A pseudo-random digit below `base`: the high half of word · base, for a word that depends on round and input.
    private func digit(_ input: UInt64, _ round: UInt32, _ base: UInt64) -> UInt64 {
        let block = Philox.block(key: key, counter: (UInt32(truncatingIfNeeded: input), round, epoch, 0))
        return (UInt64(block.0) * base) >> 32
    }

    private func sum(_ a: UInt64, _ b: UInt64, _ base: UInt64) -> UInt64 {
        let sum = a + b
        return sum < base ? sum : sum - base
    }
}
