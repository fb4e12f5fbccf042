import Synchronization

/// A stack of indices that any thread may take from and give back to, without a lock and without allocating.
///
/// Treiber's stack ("Systems programming: coping with parallelism", IBM RJ 5118, 1986). The head counts its changes, so
/// that an index that was taken and given back while a thread looked at what lies under it is not mistaken for the one
/// that was there. Whoever takes an index sees all that the one who gave it back wrote before.
///
/// A lock would do as well, but for one thing: ThreadSanitizer does not see the one of the standard library.
package struct FreeIndices: ~Copyable, @unchecked Sendable {
    /// Upper half: number of changes; lower half: 1 + the index on top, or 0 when there is none.
    private let head = Atomic<UInt64>(0)
    /// For each index on the stack, 1 + the one under it, or 0.
    private let below: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    /// All of `0 ..< count`, the lowest on top.
    package init(count: Int) {
        self.count = count
        below = .allocate(capacity: max(count, 1))
        for index in 0..<count { (below + index).initialize(to: Atomic(0)) }
        refill()
    }

    deinit {
        below.deinitialize(count: count)
        below.deallocate()
    }

    /// Puts all indices back; only while no other thread uses the stack.
    package func refill() {
        for index in 0..<count { below[index].store(index + 1 < count ? UInt64(index + 2) : 0, ordering: .relaxed) }
        head.store(count > 0 ? 1 : 0, ordering: .relaxed)
    }

    /// Takes the index on top, or nil when there is none.
    package func take() -> Int? {
        var seen = head.load(ordering: .acquiring)
        while let top = Self.top(seen) {
            let under = below[top].load(ordering: .relaxed)
            let (exchanged, original) = head.weakCompareExchange(
                expected: seen, desired: Self.next(seen, under), ordering: .acquiringAndReleasing)
            if exchanged { return top }
            seen = original
        }
        return nil
    }

    /// Gives an index back.
    package func giveBack(_ index: Int) {
        var seen = head.load(ordering: .relaxed)
        while true {
            below[index].store(seen & 0xFFFF_FFFF, ordering: .relaxed)
            let (exchanged, original) = head.weakCompareExchange(
                expected: seen, desired: Self.next(seen, UInt64(index + 1)), ordering: .acquiringAndReleasing)
            if exchanged { return }
            seen = original
        }
    }

    private static func top(_ head: UInt64) -> Int? {
        let index = Int(head & 0xFFFF_FFFF)
        return index > 0 ? index - 1 : nil
    }

    /// The head after a change that puts `top` (1 + an index, or 0) on top.
    private static func next(_ head: UInt64, _ top: UInt64) -> UInt64 { ((head >> 32) &+ 1) << 32 | top }
}
