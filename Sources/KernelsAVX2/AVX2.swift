#if arch(x86_64)
    import KernelBodies

    /// x86-64 with AVX2 and FMA: 16 registers of 8 floats.
    ///
    /// The tile takes 6 × 16 / 8 = 12 registers and leaves two for a row of B, one for an element of A and one spare.
    /// The 12 chains cover two units of latency 4 or 5.
    package enum AVX2: InstructionSet {
        package typealias Vector = SIMD8<Float>
        package typealias Tile = InlineArray<12, SIMD8<Float>>
        package typealias LowRegisters = InlineArray<8, SIMD8<Float>>
        package typealias NarrowRegisters = InlineArray<6, SIMD8<Float>>
        package typealias SlimRegisters = InlineArray<12, SIMD8<Float>>

        package static var name: String { "avx2" }
        @inline(__always) package static var mr: Int { 6 }
        @inline(__always) package static var nr: Int { 16 }
        package static let blocks = BlockSizes(caches: .machine, nr: nr)
    }
#endif
