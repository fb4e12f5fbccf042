import CSystem

/// The product of one row and a packed matrix: a sample to predict on.
///
/// There is nothing to reuse: each element of B is read once, so that the time is that of bringing B near. Four panels
/// are read at a time, so that there are chains enough to cover the latency of multiply-adds, and streams enough for the
/// memory; nothing of A is packed. In registers the panels lie as the rows of a low tile do, and in C as rows NR apart.
extension InstructionSet {
    /// Panels at a time.
    @inlinable @inline(__always) static var panelsOfRow: Int { lowRows }

    /// Steps of k that B is fetched ahead.
    @inlinable @inline(__always) static var stepsAhead: Int { 16 }

    /// - Parameters:
    ///   - a: the row, with `aStride` floats from one element to the next.
    ///   - scratch: as many floats as a tile has.
    @inlinable @inline(never)
    static func multiplyRow(
        n: Int, k: Int, a: UnsafePointer<Float>, aStride: Int, packedB: UnsafePointer<Float>,
        c: UnsafeMutablePointer<Float>, start: Accumulator, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>
    ) {
        let width = panelsOfRow * nr
        for j in stride(from: 0, to: n, by: width) {
            let columns = min(width, n - j)
            let (start, epilogue) = (start.advanced(toColumn: j), epilogue.advanced(by: j))
            let b = packedB + j * k
            if columns == width {
                rowKernel(k: k, a: a, aStride: aStride, b: b, lastPanel: panelsOfRow - 1, c: c + j, start, epilogue)
            } else {
                let begin = bring(start, c + j, 0, to: scratch, rows: 1, columns: columns)
                rowKernel(
                    k: k, a: a, aStride: aStride, b: b, lastPanel: (columns - 1) / nr, c: scratch, begin,
                    epilogue.withinTile)
                takeBack(scratch, to: c + j, 0, rows: 1, columns: columns, epilogue)
            }
        }
    }

    /// Some panels, the chains of all columns held in registers.
    ///
    /// - Parameter lastPanel: the last there is, which is read in place of those that are missing.
    @inlinable @inline(__always)
    static func rowKernel(
        k: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, lastPanel: Int,
        c: UnsafeMutablePointer<Float>, _ start: Accumulator, _ epilogue: Epilogue
    ) {
        let columns = nr / Vector.width
        var tile = LowRegisters(repeating: Vector(repeating: 0))
        switch start {
        case .zero: break
        case .output:
            for p in 0..<panelsOfRow {
                for j in 0..<columns { tile[register: p * columns + j] = .load(c + p * nr + j * Vector.width) }
            }
        case .bias(let bias):
            for p in 0..<panelsOfRow {
                for j in 0..<columns { tile[register: p * columns + j] = .load(bias + p * nr + j * Vector.width) }
            }
        }
        var (a, b0) = (a, b)
        var b1 = b + min(1, lastPanel) * nr * k
        var b2 = b + min(2, lastPanel) * nr * k
        var b3 = b + min(3, lastPanel) * nr * k
        for _ in 0..<k {
            let factor = Vector(repeating: a[0])
            for j in 0..<columns {
                let lane = j * Vector.width
                tile[register: j] = tile[register: j].addingProduct(factor, .load(b0 + lane))
                tile[register: columns + j] = tile[register: columns + j].addingProduct(factor, .load(b1 + lane))
                tile[register: 2 * columns + j] =
                    tile[register: 2 * columns + j].addingProduct(factor, .load(b2 + lane))
                tile[register: 3 * columns + j] =
                    tile[register: 3 * columns + j].addingProduct(factor, .load(b3 + lane))
            }
            for line in stride(from: 0, to: nr, by: 16) {
                lockstep_prefetch(b0 + stepsAhead * nr + line)
                lockstep_prefetch(b1 + stepsAhead * nr + line)
                lockstep_prefetch(b2 + stepsAhead * nr + line)
                lockstep_prefetch(b3 + stepsAhead * nr + line)
            }
            a += aStride
            b0 += nr
            b1 += nr
            b2 += nr
            b3 += nr
        }
        end(LowTile<Self>.self, tile, epilogue, c, nr)
    }
}
