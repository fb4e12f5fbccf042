#if arch(x86_64)
    import KernelBodies

    /// x86-64 with AVX-512 F, BW, DQ and VL: 32 registers of 16 floats.
    ///
    /// The tile takes 12 × 32 / 16 = 24 registers and leaves two for a row of B; elements of A are broadcast from
    /// memory by the multiply-add itself. By LLVM's machine-code analyzer the inner loop takes 13 cycles on Skylake-SP
    /// and Ice Lake, 12 being the least for its 24 multiply-adds.
    package enum AVX512: InstructionSet {
        package typealias Vector = SIMD16<Float>
        package typealias Tile = InlineArray<24, SIMD16<Float>>
        package typealias LowRegisters = InlineArray<8, SIMD16<Float>>
        package typealias NarrowRegisters = InlineArray<12, SIMD16<Float>>
        package typealias SlimRegisters = InlineArray<12, SIMD16<Float>>
        package typealias ThinRegisters = InlineArray<12, SIMD8<Float>>
        package typealias LowThinRegisters = InlineArray<8, SIMD8<Float>>

        package static var name: String { "avx512" }
        @inline(__always) package static var mr: Int { 12 }
        @inline(__always) package static var nr: Int { 32 }
        package static let blocks = BlockSizes(caches: .machine, nr: nr)
    }
#endif
