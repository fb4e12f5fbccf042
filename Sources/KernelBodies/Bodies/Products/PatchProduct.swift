/// Products whose left operand is read from an image, tile by tile, with the tiles of the matrix product.
///
/// The panel of B stays in the nearest cache while all patches pass over it; nothing of the image is packed. A tile
/// covers patches of one row, next to each other, so that their addresses are one stride apart. Where there are few
/// filters a tile has more patches for them, and two heights together fit most widths without a rest: 6 and 4 rows, or
/// 12 and 8, all even ones or all multiples of four.
extension InstructionSet {
    @inlinable
    package static func patchWorkspaceCount() -> Int { max(mr, slimRows) * nr }

    @inlinable @inline(never)
    package static func gemm(
        _ a: PatchView, n: Int, packedB: UnsafePointer<Float>, c: PatchTarget, start: Accumulator, epilogue: Epilogue,
        workspace: UnsafeMutablePointer<Float>
    ) {
        for jr in stride(from: 0, to: n, by: nr) {
            let panel = packedB + jr * a.runs * a.depth
            let target = PatchTarget(c.base + jr, rowStride: c.rowStride, columnStride: c.columnStride)
            let (start, epilogue) = (start.advanced(toColumn: jr), epilogue.advanced(by: jr))
            let width = min(nr, n - jr)
            if width > nr / 2 {
                compute(
                    FullTile<Self>.self, LowTile<Self>.self, width, a, panel, target, start, epilogue, workspace)
            } else if width > thinColumns || thinColumns == nr / 2 {
                compute(
                    SlimTile<Self>.self, LowSlimTile<Self>.self, width, a, panel, target, start, epilogue, workspace)
            } else {
                compute(
                    ThinTile<Self>.self, LowThinTile<Self>.self, width, a, panel, target, start, epilogue, workspace)
            }
        }
    }

    /// All patches times one panel of B, in tall tiles and in low ones.
    @inlinable @inline(__always)
    static func compute<Tall: TileShape, Low: TileShape>(
        _ tall: Tall.Type, _ low: Low.Type, _ width: Int, _ a: PatchView, _ b: UnsafePointer<Float>, _ c: PatchTarget,
        _ start: Accumulator, _ epilogue: Epilogue, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let inTall = tallColumns(of: a.columns, tall: Tall.rows, low: Low.rows)
        compute(tall, 0..<inTall, width, a, b, c, start, epilogue, scratch)
        compute(low, inTall..<a.columns, width, a, b, c, start, epilogue, scratch)
    }

    /// How many of a row's patches go in tall tiles, the others in up to two low ones, so that as little as can be is
    /// thrown away.
    @inlinable
    static func tallColumns(of columns: Int, tall: Int, low: Int) -> Int {
        var (best, least) = (columns, roundUp(columns, tall))
        for count in 1...2 where (count - 1) * low < columns {
            let inLow = count * low
            let inTall = roundUp(max(columns - inLow, 0), tall)
            if inTall + inLow < least { (best, least) = (inTall, inTall + inLow) }
        }
        return min(best, columns)
    }

    /// Some columns of patches, of all rows, times one panel of B.
    @inlinable @inline(never)
    static func compute<Shape: TileShape>(
        _ shape: Shape.Type, _ columns: Range<Int>, _ width: Int, _ a: PatchView, _ b: UnsafePointer<Float>,
        _ c: PatchTarget, _ start: Accumulator, _ epilogue: Epilogue, _ scratch: UnsafeMutablePointer<Float>
    ) {
        for y in 0..<a.rows {
            // Chosen before the tiles of the row: with it the loop over k keeps AVX-512's in memory.
            let (row, skipped) = a.row(y)
            let b = b + skipped * a.depth * nr
            for x in stride(from: columns.lowerBound, to: columns.upperBound, by: Shape.rows) {
                let height = min(Shape.rows, columns.upperBound - x)
                let offset = y * c.rowStride + x * c.columnStride
                let output = c.base + offset
                let source = row.base + x * row.columnStride
                let epilogue = epilogue.advanced(by: offset)
                if height == Shape.rows && width == Shape.columns {
                    patchKernel(shape, row, source, b, output, c.columnStride, start, epilogue)
                } else {
                    let start = bring(start, output, c.columnStride, to: scratch, rows: height, columns: width)
                    patchKernel(shape, row, source, b, scratch, nr, start, epilogue.withinTile)
                    takeBack(scratch, to: output, c.columnStride, rows: height, columns: width, epilogue)
                }
            }
        }
    }

    /// One tile: like the microkernel of the matrix product, with A in several runs.
    @inlinable @inline(__always)
    static func patchKernel<Shape: TileShape>(
        _ shape: Shape.Type, _ a: PatchView, _ source: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
        _ c: UnsafeMutablePointer<Float>, _ cRowStride: Int, _ start: Accumulator, _ epilogue: Epilogue
    ) {
        var tile = begin(shape, start, c, cRowStride)
        // Twice, so that one of the strides is a constant to the compiler.
        if a.depthStride == 1 {
            accumulate(shape, &tile, a, source, a.columnStride, 1, b)
        } else {
            accumulate(shape, &tile, a, source, 1, a.depthStride, b)
        }
        end(shape, tile, epilogue, c, cRowStride)
    }

    @inlinable @inline(__always)
    static func accumulate<Shape: TileShape>(
        _ shape: Shape.Type, _ tile: inout Shape.Registers, _ a: PatchView, _ source: UnsafePointer<Float>,
        _ rowStride: Int, _ depthStride: Int, _ b: UnsafePointer<Float>
    ) {
        typealias Vector = Shape.Registers.Register
        let columns = Shape.columns / Vector.width
        var b = b
        for run in 0..<a.runs {
            var element = source + a.offsets[run]
            for _ in 0..<a.depth {
                for i in 0..<Shape.rows {
                    let factor = Vector(repeating: element[i * rowStride])
                    for j in 0..<columns {
                        let index = i * columns + j
                        tile[register: index] = tile[register: index].addingProduct(
                            factor, Vector.load(b + j * Vector.width))
                    }
                }
                element += depthStride
                b += nr
            }
        }
    }
}
