/// Where the rows of the current batch come from. Called by all workers at once, each for rows of its own.
package protocol BatchInputs: AnyObject, Sendable {
    /// Writes the inputs of some rows of the batch, as the network takes them: `[rows.count, inputs]`.
    ///
    /// - Parameter worker: who calls: no other one has the same number at that time.
    func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>, worker: Int)
}
