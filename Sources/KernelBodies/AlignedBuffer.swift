/// Floats in memory of their own, zero at first, aligned to a cache line of 64 bytes.
///
/// The owner says who may read and write when; the type only frees the memory in the end. A negative count, or one
/// whose bytes an `Int` cannot hold, traps.
public final class AlignedBuffer: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    public init(count: Int) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        // Not `precondition`: this module is compiled -Ounchecked, which would take it for granted.
        guard count >= 0, !overflow else { fatalError("AlignedBuffer: \(count) floats cannot be allocated") }
        pointer = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
            .bindMemory(to: Float.self, capacity: count)
        pointer.initialize(repeating: 0, count: count)
        self.count = count
    }

    deinit { pointer.deallocate() }
}
