#if arch(x86_64)
    import KernelBodies

    /// x86-64 with AVX-512 F, BW, DQ and VL: 32 registers of 16 floats.
    ///
    /// The tile takes 12 × 32 / 16 = 24 registers and leaves two for a row of B; elements of A are broadcast from memory by
    /// the multiply-add itself. A KC × NR panel of B is 32 KiB and an MR × KC panel of A 12 KiB, of 48 KiB in the first
    /// level (Intel since Ice Lake, Zen 5; 32 KiB on Zen 4, where B streams from the second level). An MC × KC block of A is
    /// 96 KiB, few enough pages for the first-level TLB; a KC × NC block of B is 3 MiB.
    public enum AVX512: InstructionSet {
        public typealias Vector = SIMD16<Float>
        public typealias Tile = InlineArray<24, SIMD16<Float>>

        public static var name: String { "avx512" }
        @inline(__always) public static var mr: Int { 12 }
        @inline(__always) public static var nr: Int { 32 }
        @inline(__always) public static var mc: Int { 96 }
        @inline(__always) public static var kc: Int { 256 }
        @inline(__always) public static var nc: Int { 3072 }
    }
#endif
