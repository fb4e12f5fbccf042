import CSystem

extension InstructionSet {
    @inlinable @inline(never)
    public static func gather(
        _ x: UnsafePointer<UInt8>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        gatherRows(x, indices, rows, columns, scale, offset, y)
    }

    @inlinable @inline(never)
    public static func gather(
        _ x: UnsafePointer<Float>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        gatherRows(x, indices, rows, columns, scale, offset, y)
    }

    @inlinable @inline(__always)
    static func gatherRows<Element: FloatConvertible>(
        _ x: UnsafePointer<Element>, _ indices: UnsafePointer<Int32>, _ rows: Int, _ columns: Int,
        _ scale: UnsafePointer<Float>, _ offset: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
    ) {
        for r in 0..<rows {
            let row = x + Int(indices[r]) * columns
            let out = y + r * columns
            @inline(__always) func body(j: Int, lanes: Int) {
                let factor = Lanes16.load(scale + j, lanes: lanes)
                let shift = Lanes16.load(offset + j, lanes: lanes)
                Lanes16.fma(Element.floats(row + j, lanes: lanes), factor, shift).store(out + j, lanes: lanes)
            }
            forEach16(columns, body)
        }
    }
}

/// What a data set stores and a batch receives as floats.
@usableFromInline
protocol FloatConvertible {
    /// The first `lanes` elements at `source`, 1 to 16.
    static func floats(_ source: UnsafePointer<Self>, lanes: Int) -> Lanes16
}

extension Float: FloatConvertible {
    @inlinable @inline(__always)
    static func floats(_ source: UnsafePointer<Float>, lanes: Int) -> Lanes16 { .load(source, lanes: lanes) }
}

extension UInt8: FloatConvertible {
    @inlinable @inline(__always)
    static func floats(_ source: UnsafePointer<UInt8>, lanes: Int) -> Lanes16 {
        lockstep_float_from_byte(lockstep_load_bytes(source, lanes))
    }
}
