import Kernels
import Networks

/// Changes parameters by their gradients, a range at a time. Called by all workers at once, for disjoint ranges.
public protocol BlockOptimizer: AnyObject, Sendable {
    /// Updates parameters and moments.
    ///
    /// - Parameters:
    ///   - range: which floats of the parameter buffer.
    ///   - gradient: the gradient of the first of them and on: `[range.count]`.
    ///   - gradientScale: what each gradient is multiplied by first.
    func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, gradientScale: Float)
}

/// The gradients of a step, which lie in several buffers, as the update asks for them: summed, a range at a time.
public protocol GradientSource: AnyObject, Sendable {
    /// Writes the sums of a range of the parameter buffer: `[range.count]`. Called by all workers at once, after the phase
    /// that computed the gradients.
    func sum(_ range: Range<Int>, into result: UnsafeMutablePointer<Float>)
}

/// Reduces the gradients of a step's shards and updates the parameters, in one pass over fixed blocks: sum in tree order,
/// optimizer, and packing of the new weights for the next step.
///
/// Clipping by the global norm needs the norm first, and so two passes.
///
/// `@unchecked Sendable`: in a phase a worker writes its own scratch, and of everything else only the range of the
/// blocks it claimed.
public final class ParameterUpdater: @unchecked Sendable {
    private let network: CompiledNetwork
    private let model: WorkerArena.Model
    private let gradients: any GradientSource
    private let team: WorkerTeam
    private let kernels: any KernelTable.Type
    private let clipNorm: Double?

    /// Floats that are summed and updated at once: 4 KiB. A multiple of 16, so that every piece starts at a cache line.
    private static let piece = 1_024
    private let scratch: [AlignedBuffer]
    /// The reduced gradients of all parameters; only when clipping.
    private let reduced: AlignedBuffer?
    private let squares: AlignedBuffer
    private var gradientScale: Float = 1
    private var optimizer: (any BlockOptimizer)!
    private var reduceTask: BlockTask!
    private var updateTask: BlockTask!
    private var companion: (any TeamTask)?

    /// - Parameter clipNorm: the largest norm that all gradients together may have; longer ones are scaled down to it.
    public init(
        network: CompiledNetwork, model: WorkerArena.Model, gradients: any GradientSource, clipNorm: Double?,
        team: WorkerTeam, kernels: any KernelTable.Type
    ) {
        self.network = network
        self.model = model
        self.gradients = gradients
        self.clipNorm = clipNorm
        self.team = team
        self.kernels = kernels
        scratch = (0..<team.workerCount).map { _ in AlignedBuffer(count: Self.piece) }
        reduced = clipNorm.map { _ in AlignedBuffer(count: network.layout.bufferCount) }
        squares = AlignedBuffer(count: network.blocks.count)
        reduceTask = BlockTask { [unowned self] block, worker in self.reduce(block, worker: worker) }
        updateTask = BlockTask { [unowned self] item, worker in
            guard let companion = self.companion else { return self.update(item, worker: worker) }
            // First, since it may take longer than a block.
            if item == 0 { companion.run(item: 0, worker: worker) } else { self.update(item - 1, worker: worker) }
        }
    }

    /// Applies one optimizer step to all parameters.
    ///
    /// - Parameter companion: a task of one item that has nothing to do with the parameters, done in the same phase.
    /// - Returns: the global norm of the gradients before clipping, or nil when there is no clipping.
    @discardableResult
    public func update(with optimizer: any BlockOptimizer, alongside companion: (any TeamTask)? = nil) -> Double? {
        self.optimizer = optimizer
        self.companion = companion
        var norm: Double?
        gradientScale = 1
        if let clipNorm {
            team.run(reduceTask, count: network.blocks.count)
            var sum = 0.0
            for block in network.blocks.indices { sum += Double(squares.pointer[block]) }
            let total = sum.squareRoot()
            // The small number keeps a norm of zero from dividing; it is PyTorch's.
            gradientScale = Float(min(1, clipNorm / (total + 1e-6)))
            norm = total
        }
        team.run(updateTask, count: network.blocks.count + (companion == nil ? 0 : 1))
        return norm
    }

    private func reduce(_ index: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        let range = network.blocks[index].range
        let gradient = reduced!.pointer + range.lowerBound
        gradients.sum(range, into: gradient)
        squares.pointer[index] = kernels.sumOfSquares(gradient, count: range.count)
        timer.finish(.reduceAndUpdate)
    }

    private func update(_ index: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        let block = network.blocks[index]
        if let reduced {
            optimizer.update(
                block.range, gradient: reduced.pointer + block.range.lowerBound, gradientScale: gradientScale)
        } else {
            // In pieces, so that a sum is still in the first-level cache when the optimizer reads it.
            let sum = scratch[worker].pointer
            for first in stride(from: block.range.lowerBound, to: block.range.upperBound, by: Self.piece) {
                let range = first..<min(first + Self.piece, block.range.upperBound)
                gradients.sum(range, into: sum)
                optimizer.update(range, gradient: sum, gradientScale: gradientScale)
            }
        }
        model.packed.refresh(
            network.layout.parameters[block.parameter], rows: block.rows, from: model.parameters)
        timer.finish(.reduceAndUpdate)
    }
}

/// A task over blocks, made once.
private final class BlockTask: TeamTask {
    private let body: @Sendable (Int, Int) -> Void

    init(_ body: @escaping @Sendable (Int, Int) -> Void) { self.body = body }

    func run(item: Int, worker: Int) { body(item, worker) }
}
