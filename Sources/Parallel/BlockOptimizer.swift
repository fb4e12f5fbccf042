import Networks

/// Changes parameters by their gradients, a range at a time. Called by all workers at once, for disjoint ranges.
public protocol BlockOptimizer: AnyObject, Sendable {
    /// Whether a parameter, by its index in the layout, stays as it is. Its gradient then counts in no norm.
    func isFrozen(_ parameter: Int) -> Bool

    /// Whether it has to see every block's gradient before it updates the first: rules that look at whole tensors.
    var preparesBlocks: Bool { get }

    /// Looks at a block's gradient, and may put something else in its place.
    ///
    /// - Parameters:
    ///   - index: the block's place among the network's blocks that are not frozen.
    ///   - gradient: `[block.range.count]`.
    ///   - gradientScale: what each gradient is multiplied by first.
    func prepare(
        _ block: ParameterBlock, index: Int, gradient: UnsafeMutablePointer<Float>, gradientScale: Float)

    /// Called by the leader when all blocks are prepared.
    func finishPreparing()

    /// Updates parameters and moments.
    ///
    /// - Parameters:
    ///   - range: which floats of the parameter buffer, all of one parameter.
    ///   - parameter: which one, by its index in the layout.
    ///   - gradient: the gradient of the first of them and on, or what `prepare` made of it: `[range.count]`.
    ///   - gradientScale: what each gradient is multiplied by first.
    func update(_ range: Range<Int>, of parameter: Int, gradient: UnsafePointer<Float>, gradientScale: Float)
}

extension BlockOptimizer {
    public func isFrozen(_ parameter: Int) -> Bool { false }
    public var preparesBlocks: Bool { false }
    public func prepare(
        _ block: ParameterBlock, index: Int, gradient: UnsafeMutablePointer<Float>, gradientScale: Float
    ) {}
    public func finishPreparing() {}
}

/// The gradients of a step, which lie in several buffers, as the update asks for them: summed, a range at a time.
public protocol GradientSource: AnyObject, Sendable {
    /// Writes the sums of a range of the parameter buffer: `[range.count]`. Called by all workers at once, after the phase
    /// that computed the gradients.
    func sum(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>)
}
