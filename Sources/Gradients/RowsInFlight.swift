/// How many rows are computed, or kept, at once: one rule for micro-batches, for inference, and for the outputs that an
/// evaluation looks at together. No result depends on it.
///
/// As many as take `aim` bytes, at least `least` and at most `most`; but no more than take `bound` bytes, unless a
/// single one does.
package struct RowsInFlight: Sendable, Equatable {
    /// Bytes that the rows should take together.
    package var aim: Int
    package var least: Int
    package var most: Int
    /// Bytes that they may take together.
    package var bound: Int
    /// Their number is a multiple of this, if there are `least` of them.
    package var multiple = 1

    /// Rows of a micro-batch, a worker: few enough that activations stay within its share of the last-level cache, yet
    /// as many as take the memory of the gradient at least, which each micro-batch reads and writes once beside the
    /// products that make it.
    ///
    /// - Parameter gradientBytes: bytes of all parameters' gradients.
    package static func training(gradientBytes: Int) -> RowsInFlight {
        let aim = max(8 << 20, gradientBytes)
        return RowsInFlight(aim: aim, least: 8, most: 512, bound: max(256 << 20, aim))
    }

    /// Rows of a piece of work without gradients: few enough that wide layers do not take a worker more than a few
    /// megabytes, in whole tiles.
    package static let inference = RowsInFlight(aim: 2 << 20, least: 16, most: 128, bound: 64 << 20, multiple: 16)

    /// Rows whose outputs are held at once in an evaluation: pieces of work for all workers.
    ///
    /// - Parameter piece: rows of a piece of work.
    package static func outputs(piece: Int, workers: Int) -> RowsInFlight {
        RowsInFlight(aim: 4 << 20, least: piece * workers, most: 8_192, bound: 64 << 20, multiple: piece)
    }

    /// How many rows of so many bytes each.
    package func rows(ofBytes bytes: Int) -> Int {
        let bytes = max(bytes, 1)
        let wanted = min(max(aim / bytes / multiple * multiple, least), max(most, multiple))
        return max(1, min(wanted, bound / bytes))
    }
}
