import CSystem

extension InstructionSet {
    @inlinable @inline(__always)
    public static func gather(
        _ x: UnsafePointer<UInt8>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        gather(indices, rows, columns, scale, offset, y) { element, lanes in
            let source = x + element
            var bytes = SIMD16<UInt8>(repeating: 0)
            if lanes == 16 {
                bytes = UnsafeRawPointer(source).loadUnaligned(as: SIMD16<UInt8>.self)
            } else {
                for lane in 0..<lanes { bytes[lane] = source[lane] }
            }
            return lockstep_float_from_uint8(bytes)
        }
    }

    @inlinable @inline(__always)
    public static func gather(
        _ x: UnsafePointer<Float>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        gather(indices, rows, columns, scale, offset, y) { element, lanes in .load(x + element, lanes: lanes) }
    }

    @inlinable @inline(__always)
    static func gather(
        _ indices: UnsafePointer<Int32>, _ rows: Int, _ columns: Int, _ scale: UnsafePointer<Float>,
        _ offset: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        _ load: (_ element: Int, _ lanes: Int) -> Lanes16
    ) {
        for r in 0..<rows {
            let row = Int(indices[r]) * columns
            let out = y + r * columns
            forEach16(columns) { j, lanes in
                let factor = Lanes16.load(scale + j, lanes: lanes)
                let shift = Lanes16.load(offset + j, lanes: lanes)
                Lanes16.fma(load(row + j, lanes), factor, shift).store(out + j, lanes: lanes)
            }
        }
    }
}
