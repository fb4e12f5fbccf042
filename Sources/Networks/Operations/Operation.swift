import Kernels

/// One step of a plan: kernel calls that read and write values of the arena, forward and backward.
///
/// Operations are made once, when a network is compiled, and hold only numbers: running one allocates nothing.
public protocol Operation: Sendable {
    /// The layer it belongs to (`residual1/linear2`), for messages.
    var layer: String { get }

    /// The values it reads. The compiler puts others in their places, so that each value of a plan is read once.
    var reads: [Value.ID] { get set }
    /// The value it writes.
    var output: Value.ID { get set }
    /// All values it hands on, where there are several.
    var writes: [Value.ID] { get }
    /// Values it writes for its own backward pass: nobody else reads them, and they have no gradient.
    var notes: [Value.ID] { get }
    /// The activations that `backward` looks at again, so that the arena keeps them.
    var savedForBackward: [Value.ID] { get }
    /// The value read whose gradient lies where that of the output does, for a backward pass that works in place.
    var gradientSharedWith: Value.ID? { get }

    /// Whether its backward pass has parameter gradients to compute, and so must run even when nothing before it
    /// learns.
    var hasParameters: Bool { get }
    /// Whether it looks at all rows of a shard at once, so that a shard must be one micro-batch while training.
    var needsWholeShards: Bool { get }
    /// The least rows of a shard, and of a batch, in training: fewer leave it without a number that it divides by.
    var leastRows: (ofShard: Int, ofBatch: Int) { get }
    /// Floating-point operations of a forward pass, a sample; those that matter, which are the products of matrices.
    var flopsPerRow: Int { get }
    /// Floats of scratch that one pass over `rows` samples needs.
    ///
    /// - Parameter isTrained: whether there is a backward pass.
    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int
    /// Why nothing can be learned through it, if so.
    var problem: String? { get }

    func forward(_ frame: Frame)

    /// Turns the gradient of the output into gradients of the inputs and adds to those of the parameters.
    /// May overwrite the gradient of the output.
    func backward(_ frame: Frame)
}

extension Operation {
    public var writes: [Value.ID] { [output] }
    public var notes: [Value.ID] { [] }
    public var gradientSharedWith: Value.ID? { nil }
    public var hasParameters: Bool { false }
    public var needsWholeShards: Bool { false }
    public var leastRows: (ofShard: Int, ofBatch: Int) { (1, 1) }
    public var flopsPerRow: Int { 0 }
    public func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int { 0 }
    public var problem: String? { nil }
}

/// An operation that reads one value.
public protocol UnaryOperation: Operation {
    var input: Value.ID { get set }
}

extension UnaryOperation {
    public var reads: [Value.ID] {
        get { [input] }
        set { input = newValue[0] }
    }
}
