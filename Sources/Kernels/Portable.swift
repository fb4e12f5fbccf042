import KernelBodies

/// Any processor, without instructions beyond the compiler's baseline.
///
/// On 64-bit Arm that is NEON itself. On x86-64 it is SSE2, where a fused multiply-add is a call of the C library's
/// `fmaf`, one lane at a time: the same bits, about a hundred times slower. Block sizes matter little then.
package enum Portable: InstructionSet {
    package typealias Vector = SIMD4<Float>
    package typealias Tile = InlineArray<16, SIMD4<Float>>
    package typealias LowRegisters = InlineArray<16, SIMD4<Float>>
    package typealias NarrowRegisters = InlineArray<8, SIMD4<Float>>
    package typealias SlimRegisters = InlineArray<24, SIMD4<Float>>

    package static var name: String { "portable" }
    @inline(__always) package static var mr: Int { 4 }
    @inline(__always) package static var nr: Int { 16 }
    package static let blocks = BlockSizes(caches: .machine, nr: nr)
}
