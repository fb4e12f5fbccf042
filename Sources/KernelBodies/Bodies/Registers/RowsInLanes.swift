import CSystem

/// 16 rows of a matrix of few columns, one row a lane: column j is a vector.
///
/// The usual number of classes is ten or so. Row by row, a vector would be part empty, and folding its lanes, the
/// logarithm and the ragged loads and stores would be paid once a row: 95 ns for a cross-entropy of 10 columns on Zen
/// 3, of which the exponentials themselves are 5.
@usableFromInline
struct RowsInLanes {
    @usableFromInline let vectors: UnsafeMutablePointer<Lanes16>
    @usableFromInline let columns: Int

    /// The most columns: more would put two elements of a row into one lane of a reduction.
    @inlinable static var mostColumns: Int { 16 }

    /// - Parameter memory: of `mostColumns` vectors.
    @inlinable @inline(__always)
    init(_ memory: UnsafeMutableBufferPointer<Lanes16>, columns: Int) {
        vectors = memory.baseAddress!
        self.columns = columns
    }

    @inlinable
    subscript(column: Int) -> Lanes16 {
        @inline(__always) get { vectors[column] }
        @inline(__always) nonmutating set { vectors[column] = newValue }
    }

    // MARK: Memory

    /// Takes 1 to 16 contiguous rows. Lanes beyond repeat the last row.
    @inlinable @inline(__always)
    func load(_ x: UnsafePointer<Float>, rows: Int) { lockstep_load_rows(x, rows, columns, floats) }

    /// Writes the first `rows` rows. Lanes beyond hold what the last row does, if they have done since `load`.
    @inlinable @inline(__always)
    func store(_ y: UnsafeMutablePointer<Float>, rows: Int) { lockstep_store_rows(floats, y, rows, columns) }

    @inlinable
    var floats: UnsafeMutablePointer<Float> {
        @inline(__always) get { UnsafeMutableRawPointer(vectors).assumingMemoryBound(to: Float.self) }
    }

    /// The element of each row in a column of its own; 0 where that is outside.
    @inlinable @inline(__always)
    func element(at column: SIMD16<Int32>) -> Lanes16 {
        var element = Lanes16(repeating: 0)
        for j in 0..<columns {
            element = element.replaced(by: self[j], where: column.isEqual(to: Int32(truncatingIfNeeded: j)))
        }
        return element
    }

    // MARK: Reduction

    /// The largest element of each row; NaN loses every comparison.
    @inlinable @inline(__always)
    var maximum: Lanes16 { lockstep_fold_columns(floats, columns, 1) }

    /// The sum of each row, in the tree of every horizontal reduction.
    @inlinable @inline(__always)
    var sum: Lanes16 { lockstep_fold_columns(floats, columns, 0) }
}

/// Calls `body(first, rows)` for 0 ..< rows in steps of 16, the last of which may be ragged.
@inlinable @inline(__always)
func forEach16Rows(_ rows: Int, _ body: (_ first: Int, _ rows: Int) -> Void) {
    var first = 0
    while first < rows {
        body(first, min(16, rows - first))
        first += 16
    }
}
