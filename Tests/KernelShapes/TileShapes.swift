import KernelBodies

/// The tile of AVX-512 (12 × 32) with blocks so small that a test of a few rows crosses all of them. Compiled for the
/// baseline, its logic runs on machines that lack the instructions.
public enum WideTile: InstructionSet {
    public typealias Vector = SIMD16<Float>
    public typealias Tile = InlineArray<24, SIMD16<Float>>

    public static var name: String { "12x32" }
    @inline(__always) public static var mr: Int { 12 }
    @inline(__always) public static var nr: Int { 32 }
    @inline(__always) public static var mc: Int { 24 }
    @inline(__always) public static var kc: Int { 7 }
    @inline(__always) public static var nc: Int { 64 }
}

/// The tile of NEON (6 × 16 in registers of four), with small blocks too.
public enum NarrowTile: InstructionSet {
    public typealias Vector = SIMD4<Float>
    public typealias Tile = InlineArray<24, SIMD4<Float>>

    public static var name: String { "6x16" }
    @inline(__always) public static var mr: Int { 6 }
    @inline(__always) public static var nr: Int { 16 }
    @inline(__always) public static var mc: Int { 12 }
    @inline(__always) public static var kc: Int { 5 }
    @inline(__always) public static var nc: Int { 32 }
}
