import Kernels

/// Fused multiply-adds of registers and nothing else, in the instructions of one table: what its kernels could reach at
/// most. For portable kernels on x86-64, which have no such instruction, that is what the C library's `fmaf` can do.
final class MultiplyAddLoop {
    /// Floating-point operations of one call.
    let flops: Double
    private let kernels: any KernelTable.Type
    private let registers: AlignedBuffer
    private let rounds: Int

    /// A loop that runs for about a tenth of a millisecond: long for the clock, short for what disturbs it.
    init(_ kernels: any KernelTable.Type) {
        self.kernels = kernels
        let registers = AlignedBuffer(count: kernels.multiplyAddCount)
        var rounds = 16
        func seconds() -> Double {
            let start = threadSeconds()
            kernels.multiplyAdd(1e-3, 1e-3, into: registers.pointer, rounds: rounds)
            return threadSeconds() - start
        }
        while seconds() < 1e-4, rounds < 1 << 24 { rounds *= 2 }
        self.registers = registers
        self.rounds = rounds
        flops = 2 * Double(rounds) * Double(registers.count)
    }

    func callAsFunction() { kernels.multiplyAdd(1e-3, 1e-3, into: registers.pointer, rounds: rounds) }
}
