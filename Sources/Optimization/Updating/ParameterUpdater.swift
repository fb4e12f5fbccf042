import Gradients
import Kernels
import Networks
import Workers

/// Reduces the gradients of a step's shards and updates the parameters, in one pass over fixed blocks: sum in tree
/// order, optimizer, and packing of the new weights for the next step.
///
/// Clipping by a norm needs the norm first, and some optimizers look at whole tensors before they move one: then the
/// sums are kept, and there are up to three passes: reduce, prepare, update.
///
/// `@unchecked Sendable`: in a phase a worker writes its own scratch, and of everything else only the range of the
/// blocks it claimed.
package final class ParameterUpdater: @unchecked Sendable {
    private let layout: ParameterLayout
    private let model: WorkerArena.Model
    private let gradients: any GradientSource
    private let optimizer: RunningOptimizer
    private let team: WorkerTeam
    private let kernels: any KernelTable.Type
    /// Blocks of learned parameters that are not frozen.
    private let blocks: [ParameterBlock]
    /// Blocks of statistics, which only the last pass knows: no norm counts them, nothing clips them.
    private let statistics: [ParameterBlock]
    /// Limit of each element, if that is how gradients are clipped.
    private let largestValue: Float?
    /// Factors of gradients that are clipped by a norm.
    private let scales: GradientScales?

    /// Floats that are summed and updated at once: 4 KiB. A multiple of 16, so that every piece starts at a cache line.
    private static let piece = 1_024
    private let scratch: [AlignedBuffer]
    /// The reduced gradients of all parameters; only if something needs all before the first parameter moves.
    private let reduced: AlignedBuffer?
    /// Sums of squares, by block.
    private let squares: AlignedBuffer
    private var reduceTask: BlockTask!
    private var prepareTask: BlockTask!
    private var updateTask: BlockTask!
    private var squareTask: BlockTask!
    private var companion: (any TeamTask)?

    package init(
        network: CompiledNetwork, model: WorkerArena.Model, gradients: any GradientSource,
        optimizer: RunningOptimizer, clipping: GradientClipping?, team: WorkerTeam, kernels: any KernelTable.Type
    ) {
        layout = network.layout
        self.model = model
        self.gradients = gradients
        self.optimizer = optimizer
        self.team = team
        self.kernels = kernels
        let moving = network.blocks.filter { !optimizer.isFrozen($0.parameter) }
        blocks = moving.filter { network.layout.parameters[$0.parameter].isLearned }
        statistics = moving.filter { !network.layout.parameters[$0.parameter].isLearned }
        largestValue = if case .value(let limit) = clipping { Float(limit) } else { nil }
        scales =
            if let clipping, clipping.needsNorms {
                GradientScales(clipping, blocks: blocks, layout: network.layout)
            } else { nil }
        // Written before it is read, so each worker's is first touched by the worker.
        scratch = (0..<team.workerCount).map { _ in AlignedBuffer(untouchedCount: Self.piece) }
        reduced =
            scales != nil || optimizer.preparesBlocks ? AlignedBuffer(count: network.layout.bufferCount) : nil
        squares = AlignedBuffer(count: blocks.count)
        reduceTask = BlockTask { [unowned self] block, worker in self.reduce(block, worker: worker) }
        prepareTask = BlockTask { [unowned self] block, worker in
            var timer = SpanTimer(self.team.recorder, worker: worker)
            self.prepare(block)
            timer.finish(.reduceAndUpdate)
        }
        updateTask = BlockTask { [unowned self] item, worker in
            guard let companion = self.companion else { return self.update(item, worker: worker) }
            // First, since it may take longer than a block.
            if item == 0 { companion.run(item: 0, worker: worker) } else { self.update(item - 1, worker: worker) }
        }
        squareTask = BlockTask { [unowned self] block, worker in self.square(block, worker: worker) }
    }

    /// Applies one optimizer step to all parameters.
    ///
    /// - Parameter companion: a task of one item that has nothing to do with the parameters, done in the same phase.
    /// - Returns: the global norm of the gradients before clipping, or nil when no norm clips them.
    @discardableResult
    package func update(alongside companion: (any TeamTask)? = nil) -> Double? {
        self.companion = companion
        var norm: Double?
        if reduced != nil {
            team.run(reduceTask, count: blocks.count)
            norm = scales?.update(squares.pointer)
            if optimizer.preparesBlocks {
                if scales != nil { team.run(prepareTask, count: blocks.count) }
                optimizer.finishPreparing()
            }
        }
        team.run(updateTask, count: blocks.count + statistics.count + (companion == nil ? 0 : 1))
        return norm
    }

    /// The squared norm of the step's gradients before clipping, by a pass of its own over all shards' sums.
    package func squaredNorm() -> Double {
        team.run(squareTask, count: blocks.count)
        var sum = 0.0
        for block in blocks.indices { sum += Double(squares.pointer[block]) }
        return sum
    }

    // MARK: Blocks

    private func reduce(_ index: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        let range = blocks[index].range
        let gradient = reduced!.pointer + range.lowerBound
        sum(range, into: gradient)
        if scales != nil {
            squares.pointer[index] = kernels.sumOfSquares(gradient, count: range.count)
        } else if optimizer.preparesBlocks {
            // Nothing to wait for, and the gradients are in the cache.
            prepare(index)
        }
        timer.finish(.reduceAndUpdate)
    }

    private func prepare(_ index: Int) {
        let block = blocks[index]
        optimizer.prepare(
            block, index: index, gradient: reduced!.pointer + block.range.lowerBound,
            gradientScale: scale(of: block))
    }

    private func update(_ index: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        guard index < blocks.count else {
            average(statistics[index - blocks.count], worker: worker)
            timer.finish(.reduceAndUpdate)
            return
        }
        let block = blocks[index]
        if let reduced {
            optimizer.update(
                block.range, of: block.parameter, gradient: reduced.pointer + block.range.lowerBound,
                gradientScale: scale(of: block))
        } else {
            // In pieces, so that a sum is still in the first-level cache when the optimizer reads it.
            let piece = scratch[worker].pointer
            for first in stride(from: block.range.lowerBound, to: block.range.upperBound, by: Self.piece) {
                let range = first..<min(first + Self.piece, block.range.upperBound)
                sum(range, into: piece)
                optimizer.update(range, of: block.parameter, gradient: piece, gradientScale: 1)
            }
        }
        model.packed.refresh(layout.parameters[block.parameter], rows: block.rows, from: model.parameters)
        timer.finish(.reduceAndUpdate)
    }

    private func average(_ block: ParameterBlock, worker: Int) {
        let piece = scratch[worker].pointer
        for first in stride(from: block.range.lowerBound, to: block.range.upperBound, by: Self.piece) {
            let range = first..<min(first + Self.piece, block.range.upperBound)
            gradients.sum(range, into: piece)
            optimizer.update(range, of: block.parameter, gradient: piece, gradientScale: 1)
        }
    }

    private func square(_ index: Int, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        let (block, piece) = (blocks[index].range, scratch[worker].pointer)
        var total: Float = 0
        for first in stride(from: block.lowerBound, to: block.upperBound, by: Self.piece) {
            let range = first..<min(first + Self.piece, block.upperBound)
            gradients.sum(range, into: piece)
            total += kernels.sumOfSquares(piece, count: range.count)
        }
        squares.pointer[index] = total
        timer.finish(.reduceAndUpdate)
    }

    private func sum(_ range: Range<Int>, into gradient: UnsafeMutablePointer<Float>) {
        gradients.sum(range, into: gradient)
        if let largestValue { kernels.clamp(gradient, count: range.count, limit: largestValue) }
    }

    private func scale(of block: ParameterBlock) -> Float { scales?[block.parameter] ?? 1 }
}

/// A task over blocks, made once.
private final class BlockTask: TeamTask {
    private let body: @Sendable (Int, Int) -> Void

    init(_ body: @escaping @Sendable (Int, Int) -> Void) { self.body = body }

    func run(item: Int, worker: Int) { body(item, worker) }
}
