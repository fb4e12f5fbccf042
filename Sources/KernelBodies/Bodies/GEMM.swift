/// The product of matrices by the five loops of BLIS around a microkernel.
///
/// Each loop cuts one dimension into blocks for one level of memory, outermost first: columns of C (NC, loop 5), depth
/// (KC, loop 4), rows of C (MC, loop 3; the block of A is packed), columns of the block (NR, loop 2), rows of the block
/// (MR, loop 1). B is packed as a whole, often long before.
///
/// An accumulator is stored between blocks of depth and taken up again, so no block size shows in the bits.
extension InstructionSet {
    @inlinable
    public static func packedCount(k: Int, n: Int) -> Int { roundUp(n, nr) * k }

    /// Packed B consists of panels of NR columns over the whole depth.
    @inlinable @inline(never)
    public static func pack(
        _ b: MatrixView, k: Int, n: Int, rows: Range<Int>, columns: Range<Int>, into packed: UnsafeMutablePointer<Float>
    ) {
        var j = columns.lowerBound
        while j < columns.upperBound {
            let lane = j % nr
            let lanes = min(nr - lane, columns.upperBound - j)
            packPanel(
                width: nr, b.base + rows.lowerBound * b.rowStride + j * b.columnStride, depthStride: b.rowStride,
                laneStride: b.columnStride, depth: rows.count, lanes: lanes,
                into: packed + (j - lane) * k + rows.lowerBound * nr + lane)
            j += lanes
        }
    }

    /// One tile of scratch, a block of A, and the packed columns of B for the product that packs its own.
    @inlinable
    public static func workspaceCount(m: Int, n: Int, k: Int) -> Int {
        mr * nr + aBlockCount(m: m, k: k) + packedCount(k: k, n: min(n, nc))
    }

    @inlinable
    static func aBlockCount(m: Int, k: Int) -> Int { min(k, kc) * roundUp(min(m, mc), mr) }

    @inlinable @inline(never)
    public static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, packedB: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, activation: Activation, workspace: UnsafeMutablePointer<Float>
    ) {
        for jc in stride(from: 0, to: n, by: nc) {  // loop 5
            multiply(
                m: m, n: min(nc, n - jc), k: k, a: a, panels: packedB + jc * k, c: c + jc, cRowStride: cRowStride,
                start: start.advanced(toColumn: jc), activation: activation, workspace: workspace)
        }
    }

    @inlinable @inline(never)
    public static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cRowStride: Int,
        start: Accumulator, activation: Activation, workspace: UnsafeMutablePointer<Float>
    ) {
        let packed = workspace + mr * nr + aBlockCount(m: m, k: k)
        for jc in stride(from: 0, to: n, by: nc) {  // loop 5
            let columns = min(nc, n - jc)
            let block = MatrixView(
                base: b.base + jc * b.columnStride, rowStride: b.rowStride, columnStride: b.columnStride)
            // The lanes beyond n are whatever the workspace held: no lane reaches another, and these are not stored.
            pack(block, k: k, n: columns, rows: 0..<k, columns: 0..<columns, into: packed)
            multiply(
                m: m, n: columns, k: k, a: a, panels: packed, c: c + jc, cRowStride: cRowStride,
                start: start.advanced(toColumn: jc), activation: activation, workspace: workspace)
        }
    }

    /// Loops 4 and 3: a block of columns of C from panels of B over the whole depth.
    @inlinable @inline(never)
    static func multiply(
        m: Int, n: Int, k: Int, a: MatrixView, panels: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, activation: Activation, workspace: UnsafeMutablePointer<Float>
    ) {
        // Blocks of even depth: 784 is 3 × 262, not 320 + 320 + 144. One block of no depth for k = 0, which gives C its
        // start value and activation.
        let depthBlocks = max(1, (k + kc - 1) / kc)
        let fullDepth = (k + depthBlocks - 1) / depthBlocks
        for depthBlock in 0..<depthBlocks {  // loop 4
            let pc = depthBlock * fullDepth
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
                    c: c + ic * cRowStride, cRowStride: cRowStride, start: depthBlock == 0 ? start : .output,
                    activation: depthBlock == depthBlocks - 1 ? activation : .identity)
                multiply(block, operand, scratch: workspace)
            }
        }
    }

    /// Loops 2 and 1: a block of C from a block of A and panels of B.
    @inlinable @inline(__always)
    static func multiply(_ block: Block, _ a: LeftOperand, scratch: UnsafeMutablePointer<Float>) {
        for jr in stride(from: 0, to: block.columns, by: nr) {  // loop 2
            let panel = block.panels + jr * block.panelStride
            for ir in stride(from: 0, to: block.rows, by: mr) {  // loop 1
                let rows = min(mr, block.rows - ir)
                let columns = min(nr, block.columns - jr)
                let output = block.c + ir * block.cRowStride + jr
                var tile = (c: output, rowStride: block.cRowStride, start: block.start.advanced(toColumn: jr))
                let isRagged = rows < mr || columns < nr
                if isRagged {
                    fill(scratch, rows: rows, columns: columns, c: output, cRowStride: block.cRowStride, tile.start)
                    tile = (c: scratch, rowStride: nr, start: .output)
                }
                if a.isPacked || rows < mr {
                    microkernel(
                        k: block.depth, a: a.panels + (a.isPacked ? ir * block.depth : 0), aRowStride: 1,
                        aColumnStride: mr, b: panel, c: tile.c, cRowStride: tile.rowStride, start: tile.start)
                } else {
                    microkernel(
                        k: block.depth, a: a.view.base + ir * a.view.rowStride, aRowStride: a.view.rowStride,
                        aColumnStride: a.view.columnStride, b: panel, c: tile.c, cRowStride: tile.rowStride,
                        start: tile.start)
                }
                activateTile(block.activation, tile.c, rowStride: tile.rowStride)
                if isRagged { copyTile(scratch, nr, to: output, block.cRowStride, rows: rows, columns: columns) }
            }
        }
    }

    /// Brings the start values of a ragged tile into the scratch tile; the rest of it is zero.
    @inlinable @inline(__always)
    static func fill(
        _ scratch: UnsafeMutablePointer<Float>, rows: Int, columns: Int, c: UnsafePointer<Float>, cRowStride: Int,
        _ start: Accumulator
    ) {
        scratch.update(repeating: 0, count: mr * nr)
        switch start {
        case .zero: break
        case .output: copyTile(c, cRowStride, to: scratch, nr, rows: rows, columns: columns)
        case .bias(let bias): copyTile(bias, 0, to: scratch, nr, rows: rows, columns: columns)
        }
    }

    @inlinable @inline(__always)
    static func copyTile(
        _ source: UnsafePointer<Float>, _ sourceStride: Int, to target: UnsafeMutablePointer<Float>,
        _ targetStride: Int, rows: Int, columns: Int
    ) {
        for i in 0..<rows {
            let (row, copy) = (source + i * sourceStride, target + i * targetStride)
            for j in stride(from: 0, to: columns, by: 16) {
                let lanes = min(16, columns - j)
                Lanes16.load(row + j, lanes: lanes).store(copy + j, lanes: lanes)
            }
        }
    }

    /// Packs all panels of a block of A, or only the ragged one of an operand that is read in place.
    @inlinable @inline(__always)
    static func packA(_ a: LeftOperand, rows: Int, depth: Int) {
        let first = a.isPacked ? 0 : rows / mr * mr
        for ir in stride(from: first, to: rows, by: mr) {
            let lanes = min(mr, rows - ir)
            let panel = a.panels + (ir - first) * depth
            if lanes < mr { panel.update(repeating: 0, count: mr * depth) }
            packPanel(
                width: mr, a.view.base + ir * a.view.rowStride, depthStride: a.view.columnStride,
                laneStride: a.view.rowStride, depth: depth, lanes: lanes, into: panel)
        }
    }

    @inlinable @inline(__always)
    static func roundUp(_ count: Int, _ multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }
}

/// A block of A. Packing pays from the third panel of B that reads it; before that, the microkernel reads A in place,
/// but for a ragged rest of fewer than MR rows, which is the only panel then.
@usableFromInline
struct LeftOperand {
    @usableFromInline var view: MatrixView
    @usableFromInline var isPacked: Bool
    @usableFromInline var panels: UnsafeMutablePointer<Float>

    @inlinable @inline(__always)
    init(view: MatrixView, isPacked: Bool, panels: UnsafeMutablePointer<Float>) {
        self.view = view
        self.isPacked = isPacked
        self.panels = panels
    }
}

/// A block of C and what it takes to compute it, but A.
@usableFromInline
struct Block {
    @usableFromInline var rows: Int
    @usableFromInline var columns: Int
    @usableFromInline var depth: Int
    /// Panels of NR columns; the panel of column j begins at `panels[j * panelStride]`.
    @usableFromInline var panels: UnsafePointer<Float>
    @usableFromInline var panelStride: Int
    @usableFromInline var c: UnsafeMutablePointer<Float>
    @usableFromInline var cRowStride: Int
    @usableFromInline var start: Accumulator
    @usableFromInline var activation: Activation

    @inlinable @inline(__always)
    init(
        rows: Int, columns: Int, depth: Int, panels: UnsafePointer<Float>, panelStride: Int,
        c: UnsafeMutablePointer<Float>, cRowStride: Int, start: Accumulator, activation: Activation
    ) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.panels = panels
        self.panelStride = panelStride
        self.c = c
        self.cRowStride = cRowStride
        self.start = start
        self.activation = activation
    }
}

extension Accumulator {
    /// The start of the columns from `column` on.
    @inlinable @inline(__always)
    func advanced(toColumn column: Int) -> Accumulator {
        if case .bias(let bias) = self { .bias(bias + column) } else { self }
    }
}
