import KernelBodies

/// Any processor, without instructions beyond the compiler's baseline.
///
/// On 64-bit Arm that is NEON itself. On x86-64 it is SSE2, where a fused multiply-add is a call of the C library's
/// `fmaf`, one lane at a time: the same bits, about a hundred times slower. Block sizes matter little then.
public enum Portable: InstructionSet {
    public typealias Vector = SIMD4<Float>
    public typealias Tile = InlineArray<16, SIMD4<Float>>
    public typealias LowRegisters = InlineArray<16, SIMD4<Float>>
    public typealias NarrowRegisters = InlineArray<8, SIMD4<Float>>
    public typealias SlimRegisters = InlineArray<24, SIMD4<Float>>

    public static var name: String { "portable" }
    @inline(__always) public static var mr: Int { 4 }
    @inline(__always) public static var nr: Int { 16 }
    public static let blocks = BlockSizes(caches: .machine, nr: nr)
}
