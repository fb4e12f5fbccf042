import KernelBodies

/// The tile of AVX-512 (12 × 32) with blocks so small that a test of a few rows crosses all of them. Compiled for the
/// baseline, its logic runs on machines that lack the instructions.
package enum WideTile: InstructionSet {
    package typealias Vector = SIMD16<Float>
    package typealias Tile = InlineArray<24, SIMD16<Float>>
    package typealias LowRegisters = InlineArray<8, SIMD16<Float>>
    package typealias NarrowRegisters = InlineArray<12, SIMD16<Float>>
    package typealias SlimRegisters = InlineArray<12, SIMD16<Float>>
    package typealias ThinRegisters = InlineArray<12, SIMD8<Float>>
    package typealias LowThinRegisters = InlineArray<8, SIMD8<Float>>

    package static var name: String { "12x32" }
    @inline(__always) package static var mr: Int { 12 }
    @inline(__always) package static var nr: Int { 32 }
    package static let blocks = BlockSizes(kc: 7, aCount: 24 * 7, nc: 64)
}

/// The tile of NEON (6 × 16 in registers of four), with small blocks too.
package enum ShortTile: InstructionSet {
    package typealias Vector = SIMD4<Float>
    package typealias Tile = InlineArray<24, SIMD4<Float>>
    package typealias LowRegisters = InlineArray<16, SIMD4<Float>>
    package typealias NarrowRegisters = InlineArray<12, SIMD4<Float>>
    package typealias SlimRegisters = InlineArray<24, SIMD4<Float>>

    package static var name: String { "6x16" }
    @inline(__always) package static var mr: Int { 6 }
    @inline(__always) package static var nr: Int { 16 }
    package static let blocks = BlockSizes(kc: 5, aCount: 12 * 5, nc: 32)
}
