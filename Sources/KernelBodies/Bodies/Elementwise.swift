extension InstructionSet {
    @inlinable @inline(never)
    package static func add(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        @inline(__always) func body(i: Int, lanes: Int) {
            (Lanes16.load(y + i, lanes: lanes) + .load(x + i, lanes: lanes)).store(y + i, lanes: lanes)
        }
        forEach16(count, body)
    }

    @inlinable @inline(never)
    package static func clamp(_ x: UnsafeMutablePointer<Float>, count: Int, limit: Float) {
        @inline(__always) func body(i: Int, lanes: Int) {
            Lanes16.load(x + i, lanes: lanes).raised(to: -limit).lowered(to: limit).store(x + i, lanes: lanes)
        }
        forEach16(count, body)
    }

    /// y *= factor
    @inlinable @inline(__always)
    static func scale(_ y: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
        @inline(__always) func body(i: Int, lanes: Int) {
            (Lanes16.load(y + i, lanes: lanes) * factor).store(y + i, lanes: lanes)
        }
        forEach16(count, body)
    }
}

/// Calls `body(offset, lanes)` for 0 ..< count in steps of 16; `lanes` is 16 but for a last, ragged step.
///
/// Both calls are inlined, so that the first is free of tests for raggedness, if `body` is a local function that is
/// always inlined. A closure may stay out of line; see `ActivationFunction`.
@inlinable @inline(__always)
func forEach16(_ count: Int, _ body: (_ offset: Int, _ lanes: Int) -> Void) {
    var offset = 0
    while offset + 16 <= count {
        body(offset, 16)
        offset += 16
    }
    if offset < count { body(offset, count - offset) }
}
