import Datasets
import Kernels
import Networks
import Parallel

/// The rows of a split that one step or one piece of an evaluation works on. Filled by the leader, read by all workers.
///
/// Inputs are not copied here: each worker gathers and normalizes those of its own rows, right before it needs them. Those
/// of streamed data must have been acquired from the reader by then.
///
/// `@unchecked Sendable`: written by the leader between phases only; in a phase `load` reads, and writes nothing but the
/// caller's memory.
final class Batch: BatchInputs, @unchecked Sendable {
    let capacity: Int
    private(set) var rows = 0
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

    /// - Parameters:
    ///   - capacity: the most rows.
    ///   - usesLabels: whether the loss reads class indices; it reads numbers otherwise.
    ///   - width: numbers a target.
    init(reader: SampleReader, capacity: Int, usesLabels: Bool, width: Int, kernels: any KernelTable.Type) {
        self.reader = reader
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
    func fill(_ positions: Range<Int>, of order: SampleOrder) {
        precondition(positions.count <= capacity)
        rows = positions.count
        firstLoaded = 0
        order.copy(positions, to: indices, kernels: kernels)
        if !reader.isResident { reader.locate(positions, of: order, to: locations, kernels: kernels) }
        gatherTargets()
    }

    /// Has inputs that are mapped read from the disk while there is time.
    func prefetchInputs() { reader.prefetch(locations, count: rows) }

    /// Lets `load` begin at a row, for inputs that are acquired piece by piece.
    func beginLoading(at row: Int) { firstLoaded = row }

    var targets: TargetRows { usesLabels ? .labels(labels) : .values(values.pointer) }

    func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>) {
        reader.gather(
            locations + firstLoaded + rows.lowerBound, count: rows.count, into: inputs, kernels: kernels)
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
