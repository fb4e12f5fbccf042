import Kernels

/// One step of a plan: kernel calls that read and write values of the arena, forward and backward.
///
/// Operations are made once, when a network is compiled, and hold only numbers: running one allocates nothing.
public protocol Operation: Sendable {
    /// The layer it belongs to (`residual1/linear2`), for messages.
    var layer: String { get }

    /// The values it reads, each of them read by no other operation.
    var reads: [Value.ID] { get }
    /// The value it writes.
    var output: Value.ID { get }
    /// All values it hands on, where there are several.
    var writes: [Value.ID] { get }
    /// Values it writes for its own backward pass: nobody else reads them, and they have no gradient.
    var notes: [Value.ID] { get }
    /// The activations that `backward` looks at again, so that the arena keeps them.
    var savedForBackward: [Value.ID] { get }

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
    func workspaceCount(rows: Int, kernels: any KernelTable.Type) -> Int

    /// This operation with `activation` applied as it writes its output, if it can do that.
    func fusing(_ activation: Activation) -> (any Operation)?

    /// This operation with `addend`, which has the shape of its output, added before any activation, if it can do that.
    /// Its output's gradient is then that of `addend` too, in the same place, and it may not write that of its input
    /// there.
    func fusingSum(with addend: Value.ID) -> (any Operation)?

    /// This operation without the multiplication of its output's gradient by the derivative of a fused activation, and
    /// the activation, if there is one: for the reader of the output, which then does that as it writes the gradient.
    func handingOverActivationGradient() -> (operation: any Operation, activation: Activation)?

    func forward(_ frame: Frame)

    /// Turns the gradient of the output into gradients of the inputs and adds to those of the parameters.
    /// May overwrite the gradient of the output.
    func backward(_ frame: Frame)
}

extension Operation {
    public var writes: [Value.ID] { [output] }
    public var notes: [Value.ID] { [] }
    public var hasParameters: Bool { false }
    public var needsWholeShards: Bool { false }
    public var leastRows: (ofShard: Int, ofBatch: Int) { (1, 1) }
    public var flopsPerRow: Int { 0 }
    public func workspaceCount(rows: Int, kernels: any KernelTable.Type) -> Int { 0 }
    public func fusing(_ activation: Activation) -> (any Operation)? { nil }
    public func fusingSum(with addend: Value.ID) -> (any Operation)? { nil }
    public func handingOverActivationGradient() -> (operation: any Operation, activation: Activation)? { nil }
}

/// What an operation sees of the world while a worker walks a plan: addresses and a few numbers, no ownership.
///
/// The pointers are valid for the duration of the walk. Values lie in the worker's own arena; parameters and packed
/// weights are shared by all workers and not written while any of them walks; parameter gradients belong to the shard.
public struct Frame {
    public let kernels: any KernelTable.Type
    /// Samples in flight: the rows of the micro-batch.
    public let rows: Int

    let arena: UnsafeMutablePointer<Float>
    let activationOffsets: UnsafePointer<Int>
    let gradientOffsets: UnsafePointer<Int>

    /// All parameters, laid out by `ParameterLayout`.
    public let parameters: UnsafePointer<Float>
    /// Weights packed for the products of matrices.
    public let packed: PackedWeights
    /// The shard's gradients, laid out as the parameters.
    public let parameterGradients: UnsafeMutablePointer<Float>
    /// Where chains of parameter gradients start: at zero for the first micro-batch of a shard, at what is there for
    /// the rest, so that a shard's gradient is one chain over its rows.
    public let gradientStart: Accumulator
    /// Whether the gradients are added to what is there: those of a whole shard to those of its sibling.
    public let addsGradients: Bool
    /// Scratch for the kernels, the worker's own.
    public let workspace: UnsafeMutablePointer<Float>

    /// The key of the run's random numbers.
    public let seed: UInt64
    public let step: UInt32
    /// Where in the global batch the micro-batch's first row stands.
    public let firstRow: Int
    /// Rows of the global batch.
    public let batchRows: Int
    /// Where the shard's contribution to a collective operation goes.
    public let contribution: UnsafeMutablePointer<Float>
    /// What the shards' contributions to a collective operation have come to; meaningful in its `forward` and
    /// `backward`.
    public let combined: UnsafePointer<Float>

    /// The activation `[rows, width]` of a value.
    @inline(__always)
    public func value(_ id: Value.ID) -> UnsafeMutablePointer<Float> { arena + activationOffsets[id] }

    /// The gradient `[rows, width]` of a value, or nil where nothing before it learns.
    @inline(__always)
    public func gradient(_ id: Value.ID) -> UnsafeMutablePointer<Float>? {
        let offset = gradientOffsets[id]
        return offset < 0 ? nil : arena + offset
    }
}
