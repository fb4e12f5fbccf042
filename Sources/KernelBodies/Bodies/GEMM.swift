/// The product of matrices by the five loops of BLIS around a microkernel.
///
/// Each loop cuts one dimension into blocks for one level of memory, outermost first: columns of C (NC), depth (KC; the
/// block of B is packed), rows of C (MC; the block of A is packed), columns of the block (NR), rows of the block (MR).
/// An accumulator is stored between blocks of depth and taken up again, so no block size shows in the bits.
extension InstructionSet {
    @inlinable
    public static func packedCount(k: Int, n: Int) -> Int { roundUp(n, nr) * k }

    /// Packed B consists of panels of NR columns over the whole depth; a block of depth is a stretch of each panel.
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

    /// One tile of scratch, a block of A, and a block of B for the product that packs its own.
    @inlinable
    public static func workspaceCount(m: Int, n: Int, k: Int) -> Int {
        let depth = min(k, kc)
        return mr * nr + depth * roundUp(min(m, mc), mr) + depth * roundUp(min(n, nc), nr)
    }

    @inlinable @inline(never)
    public static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, packedB: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, activation: Activation, workspace: UnsafeMutablePointer<Float>
    ) {
        blockedProduct(
            m: m, n: n, k: k, a: a, b: .packed(packedB), c: c, cRowStride: cRowStride, start: start,
            activation: activation, workspace: workspace)
    }

    @inlinable @inline(never)
    public static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cRowStride: Int,
        start: Accumulator, activation: Activation, workspace: UnsafeMutablePointer<Float>
    ) {
        blockedProduct(
            m: m, n: n, k: k, a: a, b: .strided(b), c: c, cRowStride: cRowStride, start: start,
            activation: activation, workspace: workspace)
    }

    @inlinable @inline(__always)
    static func blockedProduct(
        m: Int, n: Int, k: Int, a: MatrixView, b: RightOperand, c: UnsafeMutablePointer<Float>, cRowStride: Int,
        start: Accumulator, activation: Activation, workspace: UnsafeMutablePointer<Float>
    ) {
        let scratch = workspace
        let aBlock = scratch + mr * nr
        let bBlock = aBlock + min(k, kc) * roundUp(min(m, mc), mr)
        // Blocks of even depth: 784 is 3 × 262, not 320 + 320 + 144. One block of no depth for k = 0, which gives C its
        // start value and activation.
        let depthBlocks = max(1, (k + kc - 1) / kc)
        let fullDepth = (k + depthBlocks - 1) / depthBlocks

        for jc in stride(from: 0, to: n, by: nc) {  // loop 5
            let blockColumns = min(nc, n - jc)
            for depthBlock in 0..<depthBlocks {  // loop 4
                let pc = depthBlock * fullDepth
                let depth = min(fullDepth, k - pc)
                let panels: UnsafePointer<Float>
                let panelStride: Int
                switch b {
                case .packed(let packed):
                    panels = packed + jc * k + pc * nr
                    panelStride = k
                case .strided(let view):
                    packB(view, pc: pc, jc: jc, depth: depth, columns: blockColumns, into: bBlock)
                    panels = UnsafePointer(bBlock)
                    panelStride = depth
                }
                for ic in stride(from: 0, to: m, by: mc) {  // loop 3
                    let block = Block(
                        rows: min(mc, m - ic), columns: blockColumns, depth: depth, panels: panels,
                        panelStride: panelStride, c: c + ic * cRowStride + jc, cRowStride: cRowStride,
                        start: depthBlock == 0 ? start.advanced(toColumn: jc) : .output,
                        activation: depthBlock == depthBlocks - 1 ? activation : .identity)
                    packA(a, ic: ic, pc: pc, rows: block.rows, depth: depth, into: aBlock)
                    multiply(block, a: aBlock, scratch: scratch)
                }
            }
        }
    }

    /// Loops 2 and 1: a block of C from a packed block of A and panels of B.
    @inlinable @inline(__always)
    static func multiply(_ block: Block, a: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
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
                microkernel(
                    k: block.depth, a: a + ir * block.depth, aRowStride: 1, aColumnStride: mr, b: panel, c: tile.c,
                    cRowStride: tile.rowStride, start: tile.start)
                activateTile(block.activation, tile.c, rowStride: tile.rowStride)
                if isRagged {
                    for i in 0..<rows {
                        for j in 0..<columns { output[i * block.cRowStride + j] = scratch[i * nr + j] }
                    }
                }
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
        case .output:
            for i in 0..<rows {
                for j in 0..<columns { scratch[i * nr + j] = c[i * cRowStride + j] }
            }
        case .bias(let bias):
            for i in 0..<rows {
                for j in 0..<columns { scratch[i * nr + j] = bias[j] }
            }
        }
    }

    @inlinable @inline(__always)
    static func packA(
        _ a: MatrixView, ic: Int, pc: Int, rows: Int, depth: Int, into block: UnsafeMutablePointer<Float>
    ) {
        for ir in stride(from: 0, to: rows, by: mr) {
            let lanes = min(mr, rows - ir)
            let panel = block + ir * depth
            if lanes < mr { panel.update(repeating: 0, count: mr * depth) }
            packPanel(
                width: mr, a.base + (ic + ir) * a.rowStride + pc * a.columnStride, depthStride: a.columnStride,
                laneStride: a.rowStride, depth: depth, lanes: lanes, into: panel)
        }
    }

    @inlinable @inline(__always)
    static func packB(
        _ b: MatrixView, pc: Int, jc: Int, depth: Int, columns: Int, into block: UnsafeMutablePointer<Float>
    ) {
        for jr in stride(from: 0, to: columns, by: nr) {
            let lanes = min(nr, columns - jr)
            let panel = block + jr * depth
            if lanes < nr { panel.update(repeating: 0, count: nr * depth) }
            packPanel(
                width: nr, b.base + pc * b.rowStride + (jc + jr) * b.columnStride, depthStride: b.rowStride,
                laneStride: b.columnStride, depth: depth, lanes: lanes, into: panel)
        }
    }

    @inlinable @inline(__always)
    static func roundUp(_ count: Int, _ multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }
}

/// B as the caller has it.
@usableFromInline
enum RightOperand {
    case packed(UnsafePointer<Float>)
    case strided(MatrixView)
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
