/// A random permutation of `0 ..< count` with random access; nothing is stored but this.
///
/// Position p is written as a pair of digits (l, r) in a mixed base a × b ≥ count, where a and b are about √count, and
/// passes six rounds of a Feistel network with modular addition: l += F(r) mod a, r += F(l) mod b in turn, F being
/// Philox4x32-10. That is a permutation of `0 ..< a·b`; the few values beyond `count` are walked along their cycle
/// until they fall inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002). Since a·b exceeds
/// count by less than √count, walking is rare.
public struct RandomPermutation: Sendable, Equatable {
    public let count: Int
    @usableFromInline let key: UInt64
    @usableFromInline let epoch: UInt32
    @usableFromInline let stream: UInt32
    @usableFromInline let leftBase: UInt64
    @usableFromInline let rightBase: UInt64

    /// - Parameters:
    ///   - count: at least zero.
    ///   - key: of Philox.
    ///   - epoch, stream: one of the 2⁶⁴ permutations of the key.
    public init(count: Int, key: UInt64, epoch: UInt32, stream: UInt32 = 0) {
        self.count = count
        self.key = key
        self.epoch = epoch
        self.stream = stream
        let root = UInt64(Double(count).squareRoot().rounded(.up))
        leftBase = max(root, 1)
        rightBase = (UInt64(count) + leftBase - 1) / leftBase
    }

    /// The element at a position below `count`. O(1): 120 ns on a Zen 3 core; `KernelTable.permute` takes 16 positions
    /// at once.
    public subscript(position: Int) -> Int { walked(permuted(UInt64(position))) }

    /// Where an element below `count` stands: the inverse of the subscript. O(1).
    public func position(of element: Int) -> Int {
        var value = unpermuted(UInt64(element))
        while value >= UInt64(count) { value = unpermuted(value) }
        return Int(value)
    }

    /// A value of the larger permutation, or the first of its followers that is below `count`.
    @inlinable @inline(__always)
    func walked(_ value: UInt64) -> Int {
        var value = value
        while value >= UInt64(count) { value = permuted(value) }
        return Int(value)
    }

    @inlinable static var rounds: UInt32 { 6 }

    /// All rounds over the digits of a value below `leftBase * rightBase`.
    @inlinable @inline(__always)
    func permuted(_ value: UInt64) -> UInt64 {
        var (left, right) = (value / rightBase, value % rightBase)
        for round in stride(from: UInt32(0), to: Self.rounds, by: 2) {
            left = sum(left, digit(right, round, leftBase), leftBase)
            right = sum(right, digit(left, round + 1, rightBase), rightBase)
        }
        return left * rightBase + right
    }

    /// The rounds in reverse, each taking away what it added.
    func unpermuted(_ value: UInt64) -> UInt64 {
        var (left, right) = (value / rightBase, value % rightBase)
        for round in stride(from: UInt32(0), to: Self.rounds, by: 2).reversed() {
            right = sum(right, rightBase - digit(left, round + 1, rightBase), rightBase)
            left = sum(left, leftBase - digit(right, round, leftBase), leftBase)
        }
        return left * rightBase + right
    }

    /// A pseudo-random digit below `base`: the high half of word · base, for a word that depends on round and input.
    @inlinable @inline(__always)
    func digit(_ input: UInt64, _ round: UInt32, _ base: UInt64) -> UInt64 {
        let block = Philox.block(key: key, counter: (UInt32(truncatingIfNeeded: input), round, epoch, stream))
        return (UInt64(block.0) * base) >> 32
    }

    @inlinable @inline(__always)
    func sum(_ a: UInt64, _ b: UInt64, _ base: UInt64) -> UInt64 {
        let sum = a + b
        return sum < base ? sum : sum - base
    }
}
