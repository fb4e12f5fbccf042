import Batches
import Datasets
import Kernels
import Networks

/// A batch whose samples are chosen ahead. Its inputs are gathered and normalized by the workers, as in training.
///
/// `@unchecked Sendable`: never written after `init`.
final class PreparedBatch: BatchInputs, @unchecked Sendable {
    let rows: Int
    private let table: SampleTable
    private let kernels: any KernelTable.Type
    private let indices: UnsafeMutablePointer<Int32>
    private let labels: UnsafeMutablePointer<Int32>

    /// The samples at `positions` of an epoch's order, of a table of classes.
    init(_ positions: Range<Int>, of order: SampleOrder, table: SampleTable, kernels: any KernelTable.Type) {
        rows = positions.count
        self.table = table
        self.kernels = kernels
        indices = .allocate(capacity: rows)
        labels = .allocate(capacity: rows)
        order.copy(positions, to: indices, kernels: kernels)
        table.gatherLabels(indices, count: rows, into: labels)
    }

    deinit {
        indices.deallocate()
        labels.deallocate()
    }

    var targets: TargetRows { .labels(labels) }

    func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>, worker: Int) {
        table.gatherInputs(indices + rows.lowerBound, count: rows.count, into: inputs, kernels: kernels)
    }
}
