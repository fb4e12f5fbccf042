import CSystem

/// The product of matrices by the five loops of BLIS around a microkernel.
///
/// Each loop cuts one dimension into blocks for one level of memory, outermost first: columns of C (NC, loop 5), depth
/// (KC, loop 4), rows of C (MC, loop 3; the block of A is packed), columns of the block (NR, loop 2), rows of the block
/// (MR, loop 1). B is packed as a whole, often long before. `BlockSizes` says how large the blocks are.
///
/// An accumulator is stored between blocks of depth and taken up again, so no block size shows in the bits.
extension InstructionSet {
    @inlinable
    package static func packedCount(k: Int, n: Int) -> Int { roundUp(n, nr) * k }

    /// Packed B consists of panels of NR columns over the whole depth.
    @inlinable @inline(never)
    package static func pack(
        _ b: MatrixView, k: Int, n: Int, rows: Range<Int>, columns: Range<Int>, into packed: UnsafeMutablePointer<Float>
    ) {
        var first = columns.lowerBound
        while first < columns.upperBound {  // the rest of a panel, then all others
            let lane = first % nr
            let end = lane > 0 ? min(first - lane + nr, columns.upperBound) : columns.upperBound
            packPanels(
                width: nr, b.base + rows.lowerBound * b.rowStride + first * b.columnStride, depthStride: b.rowStride,
                laneStride: b.columnStride, depth: rows.count, lanes: end - first, panelStride: nr * k,
                into: packed + (first - lane) * k + rows.lowerBound * nr + lane)
            first = end
        }
    }

    /// One tile of scratch, a block of A, and the packed columns of B for the product that packs its own.
    @inlinable
    package static func workspaceCount(m: Int, n: Int, k: Int) -> Int {
        mr * nr + aBlockCount(m: m, k: k) + packedCount(k: k, n: min(n, blocks.nc))
    }

    /// An upper bound of the packed block of A that grows with m and k, as blocks themselves do not: 84 rows may be cut
    /// into blocks of 42, and 60 in one. Whole cache lines, so that what follows starts at one.
    @inlinable
    static func aBlockCount(m: Int, k: Int) -> Int {
        roundUp(max(min(roundUp(m, mr) * k, blocks.aCount), mr * k), 16)
    }

    @inlinable @inline(never)
    package static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, packedB: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    ) {
        let nc = blocks.nc
        for jc in stride(from: 0, to: n, by: nc) {  // loop 5
            multiply(
                m: m, n: min(nc, n - jc), k: k, a: a, panels: packedB + jc * k, c: c + jc, cRowStride: cRowStride,
                start: start.advanced(toColumn: jc), epilogue: epilogue.advanced(by: jc), workspace: workspace)
        }
    }

    @inlinable @inline(never)
    package static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cRowStride: Int,
        start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    ) {
        let packed = workspace + mr * nr + aBlockCount(m: m, k: k)
        let nc = blocks.nc
        for jc in stride(from: 0, to: n, by: nc) {  // loop 5
            let columns = min(nc, n - jc)
            let block = MatrixView(
                base: b.base + jc * b.columnStride, rowStride: b.rowStride, columnStride: b.columnStride)
            // The lanes beyond n are whatever the workspace held: no lane reaches another, and these are not stored.
            pack(block, k: k, n: columns, rows: 0..<k, columns: 0..<columns, into: packed)
            multiply(
                m: m, n: columns, k: k, a: a, panels: packed, c: c + jc, cRowStride: cRowStride,
                start: start.advanced(toColumn: jc), epilogue: epilogue.advanced(by: jc), workspace: workspace)
        }
    }

    /// Loops 4 and 3: a block of columns of C from panels of B over the whole depth.
    @inlinable @inline(never)
    static func multiply(
        m: Int, n: Int, k: Int, a: MatrixView, panels: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    ) {
        var fullDepth = blocks.depth(k: k)
        // An accumulator that waits in C for the next block would overwrite what it is to be added to.
        if case .addition = epilogue { fullDepth = k }
        let mc = blocks.rows(m: m, depth: fullDepth, mr: mr)
        var pc = 0
        repeat {  // loop 4; once for k = 0, which gives C its start value and activation
            let depth = min(fullDepth, k - pc)
            for ic in stride(from: 0, to: m, by: mc) {  // loop 3
                let rows = min(mc, m - ic)
                let view = MatrixView(
                    base: a.base + ic * a.rowStride + pc * a.columnStride, rowStride: a.rowStride,
                    columnStride: a.columnStride)
                let operand = LeftOperand(view: view, isPacked: n > 2 * nr, panels: workspace + mr * nr)
                packA(operand, rows: rows, depth: depth)
                let block = Block(
                    rows: rows, columns: n, depth: depth, panels: panels + pc * nr, panelStride: k,
                    c: c + ic * cRowStride, cRowStride: cRowStride, start: pc == 0 ? start : .output,
                    epilogue: pc + depth == k ? epilogue.advanced(by: ic * cRowStride) : .none)
                multiply(block, operand, scratch: workspace)
            }
            pc += depth
        } while pc < k
    }

    /// Loops 2 and 1: a block of C from a block of A and panels of B. The last rows and columns go in smaller tiles
    /// where that is faster than a full one of which much is thrown away.
    @inlinable @inline(__always)
    static func multiply(_ block: Block, _ a: LeftOperand, scratch: UnsafeMutablePointer<Float>) {
        // A row of any tile takes the same time, as long as the tile's chains cover the latency.
        let rest = block.rows % mr
        let tall = roundUp(rest, lowRows) < mr ? block.rows - rest : block.rows
        for jr in stride(from: 0, to: block.columns, by: nr) {  // loop 2
            if block.columns - jr > nr / 2 {
                compute(FullTile<Self>.self, 0..<tall, jr, block, a, scratch)
            } else {
                compute(NarrowTile<Self>.self, 0..<tall, jr, block, a, scratch)
            }
            compute(LowTile<Self>.self, tall..<block.rows, jr, block, a, scratch)
        }
    }

    /// Loop 1: some rows of the panel of C that begins at column `jr`, tile by tile. A tile that reaches beyond the
    /// block is computed in scratch memory and copied.
    @inlinable @inline(never)
    static func compute<Shape: TileShape>(
        _ shape: Shape.Type, _ rows: Range<Int>, _ jr: Int, _ block: Block, _ a: LeftOperand,
        _ scratch: UnsafeMutablePointer<Float>
    ) {
        let columns = min(Shape.columns, block.columns - jr)
        let b = block.panels + jr * block.panelStride
        let start = block.start.advanced(toColumn: jr)
        // The next panel comes from the third level or memory while this one is at work, a share of it with each tile.
        // For 128 rows and a weight of 2048 × 2048, 78% of the peak became 91%.
        let isLast = block.columns - jr <= nr
        let tiles = (block.rows + mr - 1) / mr
        let nextStep = isLast ? 0 : (nr * MemoryLayout<Float>.stride + tiles - 1) / tiles
        var next = UnsafeRawPointer(isLast ? b : b + block.panelStride * nr)
        next += rows.lowerBound / mr * block.depth * nextStep
        for ir in stride(from: rows.lowerBound, to: rows.upperBound, by: Shape.rows) {
            let height = min(Shape.rows, rows.upperBound - ir)
            let output = block.c + ir * block.cRowStride + jr
            let epilogue = block.epilogue.advanced(by: ir * block.cRowStride + jr)
            var c = (base: output, rowStride: block.cRowStride, start: start)
            let isRagged = height < Shape.rows || columns < Shape.columns
            if isRagged {
                c.start = bring(start, output, block.cRowStride, to: scratch, rows: height, columns: columns)
                (c.base, c.rowStride) = (scratch, nr)
            } else {
                // The next tile's part of C: the stores want it even if the chains start elsewhere.
                for i in 0..<Shape.rows {
                    for j in stride(from: 0, to: Shape.columns, by: 16) {
                        lockstep_prefetch(output + (Shape.rows + i) * block.cRowStride + j)
                    }
                }
            }
            let panel = ir / mr * mr
            if a.isPacked || block.rows - panel < mr {
                microkernel(
                    shape, k: block.depth, a: a.panels + (a.isPacked ? panel * block.depth : 0) + (ir - panel),
                    aRowStride: 1, aColumnStride: mr, b: b, next: next, nextStep: nextStep, c: c.base,
                    cRowStride: c.rowStride, start: c.start,
                    epilogue: isRagged ? epilogue.withinTile : epilogue)
            } else {
                microkernel(
                    shape, k: block.depth, a: a.view.base + ir * a.view.rowStride, aRowStride: a.view.rowStride,
                    aColumnStride: a.view.columnStride, b: b, next: next, nextStep: nextStep, c: c.base,
                    cRowStride: c.rowStride, start: c.start,
                    epilogue: isRagged ? epilogue.withinTile : epilogue)
            }
            next += block.depth * nextStep
            if isRagged {
                takeBack(scratch, to: output, block.cRowStride, rows: height, columns: columns, epilogue)
            }
        }
    }

    /// Copies the start values of a ragged tile into the scratch tile and returns where its chains start. Lanes beyond
    /// the tile start anywhere: none reaches another, and they are not copied back.
    @inlinable @inline(__always)
    static func bring(
        _ start: Accumulator, _ c: UnsafePointer<Float>, _ cRowStride: Int, to scratch: UnsafeMutablePointer<Float>,
        rows: Int, columns: Int
    ) -> Accumulator {
        switch start {
        case .zero:
            return .zero
        case .output:
            copyTile(c, cRowStride, to: scratch, nr, rows: rows, columns: columns)
            return .output
        case .bias(let bias):
            copyTile(bias, 0, to: scratch, nr, rows: 1, columns: columns)
            return .bias(UnsafePointer(scratch))
        }
    }

    /// Copies a ragged tile from scratch memory to C, and does what is left of its epilogue there.
    @inlinable @inline(__always)
    static func takeBack(
        _ scratch: UnsafeMutablePointer<Float>, to c: UnsafeMutablePointer<Float>, _ cRowStride: Int, rows: Int,
        columns: Int, _ epilogue: Epilogue
    ) {
        if case .addition = epilogue {
            for i in 0..<rows { add(scratch + i * nr, into: c + i * cRowStride, count: columns) }
            return
        }
        copyTile(scratch, nr, to: c, cRowStride, rows: rows, columns: columns)
        if case .activationGradient = epilogue { finish(epilogue, c, cRowStride, rows: rows, columns: columns) }
    }

    /// Copies in strips of 16, 8, 4, 2 and 1 columns: a few instructions a row and strip.
    @inlinable @inline(__always)
    static func copyTile(
        _ source: UnsafePointer<Float>, _ sourceStride: Int, to target: UnsafeMutablePointer<Float>,
        _ targetStride: Int, rows: Int, columns: Int
    ) {
        var j = 0
        while columns - j >= 16 {
            for i in 0..<rows { SIMD16<Float>.load(source + i * sourceStride + j).store(target + i * targetStride + j) }
            j += 16
        }
        if columns & 8 > 0 {
            for i in 0..<rows { SIMD8<Float>.load(source + i * sourceStride + j).store(target + i * targetStride + j) }
            j += 8
        }
        if columns & 4 > 0 {
            for i in 0..<rows { SIMD4<Float>.load(source + i * sourceStride + j).store(target + i * targetStride + j) }
            j += 4
        }
        if columns & 2 > 0 {
            for i in 0..<rows { copyPair(source + i * sourceStride + j, to: target + i * targetStride + j) }
            j += 2
        }
        if columns & 1 > 0 {
            for i in 0..<rows { target[i * targetStride + j] = source[i * sourceStride + j] }
        }
    }

    /// Packs all panels of a block of A, or only the ragged one of an operand that is read in place.
    @inlinable @inline(__always)
    static func packA(_ a: LeftOperand, rows: Int, depth: Int) {
        let first = a.isPacked ? 0 : rows / mr * mr
        let ragged = rows % mr
        if ragged > 0 { (a.panels + (rows - ragged - first) * depth).update(repeating: 0, count: mr * depth) }
        packPanels(
            width: mr, a.view.base + first * a.view.rowStride, depthStride: a.view.columnStride,
            laneStride: a.view.rowStride, depth: depth, lanes: rows - first, panelStride: mr * depth, into: a.panels)
    }

    @inlinable @inline(__always)
    static func roundUp(_ count: Int, _ multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }
}
