/// The left operand of a product as it lies in an image: each row of the matrix is a patch, read where it is.
///
/// Row (y, x) consists of `runs` runs of memory, `depth` elements each. Element p of run r stands at
///
///     base[y * rowStride + x * columnStride + offsets[r] + p * depthStride]
///
/// A convolution reads, for each output pixel, one run a row of its window; the gradient of its weights reads, for each
/// weight of a row of the window, one run a row of the image. No copy of the patches is ever made ("im2col"), so the
/// image must be bordered with zeros where windows reach beyond it. Runs of a row of patches that are border and
/// nothing else may be left out.
///
/// Up to 15 columns beyond the last may be read, and must be memory of ours; what is there does not matter.
@frozen
public struct PatchView {
    public var base: UnsafePointer<Float>
    /// Rows and columns of patches; the matrix has `rows · columns` rows.
    public var rows: Int
    public var columns: Int
    public var rowStride: Int
    public var columnStride: Int
    /// Where each run begins; the matrix has `runs · depth` columns.
    public var offsets: UnsafePointer<Int>
    public var runs: Int
    public var depth: Int
    /// 1, unless `columnStride` is 1.
    public var depthStride: Int
    /// The runs that each row of patches has, where not all; the others are neither read nor multiplied.
    public var inside: UnsafePointer<Range<Int>>?

    @inlinable
    public init(
        base: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int, columnStride: Int,
        offsets: UnsafePointer<Int>, runs: Int, depth: Int, depthStride: Int = 1,
        inside: UnsafePointer<Range<Int>>? = nil
    ) {
        self.base = base
        self.rows = rows
        self.columns = columns
        self.rowStride = rowStride
        self.columnStride = columnStride
        self.offsets = offsets
        self.runs = runs
        self.depth = depth
        self.depthStride = depthStride
        self.inside = inside
    }

    /// A row of patches with the runs that it has, and how many are left out before them.
    @inlinable @inline(__always)
    func row(_ y: Int) -> (row: PatchView, skipped: Int) {
        let runs = runs(ofRow: y)
        let row = PatchView(
            base: base + y * rowStride, rows: 1, columns: columns, rowStride: rowStride, columnStride: columnStride,
            offsets: offsets + runs.lowerBound, runs: runs.count, depth: depth, depthStride: depthStride)
        return (row, runs.lowerBound)
    }

    /// The runs that a row of patches has.
    @inlinable @inline(__always)
    func runs(ofRow y: Int) -> Range<Int> {
        if let inside { inside[y] } else { 0..<runs }
    }
}

/// Where a product over patches goes: the row of C for patch (y, x) begins at `base[y * rowStride + x * columnStride]`.
@frozen
public struct PatchTarget {
    public var base: UnsafeMutablePointer<Float>
    public var rowStride: Int
    public var columnStride: Int

    @inlinable
    public init(_ base: UnsafeMutablePointer<Float>, rowStride: Int, columnStride: Int) {
        self.base = base
        self.rowStride = rowStride
        self.columnStride = columnStride
    }
}
