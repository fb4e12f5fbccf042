#if arch(arm64)
    import KernelBodies

    /// 64-bit Arm: 32 registers of 4 floats.
    ///
    /// The tile takes 6 × 16 / 4 = 24 registers and leaves four for a row of B and the rest for elements of A. The 24
    /// chains cover four units of latency 4.
    public enum NEON: InstructionSet {
        public typealias Vector = SIMD4<Float>
        public typealias Tile = InlineArray<24, SIMD4<Float>>
        public typealias LowRegisters = InlineArray<16, SIMD4<Float>>
        public typealias NarrowRegisters = InlineArray<12, SIMD4<Float>>
        public typealias SlimRegisters = InlineArray<24, SIMD4<Float>>

        public static var name: String { "neon" }
        @inline(__always) public static var mr: Int { 6 }
        @inline(__always) public static var nr: Int { 16 }
        public static let blocks = BlockSizes(caches: .machine, nr: nr)
    }
#endif
