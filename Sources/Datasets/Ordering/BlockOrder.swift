import Kernels

/// The order of an epoch for data larger than memory: blocks at random, then samples at random within windows.
///
/// Consecutive samples form blocks, the last of which may be shorter. Blocks are permuted, and every `blocksPerWindow`
/// of them in that order form a window; within a window, samples are permuted. Whoever holds the blocks of a window in
/// memory can give all its samples, so an epoch reads each block once.
///
/// All permutations are functions of (seed, epoch, window) with random access, and so is this.
struct BlockOrder: Sendable, Equatable {
    let count: Int
    /// Samples in a block.
    let block: Int
    let blocksPerWindow: Int
    /// From places in the epoch to blocks.
    private let blocks: RandomPermutation
    /// The place of the block that ends the data, and by how much it is shorter than others.
    private let lastPlace: Int
    private let shortfall: Int
    private let windowKey: UInt64
    private let epoch: UInt32

    /// `window` is a multiple of `block`.
    init(count: Int, block: Int, window: Int, seed: UInt64, epoch: UInt32) {
        precondition(count >= 0 && block > 0 && window > 0 && window.isMultiple(of: block))
        self.count = count
        self.block = block
        self.epoch = epoch
        blocksPerWindow = window / block
        let blockCount = (count + block - 1) / block
        blocks = RandomPermutation(
            count: blockCount, key: Philox.key(seed: seed, purpose: .blocks), epoch: epoch)
        lastPlace = blockCount > 0 ? blocks.position(of: blockCount - 1) : 0
        shortfall = blockCount * block - count
        windowKey = Philox.key(seed: seed, purpose: .windows)
    }

    var windowCount: Int { (blocks.count + blocksPerWindow - 1) / blocksPerWindow }

    /// The positions of the epoch that a window covers.
    func positions(in window: Int) -> Range<Int> { start(of: window)..<start(of: window + 1) }

    /// The window of a position below `count`.
    func window(at position: Int) -> Int {
        // Windows after the short block begin earlier than a multiple of their length, by less than one length.
        let window = position / (block * blocksPerWindow)
        return position < start(of: window + 1) ? window : window + 1
    }

    /// The samples of each block of a window, in the order in which they lie in its memory.
    func samples(in window: Int) -> [Range<Int>] {
        places(in: window).map { place in
            let first = blocks[place] * block
            return first..<min(first + block, count)
        }
    }

    subscript(position: Int) -> Int {
        let window = window(at: position)
        return sample(slots(in: window)[position - start(of: window)], in: window)
    }

    /// Writes the samples at `positions`.
    func copy(_ positions: Range<Int>, to rows: UnsafeMutablePointer<Int32>, kernels: any KernelTable.Type) {
        forEachWindow(of: positions, to: rows, kernels: kernels) { window, rows in
            let places = places(in: window)
            // A table of the window's blocks costs 15 ns a block, and looking a single one up 120 ns.
            guard places.count <= min(Self.longestTable, 8 * rows.count) else {
                for index in rows.indices { rows[index] = Int32(sample(Int(rows[index]), in: window)) }
                return
            }
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: places.count) { table in
                kernels.permute(blocks, first: places.lowerBound, count: places.count, into: table.baseAddress!)
                for index in rows.indices {
                    let (place, offset) = location(ofSlot: Int(rows[index]), in: window)
                    rows[index] = table[place - places.lowerBound] * Int32(block) + Int32(offset)
                }
            }
        }
    }

    /// Writes where in the memory of their windows the samples at `positions` lie; `base` gives the first slot of a
    /// window's memory.
    func copySlots(
        _ positions: Range<Int>, to slots: UnsafeMutablePointer<Int32>, kernels: any KernelTable.Type,
        base: (Int) -> Int
    ) {
        forEachWindow(of: positions, to: slots, kernels: kernels) { window, slots in
            let base = Int32(base(window))
            for index in slots.indices { slots[index] += base }
        }
    }

    /// 256 numbers: what a temporary allocation has on the stack.
    private static let longestTable = 256

    /// Fills in the slots within their windows, and hands on each window's part.
    private func forEachWindow(
        of positions: Range<Int>, to slots: UnsafeMutablePointer<Int32>, kernels: any KernelTable.Type,
        _ body: (_ window: Int, _ slots: UnsafeMutableBufferPointer<Int32>) -> Void
    ) {
        var position = positions.lowerBound
        while position < positions.upperBound {
            let window = window(at: position)
            let covered = self.positions(in: window)
            let end = min(covered.upperBound, positions.upperBound)
            let part = UnsafeMutableBufferPointer(
                start: slots + (position - positions.lowerBound), count: end - position)
            kernels.permute(
                self.slots(in: window), first: position - covered.lowerBound, count: part.count,
                into: part.baseAddress!)
            body(window, part)
            position = end
        }
    }

    private func places(in window: Int) -> Range<Int> {
        window * blocksPerWindow..<min((window + 1) * blocksPerWindow, blocks.count)
    }

    private func start(of window: Int) -> Int {
        let place = min(window * blocksPerWindow, blocks.count)
        return place * block - (lastPlace < place ? shortfall : 0)
    }

    /// From positions in a window to slots of its memory, in which its blocks lie one after the other.
    private func slots(in window: Int) -> RandomPermutation {
        RandomPermutation(
            count: positions(in: window).count, key: windowKey, epoch: epoch,
            stream: UInt32(truncatingIfNeeded: window))
    }

    private func sample(_ slot: Int, in window: Int) -> Int {
        let (place, offset) = location(ofSlot: slot, in: window)
        return blocks[place] * block + offset
    }

    /// The place of the block that a slot belongs to, and which of the block's samples is there.
    private func location(ofSlot slot: Int, in window: Int) -> (place: Int, offset: Int) {
        let first = window * blocksPerWindow
        let endOfShortBlock = (lastPlace - first + 1) * block - shortfall
        let slot = lastPlace >= first && slot >= endOfShortBlock ? slot + shortfall : slot
        return (first + slot / block, slot % block)
    }
}
