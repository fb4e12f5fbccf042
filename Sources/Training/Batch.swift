import Datasets
import Kernels
import Networks
import Parallel

/// The rows of a split that one step or one piece of an evaluation works on. Filled by the leader, read by all workers.
///
/// Inputs are not copied here: each worker gathers and normalizes those of its own rows, right before it needs them.
///
/// `@unchecked Sendable`: written by the leader between phases only; in a phase `load` reads, and writes nothing but the
/// caller's memory.
final class Batch: BatchInputs, @unchecked Sendable {
    let capacity: Int
    private(set) var rows = 0
    private let table: SampleTable
    private let kernels: any KernelTable.Type
    private let hasTargets: Bool
    private let usesLabels: Bool
    private let width: Int
    private let indices: UnsafeMutablePointer<Int32>
    private let labels: UnsafeMutablePointer<Int32>
    private let values: AlignedBuffer

    /// - Parameters:
    ///   - capacity: the most rows.
    ///   - usesLabels: whether the loss reads class indices; it reads numbers otherwise.
    ///   - width: numbers a target.
    init(table: SampleTable, capacity: Int, usesLabels: Bool, width: Int, kernels: any KernelTable.Type) {
        self.table = table
        self.capacity = capacity
        if case .unlabeled = table.targets { hasTargets = false } else { hasTargets = true }
        self.usesLabels = usesLabels
        self.width = width
        self.kernels = kernels
        indices = .allocate(capacity: max(capacity, 1))
        labels = .allocate(capacity: max(capacity, 1))
        values = AlignedBuffer(count: usesLabels ? 0 : capacity * width)
    }

    deinit {
        indices.deallocate()
        labels.deallocate()
    }

    /// Takes the samples at `positions` of an epoch's order.
    func fill(_ positions: Range<Int>, of order: SampleOrder) {
        precondition(positions.count <= capacity)
        rows = positions.count
        order.copy(positions, to: indices, kernels: kernels)
        gatherTargets()
    }

    /// Takes samples in the order they are stored.
    func fill(_ samples: Range<Int>) {
        precondition(samples.count <= capacity)
        rows = samples.count
        for row in 0..<rows { indices[row] = Int32(samples.lowerBound + row) }
        gatherTargets()
    }

    var targets: TargetRows { usesLabels ? .labels(labels) : .values(values.pointer) }

    func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>) {
        table.gatherInputs(indices + rows.lowerBound, count: rows.count, into: inputs, kernels: kernels)
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
