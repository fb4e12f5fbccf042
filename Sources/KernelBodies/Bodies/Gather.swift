import CSystem

extension InstructionSet {
    @inlinable @inline(never)
    package static func gather(
        _ x: UnsafePointer<UInt8>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        gatherRows(x, indices, rows, columns, scale, offset, y)
    }

    @inlinable @inline(never)
    package static func gather(
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
        // Rows come from memory at random, where no hardware prefetcher foresees them: fetch some 4 KiB ahead.
        let rowBytes = columns * MemoryLayout<Element>.stride
        let ahead = max(2, min(64, 4096 / max(rowBytes, 1)))
        for r in 0..<rows {
            if r + ahead < rows {
                let next = UnsafeRawPointer(x + Int(indices[r + ahead]) * columns)
                for line in stride(from: 0, to: rowBytes, by: 64) { lockstep_prefetch(next + line) }
            }
            let row = x + Int(indices[r]) * columns
            let out = y + r * columns
            if columns < 16 {
                Element.scale(row, scale, offset, columns, out)
                continue
            }
            var j = 0
            while j < columns {
                // The last vector overlaps the one before rather than being ragged.
                let first = min(j, columns - 16)
                let factor = Lanes16.load(scale + first)
                Lanes16.fma(Element.floats(row + first), factor, .load(offset + first)).store(out + first)
                j += 16
            }
        }
    }
}

/// What a data set stores and a batch receives as floats.
@usableFromInline
protocol FloatConvertible {
    /// 16 elements at `source`.
    static func floats(_ source: UnsafePointer<Self>) -> Lanes16
    /// y = x · scale + offset for a row of fewer than 16 columns.
    static func scale(
        _ x: UnsafePointer<Self>, _ scale: UnsafePointer<Float>, _ offset: UnsafePointer<Float>, _ columns: Int,
        _ y: UnsafeMutablePointer<Float>)
}

extension Float: FloatConvertible {
    @inlinable @inline(__always)
    static func floats(_ source: UnsafePointer<Float>) -> Lanes16 { .load(source) }

    @inlinable @inline(__always)
    static func scale(
        _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ offset: UnsafePointer<Float>, _ columns: Int,
        _ y: UnsafeMutablePointer<Float>
    ) { lockstep_scale_floats(x, scale, offset, columns, y) }
}

extension UInt8: FloatConvertible {
    @inlinable @inline(__always)
    static func floats(_ source: UnsafePointer<UInt8>) -> Lanes16 {
        lockstep_float_from_byte(lockstep_load_bytes(source, 16))
    }

    @inlinable @inline(__always)
    static func scale(
        _ x: UnsafePointer<UInt8>, _ scale: UnsafePointer<Float>, _ offset: UnsafePointer<Float>, _ columns: Int,
        _ y: UnsafeMutablePointer<Float>
    ) { lockstep_scale_bytes(x, scale, offset, columns, y) }
}
