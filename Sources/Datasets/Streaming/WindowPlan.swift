import Kernels

/// How samples come into memory: in windows, of which each holds all samples for a range of positions.
///
/// Windows are counted on from epoch to epoch, so that the first of an epoch follows the last of the one before. Within
/// the memory of a window, samples lie in slots.
struct WindowPlan: Sendable {
    /// Samples of an epoch.
    let count: Int
    /// Slots in the memory of a window; a window may use fewer.
    let slots: Int
    let windowsInEpoch: Int
    /// By how many samples the block that ends the data is shorter than others, wherever a shuffle puts it.
    private let shortfall: Int
    private let shuffle: Shuffle
    private let seed: UInt64

    /// Windows in the order of the file, of so many samples.
    init(inFileOrder count: Int, unit: Int) {
        precondition(count > 0 && unit > 0)
        self.count = count
        slots = min(unit, count)
        windowsInEpoch = (count + unit - 1) / unit
        shortfall = 0
        shuffle = .none
        seed = 0
    }

    /// Windows of blocks.
    init(count: Int, block: Int, window: Int, seed: UInt64) {
        precondition(count > 0)
        self.count = count
        // The blocks of a window end where the data does.
        slots = min(window, count)
        shuffle = .blocks(block: block, window: window)
        let blocks = (count + block - 1) / block
        shortfall = blocks * block - count
        windowsInEpoch = (blocks + window / block - 1) / (window / block)
        self.seed = seed
    }

    /// The samples that fill a window's slots, range after range.
    func pieces(of window: Int) -> [Range<Int>] {
        let (epoch, inEpoch) = window.quotientAndRemainder(dividingBy: windowsInEpoch)
        let order = SampleOrder(count: count, seed: seed, epoch: epoch, shuffle: shuffle)
        guard case .blocks(let blocks) = order.form else { return [samples(in: inEpoch)] }
        return blocks.samples(in: inEpoch)
    }

    /// The samples of a window in the order of the file.
    func samples(in window: Int) -> Range<Int> { window * slots..<min((window + 1) * slots, count) }

    /// The windows that hold the samples at positions of an epoch; there must be some.
    func windows(of positions: Range<Int>, in order: SampleOrder) -> ClosedRange<Int> {
        let first = order.epoch * windowsInEpoch
        func window(_ position: Int) -> Int {
            if case .blocks(let blocks) = order.form { blocks.window(at: position) } else { position / slots }
        }
        return first + window(positions.lowerBound)...first + window(positions.upperBound - 1)
    }

    /// Writes the slots of the samples at positions of an epoch.
    ///
    /// - Parameter base: gives the first slot of a window in the memory of all of them.
    func copySlots(
        _ positions: Range<Int>, of order: SampleOrder, to locations: UnsafeMutablePointer<Int32>,
        kernels: any KernelTable.Type,
        base: (Int) -> Int
    ) {
        let first = order.epoch * windowsInEpoch
        if case .blocks(let blocks) = order.form {
            return blocks.copySlots(positions, to: locations, kernels: kernels) { base(first + $0) }
        }
        for (index, position) in positions.enumerated() {
            locations[index] = Int32(base(first + position / slots) + position % slots)
        }
    }

    /// The most windows that so many consecutive positions of an epoch touch.
    ///
    /// Of k of them, all but the first and the last are covered whole, and those two with a position at least. Each has
    /// `slots` samples, but for the one with the block that ends the data, which lacks `shortfall` of them, and the
    /// last of the epoch, which is never between two others. So (k − 2) · slots − shortfall + 2 positions are needed
    /// for k.
    func windowsTouched(by positions: Int) -> Int {
        min(positions, (positions + shortfall + slots - 2) / slots + 1, windowsInEpoch)
    }
}
