#if arch(x86_64)
    import KernelBodies

    /// x86-64 with AVX2 and FMA: 16 registers of 8 floats.
    ///
    /// The tile takes 6 × 16 / 8 = 12 registers and leaves two for a row of B, one for an element of A and one spare. The
    /// 12 chains cover two units of latency 4 or 5. A KC × NR panel of B is 20 KiB and an MR × KC panel of A 7.5 KiB, together
    /// less than the 32 KiB of the first level. An MC × KC block of A is 90 KiB, of at least 256 KiB in the second; 144 rows
    /// would fit too, but cost 3% on Zen 3, whose first-level TLB holds 64 pages of 4 KiB. A KC × NC block of B is 3.75 MiB.
    public enum AVX2: InstructionSet {
        public typealias Vector = SIMD8<Float>
        public typealias Tile = InlineArray<12, SIMD8<Float>>

        public static var name: String { "avx2" }
        @inline(__always) public static var mr: Int { 6 }
        @inline(__always) public static var nr: Int { 16 }
        @inline(__always) public static var mc: Int { 72 }
        @inline(__always) public static var kc: Int { 320 }
        @inline(__always) public static var nc: Int { 3072 }
    }
#endif
