/// The gradients of a step, which lie in several buffers, as the update asks for them: summed, a range at a time.
package protocol GradientSource: AnyObject, Sendable {
    /// Writes the sums of a range of the parameter buffer: `[range.count]`. Called by all workers at once, after the
    /// phase that computed the gradients.
    func sum(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>)
}
