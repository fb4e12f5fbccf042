import CSystem
import Kernels

/// Bytes in memory of their own, not initialized, aligned to a cache line of 64 bytes.
final class ByteBuffer: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<UInt8>
    let count: Int

    init(count: Int) {
        precondition(count >= 0)
        guard let memory = lockstep_allocate(64, max(count, 64)) else { MemoryExhaustion.report(bytes: count) }
        pointer = memory.bindMemory(to: UInt8.self, capacity: count)
        self.count = count
    }

    deinit { lockstep_free(pointer) }
}
