import CSystem

/// Floats in memory of their own, aligned to a cache line of 64 bytes, and from 2 MiB on to a large page.
///
/// The owner says who may read and write when; the type only frees the memory in the end. A negative count, or one
/// whose bytes an `Int` cannot hold, traps.
package final class AlignedBuffer: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int

    private static let largePage = 2 << 20

    /// Zeros.
    package convenience init(count: Int) {
        self.init(untouchedCount: count)
        zero()
    }

    /// Memory that nobody has touched, where it is fresh from the system: it then gets its place, in a machine with
    /// several nodes of memory, near the thread that touches it first. Whatever is in it, until `zero`.
    package init(untouchedCount count: Int) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        // Not `precondition`: this module is compiled -Ounchecked, which would take it for granted.
        guard count >= 0, !overflow else { fatalError("AlignedBuffer: \(count) floats cannot be allocated") }
        // A page of 4 KiB is too little for a product that walks columns of a matrix: its lines would need more entries
        // than the translation buffers have.
        let isLarge = bytes >= Self.largePage
        guard let memory = lockstep_allocate(isLarge ? Self.largePage : 64, max(bytes, 64)) else {
            MemoryExhaustion.report(bytes: bytes)
        }
        if isLarge { lockstep_advise_large_pages(memory, bytes / Self.largePage * Self.largePage) }
        pointer = memory.bindMemory(to: Float.self, capacity: count)
        self.count = count
    }

    package func zero() { pointer.initialize(repeating: 0, count: count) }

    deinit { lockstep_free(pointer) }
}
