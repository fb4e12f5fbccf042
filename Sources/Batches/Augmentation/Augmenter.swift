import Kernels

/// An augmentation made ready to run on samples of a shape, by several workers at once.
///
/// What it does to a sample is a function of seed, epoch and sample alone, and with whom it is mixed one of seed, epoch
/// and the place in the epoch where the batch begins: not of who loads it, or with how many others.
///
/// `@unchecked Sendable`: each worker has scratch of its own; everything else is constant.
package final class Augmenter: @unchecked Sendable {
    package let augmentation: Augmentation
    private let features: Int
    private let image: ImageShape?
    private let key: UInt64
    private let partnerKey: UInt64
    private let zeros: AlignedBuffer
    /// Room for two samples of each worker.
    private var scratch: [AlignedBuffer] = []

    /// - Parameter inputShape: one that the augmentation has no `problem` with.
    package init(_ augmentation: Augmentation, inputShape: [Int], seed: UInt64, workers: Int = 1) {
        precondition(augmentation.problem ?? augmentation.problem(inputShape: inputShape) == nil)
        self.augmentation = augmentation
        features = inputShape.reduce(1, *)
        image = ImageShape(inputShape)
        key = SampleDraw.key(seed: seed)
        partnerKey = Philox.key(seed: seed, purpose: .mixup)
        zeros = AlignedBuffer(count: image?.channels ?? 0)
        prepare(workers: workers)
    }

    /// Makes room for as many workers. Only while none of them works.
    package func prepare(workers: Int) {
        while scratch.count > workers { scratch.removeLast() }
        while scratch.count < workers { scratch.append(AlignedBuffer(untouchedCount: 2 * features)) }
    }

    /// Flips, turns, shifts and cuts one sample, in place. Allocates nothing.
    package func transform(_ x: UnsafeMutablePointer<Float>, sample: Int, epoch: Int, worker: Int) {
        guard augmentation.needsImages, let image else { return }
        let draw = SampleDraw(key: key, sample: sample, epoch: epoch)
        let movement = Movement(augmentation, image: image, draw: draw)
        if !movement.isIdentity {
            let source = scratch[worker].pointer
            source.update(from: x, count: features)
            movement.apply(source, into: x, zeros: zeros.pointer)
        }
        if let side = augmentation.cutout { cut(x, image, side, draw.center(in: image)) }
    }

    /// Zeros in a square, as far as it lies inside.
    private func cut(
        _ x: UnsafeMutablePointer<Float>, _ image: ImageShape, _ side: Int, _ center: (row: Int, column: Int)
    ) {
        func range(_ center: Int, _ count: Int) -> Range<Int> {
            max(0, center - side / 2)..<min(count, center - side / 2 + side)
        }
        let columns = range(center.column, image.width)
        for row in range(center.row, image.height) {
            let first = x + (row * image.width + columns.lowerBound) * image.channels
            first.update(repeating: 0, count: columns.count * image.channels)
        }
    }
}

// MARK: Mixtures

extension Augmenter {
    package var mixes: Bool { augmentation.mixup != nil }

    /// Decides which rows of a batch are mixed, and how much of itself each row keeps, half or more. Allocates nothing.
    ///
    /// - Parameters:
    ///   - samples: the samples of the batch's rows.
    ///   - first: the position in the epoch of the first of them.
    ///   - partners: gets the row that each row is mixed with, which may be itself: a permutation.
    ///   - shares: gets what a row keeps of itself; the rest is its partner's.
    package func pair(
        _ samples: UnsafePointer<Int32>, rows: Int, epoch: Int, first: Int, partners: UnsafeMutablePointer<Int32>,
        shares: UnsafeMutablePointer<Float>
    ) {
        guard let alpha = augmentation.mixup else { return }
        let permutation = RandomPermutation(
            count: rows, key: partnerKey, epoch: UInt32(truncatingIfNeeded: epoch),
            stream: UInt32(truncatingIfNeeded: first))
        for row in 0..<rows {
            partners[row] = Int32(permutation[row])
            shares[row] = SampleDraw(key: key, sample: Int(samples[row]), epoch: epoch).share(alpha: alpha)
        }
    }

    /// Where a worker may put the sample that another one is mixed with.
    package func room(worker: Int) -> UnsafeMutablePointer<Float> { scratch[worker].pointer + features }

    /// x = other + share · (x − other), for a sample or its target.
    package func mix(
        _ x: UnsafeMutablePointer<Float>, with other: UnsafePointer<Float>, share: Float, count: Int
    ) {
        for i in 0..<count { x[i] = other[i] + share * (x[i] - other[i]) }
    }
}
