/// Products whose left operand is read from an image, tile by tile, with the tiles of the matrix product.
///
/// The panel of B stays in the nearest cache while all patches pass over it; nothing of the image is packed. A tile
/// covers patches of one row, next to each other, so that their addresses are one stride apart. Heights of MR and 4
/// rows together fit all even widths from 4 on without a rest where MR is 6.
extension InstructionSet {
    @inlinable
    public static func patchWorkspaceCount() -> Int { 2 * mr * nr }

    @inlinable @inline(never)
    public static func gemm(
        _ a: PatchView, n: Int, packedB: UnsafePointer<Float>, c: PatchTarget, start: Accumulator, epilogue: Epilogue,
        workspace: UnsafeMutablePointer<Float>
    ) {
        for jr in stride(from: 0, to: n, by: nr) {
            let panel = packedB + jr * a.runs * a.depth
            let target = PatchTarget(c.base + jr, rowStride: c.rowStride, columnStride: c.columnStride)
            let (start, epilogue) = (start.advanced(toColumn: jr), epilogue.advanced(by: jr))
            if n - jr > nr / 2 {
                compute(FullTile<Self>.self, min(nr, n - jr), a, panel, target, start, epilogue, workspace)
            } else if a.columns > mr && 2 * mr <= 16 {
                // It reads no more than 15 patches beyond the last.
                compute(SlimTile<Self>.self, n - jr, a, panel, target, start, epilogue, workspace)
            } else {
                compute(NarrowTile<Self>.self, n - jr, a, panel, target, start, epilogue, workspace)
            }
        }
    }

    /// All patches times one panel of B, in tiles of one shape and in low ones.
    @inlinable @inline(__always)
    static func compute<Shape: TileShape>(
        _ shape: Shape.Type, _ width: Int, _ a: PatchView, _ b: UnsafePointer<Float>, _ c: PatchTarget,
        _ start: Accumulator, _ epilogue: Epilogue, _ scratch: UnsafeMutablePointer<Float>
    ) where Shape.Registers.Register == Vector {
        let tall = tallColumns(shape, of: a.columns)
        compute(shape, 0..<tall, width, a, b, c, start, epilogue, scratch)
        compute(LowTile<Self>.self, tall..<a.columns, width, a, b, c, start, epilogue, scratch)
    }

    /// How many of a row's patches go in tiles of a shape, the others in low ones, so that as little as can be is thrown
    /// away.
    @inlinable @inline(__always)
    static func tallColumns<Shape: TileShape>(_ shape: Shape.Type, of columns: Int) -> Int
    where Shape.Registers.Register == Vector {
        let (tile, lowTile) = (Shape.rows * Shape.columns, lowRows * nr)
        func tiles(_ columns: Int) -> Int { (max(columns, 0) + Shape.rows - 1) / Shape.rows }
        var (best, least) = (columns, tiles(columns) * tile)
        for low in 1...max(Shape.rows / 2, 1) where low * lowRows < columns + lowRows {
            let tall = tiles(columns - low * lowRows)
            let computed = low * lowTile + tall * tile
            if computed < least { (best, least) = (tall * Shape.rows, computed) }
        }
        return min(best, columns)
    }

    /// Some columns of patches, of all rows, times one panel of B.
    @inlinable @inline(never)
    static func compute<Shape: TileShape>(
        _ shape: Shape.Type, _ columns: Range<Int>, _ width: Int, _ a: PatchView, _ b: UnsafePointer<Float>,
        _ c: PatchTarget, _ start: Accumulator, _ epilogue: Epilogue, _ scratch: UnsafeMutablePointer<Float>
    ) where Shape.Registers.Register == Vector {
        for y in 0..<a.rows {
            for x in stride(from: columns.lowerBound, to: columns.upperBound, by: Shape.rows) {
                let height = min(Shape.rows, columns.upperBound - x)
                let offset = y * c.rowStride + x * c.columnStride
                let output = c.base + offset
                let source = a.base + y * a.rowStride + x * a.columnStride
                let epilogue = epilogue.advanced(by: offset)
                if height == Shape.rows && width == Shape.columns {
                    patchKernel(shape, a, source, b, output, c.columnStride, start, epilogue)
                } else {
                    let start = bring(start, output, c.columnStride, to: scratch, rows: height, columns: width)
                    patchKernel(shape, a, source, b, scratch, nr, start, epilogue.withinTile)
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
    ) where Shape.Registers.Register == Vector {
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
    ) where Shape.Registers.Register == Vector {
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
