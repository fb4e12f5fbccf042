#if arch(x86_64)
    import KernelBodies

    /// x86-64 with AVX-512 F, BW, DQ and VL: 32 registers of 16 floats.
    ///
    /// The tile takes 12 × 32 / 16 = 24 registers and leaves two for a row of B; elements of A are broadcast from
    /// memory by the multiply-add itself. By LLVM's machine-code analyzer the inner loop takes 13 cycles on Skylake-SP
    /// and Ice Lake, 12 being the least for its 24 multiply-adds.
    public enum AVX512: InstructionSet {
        public typealias Vector = SIMD16<Float>
        public typealias Tile = InlineArray<24, SIMD16<Float>>
        public typealias LowRegisters = InlineArray<8, SIMD16<Float>>
        public typealias NarrowRegisters = InlineArray<12, SIMD16<Float>>
        public typealias SlimRegisters = InlineArray<12, SIMD16<Float>>
        public typealias ThinRegisters = InlineArray<12, SIMD8<Float>>
        public typealias LowThinRegisters = InlineArray<8, SIMD8<Float>>

        public static var name: String { "avx512" }
        @inline(__always) public static var mr: Int { 12 }
        @inline(__always) public static var nr: Int { 32 }
        public static let blocks = BlockSizes(caches: .machine, nr: nr)
    }
#endif
