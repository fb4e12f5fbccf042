import KernelBodies

/// The tile of AVX-512 (12 × 32) with blocks so small that a test of a few rows crosses all of them. Compiled for the
/// baseline, its logic runs on machines that lack the instructions.
public enum WideTile: InstructionSet {
    public typealias Vector = SIMD16<Float>
    public typealias Tile = InlineArray<24, SIMD16<Float>>
    public typealias LowRegisters = InlineArray<8, SIMD16<Float>>
    public typealias NarrowRegisters = InlineArray<12, SIMD16<Float>>
    public typealias SlimRegisters = InlineArray<12, SIMD16<Float>>
    public typealias ThinRegisters = InlineArray<12, SIMD8<Float>>
    public typealias LowThinRegisters = InlineArray<8, SIMD8<Float>>

    public static var name: String { "12x32" }
    @inline(__always) public static var mr: Int { 12 }
    @inline(__always) public static var nr: Int { 32 }
    public static let blocks = BlockSizes(kc: 7, aCount: 24 * 7, nc: 64)
}

/// The tile of NEON (6 × 16 in registers of four), with small blocks too.
public enum ShortTile: InstructionSet {
    public typealias Vector = SIMD4<Float>
    public typealias Tile = InlineArray<24, SIMD4<Float>>
    public typealias LowRegisters = InlineArray<16, SIMD4<Float>>
    public typealias NarrowRegisters = InlineArray<12, SIMD4<Float>>
    public typealias SlimRegisters = InlineArray<24, SIMD4<Float>>

    public static var name: String { "6x16" }
    @inline(__always) public static var mr: Int { 6 }
    @inline(__always) public static var nr: Int { 16 }
    public static let blocks = BlockSizes(kc: 5, aCount: 12 * 5, nc: 32)
}
