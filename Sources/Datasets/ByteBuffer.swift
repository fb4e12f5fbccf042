/// Bytes in memory of their own, not initialized, aligned to a cache line of 64 bytes.
final class ByteBuffer: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<UInt8>
    let count: Int

    init(count: Int) {
        precondition(count >= 0)
        pointer = UnsafeMutableRawPointer.allocate(byteCount: max(count, 64), alignment: 64)
            .bindMemory(to: UInt8.self, capacity: count)
        self.count = count
    }

    deinit { pointer.deallocate() }
}
