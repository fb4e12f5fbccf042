import CSystem

/// The vector of all elementwise kernels, on every machine: two AVX registers, one of AVX-512, four of NEON.
@usableFromInline
package typealias Lanes16 = SIMD16<Float>

/// The outcome of a comparison: lanes of all ones where it holds, else zero.
@usableFromInline typealias Mask16 = SIMD16<Int32>

extension SIMD16<Float> {
    /// The first `lanes` floats at `source`, 1 to 16; the other lanes are `fill`.
    @inlinable @inline(__always)
    static func load(_ source: UnsafePointer<Float>, lanes: Int, fill: Float = 0) -> Self {
        lockstep_load(source, lanes, fill)
    }

    /// Writes the first `lanes` lanes, 1 to 16.
    @inlinable @inline(__always)
    func store(_ destination: UnsafeMutablePointer<Float>, lanes: Int) { lockstep_store(self, destination, lanes) }

    @inlinable @inline(__always)
    static func bits(_ bits: SIMD16<Int32>) -> Self { unsafeBitCast(bits, to: Self.self) }

    @inlinable @inline(__always)
    var bits: SIMD16<Int32> { unsafeBitCast(self, to: SIMD16<Int32>.self) }

    @inlinable @inline(__always)
    var magnitude: Self { .bits(bits & 0x7FFF_FFFF) }

    // MARK: Arithmetic

    /// a · b + c, rounded once in each lane.
    @inlinable @inline(__always)
    static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { lockstep_fma(a, b, c) }

    @inlinable @inline(__always)
    static func fma(_ a: Self, _ b: Float, _ c: Self) -> Self { lockstep_fma(a, Self(repeating: b), c) }

    @inlinable @inline(__always)
    static func fma(_ a: Self, _ b: Self, _ c: Float) -> Self { lockstep_fma(a, b, Self(repeating: c)) }

    @inlinable @inline(__always)
    static func squareRoot(_ x: Self) -> Self { lockstep_square_root(x) }

    // MARK: Comparison

    @inlinable @inline(__always)
    func isBelow(_ other: Self) -> Mask16 { lockstep_less(self, other) }

    @inlinable @inline(__always)
    func isBelow(_ other: Float) -> Mask16 { isBelow(Self(repeating: other)) }

    @inlinable @inline(__always)
    func isAtMost(_ other: Self) -> Mask16 { lockstep_less_equal(self, other) }

    @inlinable @inline(__always)
    func isAtMost(_ other: Float) -> Mask16 { isAtMost(Self(repeating: other)) }

    @inlinable @inline(__always)
    func isEqual(to other: Float) -> Mask16 { lockstep_equal(self, Self(repeating: other)) }

    @inlinable @inline(__always)
    func isEqual(to other: Self) -> Mask16 { lockstep_equal(self, other) }

    /// `other` where the mask is all ones, else self.
    @inlinable @inline(__always)
    func replaced(by other: Self, where mask: Mask16) -> Self { lockstep_select(mask, other, self) }

    @inlinable @inline(__always)
    func replaced(by other: Float, where mask: Mask16) -> Self { replaced(by: Self(repeating: other), where: mask) }

    /// Lanes below `bound` become `bound`; NaN stays. One maximum instruction.
    @inlinable @inline(__always)
    func raised(to bound: Self) -> Self { replaced(by: bound, where: isBelow(bound)) }

    @inlinable @inline(__always)
    func raised(to bound: Float) -> Self { raised(to: Self(repeating: bound)) }

    /// Lanes above `bound` become `bound`; NaN stays. One minimum instruction.
    @inlinable @inline(__always)
    func lowered(to bound: Float) -> Self {
        let bound = Self(repeating: bound)
        return replaced(by: bound, where: bound.isBelow(self))
    }

    // MARK: Reduction

    /// The first `lanes` lanes; the others become zero.
    @inlinable @inline(__always)
    func keepingFirst(_ lanes: Int) -> Self {
        lanes == 16 ? self : Self(repeating: 0).replaced(by: self, where: .first(lanes))
    }

    /// Folds lower half with upper half until one lane is left: the tree of every horizontal reduction.
    @inlinable @inline(__always)
    var foldedSum: Float { lockstep_fold_sum(self) }

    /// The largest lane. NaN loses every comparison.
    @inlinable @inline(__always)
    var foldedMaximum: Float { lockstep_fold_maximum(self) }
}

extension SIMD16<Int32> {
    /// 0, 1, 2 … 15
    @inlinable @inline(__always)
    static var laneNumbers: Self { Self(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }

    /// The mask of the first `lanes` lanes.
    @inlinable @inline(__always)
    static func first(_ lanes: Int) -> Mask16 { laneNumbers.isBelow(Int32(truncatingIfNeeded: lanes)) }

    @inlinable @inline(__always)
    func isBelow(_ other: Int32) -> Mask16 { lockstep_less_int(self, Self(repeating: other)) }

    @inlinable @inline(__always)
    func isEqual(to other: Int32) -> Mask16 { lockstep_equal_int(self, Self(repeating: other)) }

    @inlinable @inline(__always)
    func replaced(by other: Self, where mask: Mask16) -> Self { lockstep_select_int(mask, other, self) }

    /// Whether any lane of a mask is all ones.
    @inlinable @inline(__always)
    var isAnywhere: Bool { lockstep_any(self) != 0 }
}
