import Kernels

/// The rows with which the rows of a batch are mixed. Written and read as its batch is.
package final class Mixtures {
    /// The row that each row is mixed with, which may be itself.
    package let partners: UnsafeMutablePointer<Int32>
    /// What each row keeps of itself.
    package let shares: UnsafeMutablePointer<Float>
    /// The classes of the partners.
    package let labels: UnsafeMutablePointer<Int32>
    /// Targets that are numbers, as they were.
    package let values: AlignedBuffer

    /// - Parameters:
    ///   - capacity: the most rows.
    ///   - values: the most numbers of their targets.
    package init(capacity: Int, values: Int) {
        partners = .allocate(capacity: capacity)
        shares = .allocate(capacity: capacity)
        labels = .allocate(capacity: capacity)
        self.values = AlignedBuffer(count: values)
    }

    deinit {
        partners.deallocate()
        shares.deallocate()
        labels.deallocate()
    }
}
