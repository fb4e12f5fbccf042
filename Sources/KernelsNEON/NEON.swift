#if arch(arm64)
    import KernelBodies

    /// 64-bit Arm: 32 registers of 4 floats.
    ///
    /// The tile takes 6 × 16 / 4 = 24 registers and leaves four for a row of B and the rest for elements of A. The 24 chains
    /// cover four units of latency 4. A KC × NR panel of B is 16 KiB and an MR × KC panel of A 6 KiB, of at least 32 KiB in
    /// the first level; an MC × KC block of A is 72 KiB, of at least 512 KiB in the second; a KC × NC block of B is 3 MiB.
    public enum NEON: InstructionSet {
        public typealias Vector = SIMD4<Float>
        public typealias Tile = InlineArray<24, SIMD4<Float>>

        public static var name: String { "neon" }
        @inline(__always) public static var mr: Int { 6 }
        @inline(__always) public static var nr: Int { 16 }
        @inline(__always) public static var mc: Int { 72 }
        @inline(__always) public static var kc: Int { 256 }
        @inline(__always) public static var nc: Int { 3072 }
    }
#endif
