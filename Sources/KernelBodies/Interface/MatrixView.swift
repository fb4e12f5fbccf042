/// A matrix somewhere in memory: element (i, j) stands at `base[i * rowStride + j * columnStride]`.
///
/// It neither owns the memory nor knows its extent; whoever passes it says the shape.
@frozen
public struct MatrixView {
    public var base: UnsafePointer<Float>
    public var rowStride: Int
    public var columnStride: Int

    @inlinable
    public init(base: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
        self.base = base
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// A contiguous row-major matrix of `columns` columns.
    @inlinable
    public init(_ base: UnsafePointer<Float>, columns: Int) {
        self.init(base: base, rowStride: columns, columnStride: 1)
    }

    /// The matrix with rows and columns exchanged, in the same memory.
    @inlinable
    public var transposed: MatrixView {
        MatrixView(base: base, rowStride: columnStride, columnStride: rowStride)
    }

    @inlinable
    public subscript(row: Int, column: Int) -> Float {
        base[row * rowStride + column * columnStride]
    }
}
