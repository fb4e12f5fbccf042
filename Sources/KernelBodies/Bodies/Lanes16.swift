import CSystem

/// The vector of all elementwise kernels, on every machine: two AVX registers, one of AVX-512, four of NEON.
public typealias Lanes16 = SIMD16<Float>

extension SIMD16<Float> {
    /// The first `lanes` floats at `source`, 1 to 16; the other lanes are `fill`.
    @inlinable @inline(__always)
    static func load(_ source: UnsafePointer<Float>, lanes: Int, fill: Float = 0) -> Self {
        if lanes == 16 { return load(source) }
        var vector = Self(repeating: fill)
        for lane in 0..<lanes { vector[lane] = source[lane] }
        return vector
    }

    /// Writes the first `lanes` lanes, 1 to 16.
    @inlinable @inline(__always)
    func store(_ destination: UnsafeMutablePointer<Float>, lanes: Int) {
        if lanes == 16 { return store(destination) }
        for lane in 0..<lanes { destination[lane] = self[lane] }
    }

    @usableFromInline typealias Condition = SIMDMask<SIMD16<Int32>>

    @inlinable @inline(__always)
    static func bits(_ bits: SIMD16<Int32>) -> Self { unsafeBitCast(bits, to: Self.self) }

    @inlinable @inline(__always)
    var bits: SIMD16<Int32> { unsafeBitCast(self, to: SIMD16<Int32>.self) }

    @inlinable @inline(__always)
    var magnitude: Self { .bits(bits & 0x7FFF_FFFF) }

    /// `other` where the condition holds, else self.
    @inlinable @inline(__always)
    func replaced(by other: Self, where condition: Condition) -> Self {
        lockstep_select(unsafeBitCast(condition, to: SIMD16<Int32>.self), other, self)
    }

    @inlinable @inline(__always)
    func replaced(by other: Float, where condition: Condition) -> Self {
        replaced(by: Self(repeating: other), where: condition)
    }

    /// Lanes below `bound` become `bound`; NaN stays. One maximum instruction.
    @inlinable @inline(__always)
    func atLeast(_ bound: Self) -> Self { replaced(by: bound, where: self .< bound) }

    /// Lanes above `bound` become `bound`; NaN stays. One minimum instruction.
    @inlinable @inline(__always)
    func atMost(_ bound: Self) -> Self { replaced(by: bound, where: self .> bound) }

    /// The first `lanes` lanes; the others become zero.
    @inlinable @inline(__always)
    func keepingFirst(_ lanes: Int) -> Self {
        if lanes == 16 { return self }
        return replaced(by: 0, where: SIMD16<Int32>.laneNumbers .>= Int32(truncatingIfNeeded: lanes))
    }

    @inlinable @inline(__always)
    static func squareRoot(_ x: Self) -> Self { lockstep_square_root(x) }

    /// a · b + c, rounded once in each lane.
    @inlinable @inline(__always)
    static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { lockstep_fma(a, b, c) }

    @inlinable @inline(__always)
    static func fma(_ a: Self, _ b: Float, _ c: Self) -> Self { lockstep_fma(a, Self(repeating: b), c) }

    @inlinable @inline(__always)
    static func fma(_ a: Self, _ b: Self, _ c: Float) -> Self { lockstep_fma(a, b, Self(repeating: c)) }

    /// Folds lower half with upper half until one lane is left: the tree of every horizontal reduction.
    @inlinable @inline(__always)
    var foldedSum: Float {
        let eight = lowHalf + highHalf
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    /// The largest lane. NaN loses every comparison.
    @inlinable @inline(__always)
    var foldedMaximum: Float {
        let eight = lowHalf.replacing(with: highHalf, where: lowHalf .< highHalf)
        let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.lowHalf .< eight.highHalf)
        let two = four.lowHalf.replacing(with: four.highHalf, where: four.lowHalf .< four.highHalf)
        return two[0] < two[1] ? two[1] : two[0]
    }
}

/// Calls `body(offset, lanes)` for 0 ..< count in steps of 16; `lanes` is 16 but for a last, ragged step.
///
/// Both calls are inlined, so that the first is free of tests for raggedness.
@inlinable @inline(__always)
func forEach16(_ count: Int, _ body: (_ offset: Int, _ lanes: Int) -> Void) {
    var offset = 0
    while offset + 16 <= count {
        body(offset, 16)
        offset += 16
    }
    if offset < count { body(offset, count - offset) }
}

extension SIMD16<Int32> {
    /// 0, 1, 2 … 15
    @inlinable @inline(__always)
    static var laneNumbers: Self { Self(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }
}
