/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3" (SC 2011): 128 random bits that are a pure function of a key and a counter.
public enum Philox {
    /// Separates the streams that share a user's seed: the key is `seed ^ purpose`.
    public enum Purpose: UInt64, Sendable {
        case uniform = 0x6C6F_636B_756E_6966
        case normal = 0x6C6F_636B_6E6F_726D
        case dropout = 0x6C6F_636B_6472_6F70
        case order = 0x6C6F_636B_6F72_6472
        case blocks = 0x6C6F_636B_626C_6B73
        case windows = 0x6C6F_636B_7769_6E64
        case split = 0x6C6F_636B_7370_6C69
        case synthetic = 0x6C6F_636B_7379_6E74
        case augmentation = 0x6C6F_636B_6175_676D
        case mixup = 0x6C6F_636B_6D69_7875
    }

    @inlinable
    public static func key(seed: UInt64, purpose: Purpose) -> UInt64 { seed ^ purpose.rawValue }

    /// Four random words for `counter` under `key` (its low half is the first key word).
    @inlinable @inline(__always)
    public static func block(
        key: UInt64, counter: (UInt32, UInt32, UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var (x0, x1, x2, x3) = counter
        var k0 = UInt32(truncatingIfNeeded: key)
        var k1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<rounds {
            let p0 = multiplier0.multipliedFullWidth(by: x0)
            let p1 = multiplier1.multipliedFullWidth(by: x2)
            (x0, x1, x2, x3) = (p1.high ^ x1 ^ k0, p1.low, p0.high ^ x3 ^ k1, p0.low)
            k0 &+= keyStep0
            k1 &+= keyStep1
        }
        return (x0, x1, x2, x3)
    }

    @inlinable static var rounds: Int { 10 }
    @inlinable static var multiplier0: UInt32 { 0xD251_1F53 }
    @inlinable static var multiplier1: UInt32 { 0xCD9E_8D57 }
    @inlinable static var keyStep0: UInt32 { 0x9E37_79B9 }
    @inlinable static var keyStep1: UInt32 { 0xBB67_AE85 }
}
