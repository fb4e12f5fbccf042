import CPeak
import Kernels

/// What one core of this machine can do at most, measured.
struct Machine {
    /// Billions of floating-point operations a second in fused multiply-adds from registers.
    let peak: Double
    /// Billions of bytes a second that y += x moves in memory far larger than the caches (two reads, one write).
    let memoryBandwidth: Double

    init?(_ kernels: any KernelTable.Type) {
        let iterations = 20_000
        let lanes: Double
        let probe: (Int) -> Float
        switch kernels.name {
        case "avx2": (lanes, probe) = (8, lockstep_peak_avx2)
        case "avx512": (lanes, probe) = (16, lockstep_peak_avx512)
        case "neon": (lanes, probe) = (4, lockstep_peak_neon)
        default: return nil
        }
        var sink: Float = 0
        let seconds = secondsPerCall { sink += probe(iterations) }
        precondition(!sink.isNaN)
        peak = 2 * lanes * 24 * Double(iterations) / seconds / 1e9

        let count = 32 << 20
        let (x, y) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
        memoryBandwidth =
            12 * Double(count) / secondsPerCall { kernels.add(x.pointer, into: y.pointer, count: count) } / 1e9
    }
}
