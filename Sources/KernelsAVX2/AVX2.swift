#if arch(x86_64)
    import KernelBodies

    /// x86-64 with AVX2 and FMA: 16 registers of 8 floats.
    ///
    /// The tile takes 6 × 16 / 8 = 12 registers and leaves two for a row of B, one for an element of A and one spare. The
    /// 12 chains cover two units of latency 4 or 5. A KC × NR panel of B is 20 KiB and an MR × KC panel of A 7.5 KiB, of at
    /// least 32 KiB in the first level; an MC × KC block of A is 180 KiB, of at least 512 KiB (256 KiB on Intel before 2017)
    /// in the second; a KC × NC block of B is 3.75 MiB.
    public enum AVX2: InstructionSet {
        public typealias Vector = SIMD8<Float>
        public typealias Tile = InlineArray<12, SIMD8<Float>>

        public static var name: String { "avx2" }
        @inline(__always) public static var mr: Int { 6 }
        @inline(__always) public static var nr: Int { 16 }
        @inline(__always) public static var mc: Int { 144 }
        @inline(__always) public static var kc: Int { 320 }
        @inline(__always) public static var nc: Int { 3072 }
    }
#endif
