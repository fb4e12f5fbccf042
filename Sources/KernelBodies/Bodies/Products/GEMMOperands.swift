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
    @usableFromInline var epilogue: Epilogue

    @inlinable @inline(__always)
    init(
        rows: Int, columns: Int, depth: Int, panels: UnsafePointer<Float>, panelStride: Int,
        c: UnsafeMutablePointer<Float>, cRowStride: Int, start: Accumulator, epilogue: Epilogue
    ) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.panels = panels
        self.panelStride = panelStride
        self.c = c
        self.cRowStride = cRowStride
        self.start = start
        self.epilogue = epilogue
    }
}

extension Accumulator {
    /// The start of the columns from `column` on.
    @inlinable @inline(__always)
    func advanced(toColumn column: Int) -> Accumulator {
        if case .bias(let bias) = self { .bias(bias + column) } else { self }
    }
}

extension Epilogue {
    /// The epilogue of the elements from an offset in C on.
    @inlinable @inline(__always)
    func advanced(by offset: Int) -> Epilogue {
        if case .activationGradient(let activation, let saved) = self {
            .activationGradient(activation, saved: saved + offset)
        } else {
            self
        }
    }

    /// What of it can be done in a scratch tile, where only C itself lies.
    @inlinable @inline(__always)
    var withinTile: Epilogue { if case .activation = self { self } else { .none } }
}
