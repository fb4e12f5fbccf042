extension InstructionSet {
    @inlinable @inline(__always)
    public static func add(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        map(y, x, into: y, count) { y, x in y + x }
    }

    /// y = transform(x); `y` may be `x`.
    @inlinable @inline(__always)
    static func map(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ count: Int,
        _ transform: (Lanes16) -> Lanes16
    ) {
        forEach16(count) { i, lanes in transform(.load(x + i, lanes: lanes)).store(y + i, lanes: lanes) }
    }

    /// z = transform(x, y); `z` may be `x` or `y`.
    @inlinable @inline(__always)
    static func map(
        _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>, _ count: Int,
        _ transform: (Lanes16, Lanes16) -> Lanes16
    ) {
        forEach16(count) { i, lanes in
            transform(.load(x + i, lanes: lanes), .load(y + i, lanes: lanes)).store(z + i, lanes: lanes)
        }
    }
}
