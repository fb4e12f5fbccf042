import Datasets
import Kernels
import Networks

/// The rows of a split that one step or one piece of an evaluation works on. Filled by the leader, read by all workers.
///
/// Inputs are not copied here: each worker gathers, normalizes and augments those of its own rows, right before it
/// needs them. Those of streamed data must have been acquired from the reader by then.
///
/// `@unchecked Sendable`: written by the leader between phases only; in a phase `load` reads, and writes nothing but
/// the caller's memory and the augmenter's room for that worker.
package final class Batch: BatchInputs, @unchecked Sendable {
    package let capacity: Int
    package private(set) var rows = 0
    private let reader: SampleReader
    private let table: SampleTable
    private let kernels: any KernelTable.Type
    private let hasTargets: Bool
    private let usesLabels: Bool
    private let width: Int
    /// Samples of the table.
    private let indices: UnsafeMutablePointer<Int32>
    /// Where the reader has their inputs: the same where those are in memory.
    private let locations: UnsafeMutablePointer<Int32>
    /// The row that `load` takes for its first.
    private var firstLoaded = 0
    private let labels: UnsafeMutablePointer<Int32>
    private let values: AlignedBuffer
    private let augmenter: Augmenter?
    private var epoch = 0
    private let mixtures: Mixtures?

    /// - Parameters:
    ///   - capacity: the most rows.
    ///   - usesLabels: whether the loss reads class indices; it reads numbers otherwise.
    ///   - width: numbers a target.
    ///   - augmenter: what changes samples, if anything.
    package init(
        reader: SampleReader, capacity: Int, usesLabels: Bool, width: Int, augmenter: Augmenter? = nil,
        kernels: any KernelTable.Type
    ) {
        self.reader = reader
        self.augmenter = augmenter
        mixtures =
            augmenter?.mixes == true ? Mixtures(capacity: capacity, values: usesLabels ? 0 : capacity * width) : nil
        table = reader.table
        self.capacity = capacity
        if case .unlabeled = table.targets { hasTargets = false } else { hasTargets = true }
        self.usesLabels = usesLabels
        self.width = width
        self.kernels = kernels
        indices = .allocate(capacity: max(capacity, 1))
        locations = reader.isResident ? indices : .allocate(capacity: max(capacity, 1))
        labels = .allocate(capacity: max(capacity, 1))
        values = AlignedBuffer(count: usesLabels ? 0 : capacity * width)
    }

    deinit {
        if locations != indices { locations.deallocate() }
        indices.deallocate()
        labels.deallocate()
    }

    /// Takes the samples at `positions` of an epoch's order.
    package func fill(_ positions: Range<Int>, of order: SampleOrder) {
        precondition(positions.count <= capacity)
        rows = positions.count
        firstLoaded = 0
        epoch = order.epoch
        order.copy(positions, to: indices, kernels: kernels)
        if !reader.isResident { reader.locate(positions, of: order, to: locations, kernels: kernels) }
        gatherTargets()
        mixTargets(first: positions.lowerBound)
    }

    /// Has inputs that are mapped read from the disk while there is time.
    package func prefetchInputs() { reader.prefetch(locations, count: rows) }

    /// Lets `load` begin at a row, for inputs that are acquired piece by piece.
    package func beginLoading(at row: Int) { firstLoaded = row }

    package var targets: TargetRows {
        guard usesLabels else { return .values(values.pointer) }
        guard let mixtures else { return .labels(labels) }
        return .mixtures(labels: labels, others: mixtures.labels, shares: mixtures.shares)
    }

    package func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>, worker: Int) {
        reader.gather(
            locations + firstLoaded + rows.lowerBound, count: rows.count, into: inputs, kernels: kernels)
        if let augmenter { augment(rows, inputs, augmenter, worker: worker) }
    }

    /// Changes the samples that were loaded, and mixes each with its partner, which is changed as in a row of its own.
    private func augment(
        _ rows: Range<Int>, _ inputs: UnsafeMutablePointer<Float>, _ augmenter: Augmenter, worker: Int
    ) {
        let features = table.features
        for row in rows {
            let x = inputs + (row - rows.lowerBound) * features
            augmenter.transform(x, sample: Int(indices[row]), epoch: epoch, worker: worker)
            guard let mixtures, mixtures.partners[row] != row else { continue }
            let partner = Int(mixtures.partners[row])
            let other = augmenter.room(worker: worker)
            reader.gather(locations + partner, count: 1, into: other, kernels: kernels)
            augmenter.transform(other, sample: Int(indices[partner]), epoch: epoch, worker: worker)
            augmenter.mix(x, with: other, share: mixtures.shares[row], count: features)
        }
    }

    /// Decides which rows are mixed, and mixes their targets where those are numbers. The losses of classes are mixed.
    private func mixTargets(first: Int) {
        guard let mixtures, let augmenter else { return }
        augmenter.pair(
            indices, rows: rows, epoch: epoch, first: first, partners: mixtures.partners, shares: mixtures.shares)
        if usesLabels {
            for row in 0..<rows { mixtures.labels[row] = labels[Int(mixtures.partners[row])] }
        } else {
            mixtures.values.pointer.update(from: values.pointer, count: rows * width)
            for row in 0..<rows {
                let other = mixtures.values.pointer + Int(mixtures.partners[row]) * width
                augmenter.mix(
                    values.pointer + row * width, with: other, share: mixtures.shares[row], count: width)
            }
        }
    }

    private func gatherTargets() {
        if !hasTargets { return }
        if usesLabels {
            table.gatherLabels(indices, count: rows, into: labels)
        } else {
            table.gatherTargets(indices, count: rows, into: values.pointer)
        }
    }
}
