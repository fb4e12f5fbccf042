import Kernels

/// Bytes a second that one core moves between itself and memory, in y += x over far more than caches hold.
final class MemoryBandwidth {
    /// The best so far.
    private(set) var best = 0.0
    private let kernels: any KernelTable.Type
    /// 128 MiB each.
    private let (x, y) = (AlignedBuffer(count: 32 << 20), AlignedBuffer(count: 32 << 20))

    init(kernels: any KernelTable.Type) { self.kernels = kernels }

    /// Measures for a tenth of a second or so.
    func measure() {
        for _ in 0..<3 {
            let start = threadSeconds()
            kernels.add(x.pointer, into: y.pointer, count: x.count)
            // Two reads and a write.
            best = max(best, 12 * Double(x.count) / (threadSeconds() - start))
        }
    }
}
