import Kernels
import Networks
import Synchronization
import Workers

/// Sums the gradients of a step's shards in the order of one balanced binary tree over the shard index:
/// (0,1)(2,3)…, then pairs of pairs; an odd one passes up.
///
/// The tree fixes which partial sums are formed, and IEEE addition commutes, so every schedule gives the same bits. Two
/// are mixed here, by what saves time and memory:
///
/// - **Up to the roots,** whoever finishes the second of two siblings adds them, and frees one of the two buffers; or
///   one worker computes both, the second on top of the first. Memory for gradients so grows with the workers, and with
///   no more than the logarithm of the shards.
/// - **From the roots on,** the tree is summed block by block by the pass that updates the parameters (`sum`), which
///   reads each root once and writes nothing back.
///
/// How many roots there are is therefore invisible in the bits; there are as many as fit the buffers.
///
/// `@unchecked Sendable`: a buffer is written by the worker that took it, until it deposits the buffer. Depositing
/// exchanges the sibling's place with acquire-release order, so the second of two siblings sees all that the first
/// wrote, and the first never touches its buffer again. `roots` has one writer an entry in a phase, and is read in the
/// next one.
package final class GradientReducer: GradientSource, @unchecked Sendable {
    private let kernels: any KernelTable.Type
    private let bufferCount: Int
    /// How many buffers there are.
    let bufferLimit: Int
    private let buffers: [AlignedBuffer]
    /// Which of them have been used: the first worker that takes one zeroes it, and has it near then. Written by the
    /// worker that has taken the buffer.
    private let isTouched: UnsafeMutablePointer<Bool>
    /// Which buffers nobody uses.
    private let free: FreeIndices

    private let rootLimit: Int
    private var shards = 0
    private var foldLevels = 0
    package private(set) var rootCount = 0
    /// How many pairs of siblings, from the first shard on, are computed into one buffer.
    private(set) var pairs = 0
    private let workers: Int
    private let roots: UnsafeMutablePointer<UnsafePointer<Float>>
    /// For each pair of siblings, level after level: 0, or 1 + the buffer of the one that came first.
    private let waiting: UnsafeMutablePointer<Atomic<Int>>
    private let waitingCount: Int

    /// - Parameters:
    ///   - shards: the most shards of a step.
    ///   - inFlight: how many are computed at once; nil for one a worker.
    package init(
        layout: ParameterLayout, shards: Int, workers: Int, inFlight: Int? = nil, kernels: any KernelTable.Type
    ) {
        self.kernels = kernels
        self.workers = workers
        bufferCount = layout.bufferCount
        rootLimit = Self.rootLimit(workers: workers)
        bufferLimit = Self.bufferLimit(shards: shards, inFlight: inFlight ?? workers, workers: workers)
        buffers = (0..<bufferLimit).map { _ in AlignedBuffer(untouchedCount: layout.bufferCount) }
        isTouched = .allocate(capacity: max(bufferLimit, 1))
        isTouched.initialize(repeating: false, count: max(bufferLimit, 1))
        free = FreeIndices(count: bufferLimit)
        roots = .allocate(capacity: max(shards, 1))
        waitingCount = shards
        waiting = .allocate(capacity: max(shards, 1))
        for index in 0..<shards { (waiting + index).initialize(to: Atomic(0)) }
    }

    deinit {
        waiting.deinitialize(count: waitingCount)
        waiting.deallocate()
        isTouched.deallocate()
        roots.deallocate()
    }

    /// The most buffers of a reducer.
    ///
    /// - Parameter inFlight: how many shards are computed at once.
    static func bufferLimit(shards: Int, inFlight: Int, workers: Int) -> Int {
        bufferLimit(shards: shards, workers: inFlight, rootLimit: rootLimit(workers: workers))
    }

    /// As many as are in use at once where workers keep pace, so that the shards in flight are neighbors: the roots,
    /// one on each level below, and one for each of those shards. The limit is for a worker that is held up while the
    /// others go on; that it leaves memory to spare costs nothing, since a buffer takes none before it is used.
    ///
    /// - Parameter inFlight: how many shards are computed at once.
    static func usualBuffers(shards: Int, inFlight: Int, workers: Int) -> Int {
        let rootLimit = rootLimit(workers: workers)
        let levels = foldLevels(shards: shards, rootLimit: rootLimit)
        let roots = (shards + (1 << levels) - 1) >> levels
        return min(
            roots + levels + inFlight, bufferLimit(shards: shards, workers: inFlight, rootLimit: rootLimit))
    }

    static func rootLimit(workers: Int) -> Int { max(2 * workers, 8) }

    /// How many pairs of siblings are one item each, if they can be.
    static func pairs(shards: Int, workers: Int, foldLevels: Int, addsInPlace: Bool) -> Int {
        addsInPlace && foldLevels > 0 ? max(0, shards / 2 - workers) : 0
    }

    static func foldLevels(shards: Int, rootLimit: Int) -> Int {
        var (levels, roots) = (0, shards)
        while roots > rootLimit {
            roots = (roots + 1) / 2
            levels += 1
        }
        return levels
    }

    /// The most buffers in use at once, whatever the schedule.
    ///
    /// Shards are begun in order, so at any moment those begun are `0 ..< c`, and all of these are summed up as far as
    /// the tree allows but for the at most `workers` that are being computed. Call each of the latter a disturbance,
    /// and so the edge between c - 1 and c. A subtree of L levels with k disturbances takes at most 1 + k·L buffers:
    ///
    /// - with k = 0 it is complete, in 1, or not begun, in 0; with L = 0 it is one shard, in 1;
    /// - with k in one half, the other takes at most 1, together 1 + 1 + k·(L - 1) ≤ 1 + k·L;
    /// - with k₁, k₂ ≥ 1 in its halves, together 2 + k·(L - 1) ≤ 1 + k·L, since k ≥ 2.
    ///
    /// A worker that adds two siblings still holds both, which is what the halves take before. Summed over the roots
    /// that is their number and L for each disturbance; and no schedule needs more buffers than there are shards.
    static func bufferLimit(shards: Int, workers: Int, rootLimit: Int) -> Int {
        let levels = foldLevels(shards: shards, rootLimit: rootLimit)
        return min(shards, rootLimit + (workers + 1) * levels)
    }

    /// Makes everything ready for a step of so many shards. By the leader, between phases.
    ///
    /// - Parameter addsInPlace: whether a worker can add a shard's gradients to those of its sibling as it computes
    ///   them. It then takes the first `pairs` pairs of siblings as one item each: they share a buffer, and what
    ///   `deposit` would read and write costs nothing. The last shards stay single, so that no worker waits long for
    ///   another's last item.
    package func begin(shards: Int, addsInPlace: Bool = false) {
        precondition(shards <= waitingCount)
        self.shards = shards
        foldLevels = Self.foldLevels(shards: shards, rootLimit: rootLimit)
        pairs = Self.pairs(shards: shards, workers: workers, foldLevels: foldLevels, addsInPlace: addsInPlace)
        rootCount = shards
        for _ in 0..<foldLevels { rootCount = (rootCount + 1) / 2 }
        for index in 0..<waitingCount { waiting[index].store(0, ordering: .relaxed) }
        free.refill()
    }

    /// Takes a free buffer to compute a shard's gradients in. Its content is arbitrary.
    func take() -> Int {
        guard let buffer = free.take() else {
            preconditionFailure("more gradient buffers in use than the reducer's bound allows")
        }
        if !isTouched[buffer] {
            buffers[buffer].zero()
            isTouched[buffer] = true
        }
        return buffer
    }

    func gradients(_ buffer: Int) -> UnsafeMutablePointer<Float> { buffers[buffer].pointer }

    /// Hands in a shard's finished gradients, and adds what can be added.
    func deposit(shard: Int, buffer: Int) { deposit(node: shard, level: 0, buffer: buffer) }

    /// Hands in the sum of the gradients of shards 2·pair and 2·pair + 1.
    func deposit(pair: Int, buffer: Int) { deposit(node: pair, level: 1, buffer: buffer) }

    private func deposit(node: Int, level: Int, buffer: Int) {
        var (node, count, levelStart) = (node, shards, 0)
        for _ in 0..<level {
            levelStart += count / 2
            count = (count + 1) / 2
        }
        for _ in level..<foldLevels {
            if node ^ 1 < count {
                let first = waiting[levelStart + node / 2].exchange(buffer + 1, ordering: .acquiringAndReleasing)
                guard first != 0 else { return }
                kernels.add(buffers[first - 1].pointer, into: buffers[buffer].pointer, count: bufferCount)
                free.giveBack(first - 1)
            }
            levelStart += count / 2
            node /= 2
            count = (count + 1) / 2
        }
        roots[node] = UnsafePointer(buffers[buffer].pointer)
    }

    /// Sums a range of all shards' gradients into `result`. After the phase in which all were deposited.
    package func sum(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>) {
        kernels.treeSum(
            roots, sourceCount: rootCount, offset: range.lowerBound, count: range.count, into: result)
    }
}
