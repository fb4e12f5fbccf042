#if arch(arm64)
    import KernelBodies

    /// 64-bit Arm: 32 registers of 4 floats.
    ///
    /// The tile takes 6 × 16 / 4 = 24 registers and leaves four for a row of B and the rest for elements of A. The 24
    /// chains cover four units of latency 4.
    package enum NEON: InstructionSet {
        package typealias Vector = SIMD4<Float>
        package typealias Tile = InlineArray<24, SIMD4<Float>>
        package typealias LowRegisters = InlineArray<16, SIMD4<Float>>
        package typealias NarrowRegisters = InlineArray<12, SIMD4<Float>>
        package typealias SlimRegisters = InlineArray<24, SIMD4<Float>>

        package static var name: String { "neon" }
        @inline(__always) package static var mr: Int { 6 }
        @inline(__always) package static var nr: Int { 16 }
        package static let blocks = BlockSizes(caches: .machine, nr: nr)
    }
#endif
