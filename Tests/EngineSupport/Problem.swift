import Kernels
import TestSupport

@testable import Batches
@testable import Gradients
@testable import Networks
@testable import Workers

/// A network, its first parameters and a batch: what an engine works on.
package struct Problem {
    package let network: CompiledNetwork
    package let rows: Int
    package let inputs: MemoryInputs
    package let targets: TargetRows
    /// Parameters in the layout of the network, with zeros between them.
    package let parameters: [Float]
    private let memory: Memory

    package static let seed: UInt64 = 21

    package init(
        _ network: Network, loss: Loss, inputShape: Shape, targets specification: TargetSpecification, rows: Int,
        seed: UInt64 = 1
    ) throws {
        let network = try CompiledNetwork(
            network: network, loss: loss, inputShape: inputShape, targets: specification)
        var random = SeededGenerator(seed: seed)
        let inputs = random.floats(rows * inputShape.count, scale: 2)
        memory = Memory(rows: rows, width: network.trainingPlan.output.shape.count)
        switch specification {
        case .classes(let count):
            for row in 0..<rows { memory.labels[row] = Int32.random(in: 0..<Int32(count), using: &random) }
            targets = .labels(memory.labels)
        case .values(let width):
            for index in 0..<rows * width { memory.values[index] = Float.random(in: 0...1, using: &random) }
            targets = .values(memory.values)
        }
        self.network = network
        self.rows = rows
        self.inputs = MemoryInputs(inputs, width: inputShape.count)
        let first = AlignedBuffer(count: network.layout.bufferCount)
        network.initialize(first.pointer, seed: seed, kernels: ReferenceKernels.self)
        parameters = Array(UnsafeBufferPointer(start: first.pointer, count: first.count))
    }

    /// Dropout, a residual block, a fused and an unfused activation, more than one dimension, ragged sizes, and a
    /// weight of more than one block.
    package static func classifier(rows: Int, loss: Loss = .crossEntropy(labelSmoothing: 0.1)) throws -> Problem {
        try Problem(
            Network {
                Linear(7)
                Flatten()
                Dropout(0.2)
                ReLU()
                Linear(19)
                Residual {
                    GELU()
                    Linear(1_201)
                    Tanh()
                    Linear(19)
                }
                Linear(5)
            }, loss: loss, inputShape: [2, 3], targets: .classes(count: 5), rows: rows)
    }

    package static func regression(rows: Int) throws -> Problem {
        try Problem(
            Network {
                Linear(9)
                SiLU()
                Linear(2)
            }, loss: .huber(delta: 0.5), inputShape: [5], targets: .values(width: 2), rows: rows)
    }

    /// Tables of kernels to compare: all that this machine runs, and the scalar oracle.
    package static var tables: [any KernelTable.Type] { availableKernels() + [ReferenceKernels.self] }
}

/// A batch that lies in memory.
package final class MemoryInputs: BatchInputs {
    private let values: [Float]
    private let width: Int

    package init(_ values: [Float], width: Int) {
        self.values = values
        self.width = width
    }

    package func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>, worker: Int) {
        values.withUnsafeBufferPointer {
            inputs.update(from: $0.baseAddress! + rows.lowerBound * width, count: rows.count * width)
        }
    }
}

/// Targets at a fixed address.
private final class Memory: @unchecked Sendable {
    let labels: UnsafeMutablePointer<Int32>
    let values: UnsafeMutablePointer<Float>

    init(rows: Int, width: Int) {
        labels = .allocate(capacity: rows)
        values = .allocate(capacity: rows * width)
    }

    deinit {
        labels.deallocate()
        values.deallocate()
    }
}

/// A model and the engines that train it.
package final class Training {
    package let problem: Problem
    package let kernels: any KernelTable.Type
    package let team: WorkerTeam
    package let parameters: AlignedBuffer
    package let packed: PackedWeights
    package let engine: GradientEngine

    package init(
        _ problem: Problem, shards: Int, workers: Int = 1, microBatch: Int? = nil,
        team: WorkerTeam? = nil, kernels: any KernelTable.Type = availableKernels()[0]
    ) {
        self.problem = problem
        self.kernels = kernels
        self.team = team ?? WorkerTeam(workerCount: workers, spinRounds: 20, launch: onThreads)
        let layout = problem.network.layout
        parameters = AlignedBuffer(count: layout.bufferCount)
        parameters.pointer.update(from: problem.parameters, count: layout.bufferCount)
        packed = PackedWeights(layout: layout, kernels: kernels, includesBackward: true)
        packed.refreshAll(layout, from: parameters.pointer)
        engine = GradientEngine(
            network: problem.network, model: .init(parameters: parameters.pointer, packed: packed),
            batchSize: problem.rows, shards: shards, seed: Problem.seed, microBatch: microBatch, team: self.team,
            kernels: kernels)
    }

    package var model: WorkerArena.Model { .init(parameters: parameters.pointer, packed: packed) }

    /// Computes the gradients of the first rows of the batch; only from within a region of the team.
    @discardableResult
    package func computeGradients(step: Int = 0, rows: Int? = nil) -> Double {
        engine.computeGradients(
            inputs: problem.inputs, targets: problem.targets, rows: rows ?? problem.rows, step: step)
    }

    /// The gradients of all shards, summed, in the layout of the parameters.
    package var gradients: [Float] {
        var result = [Float](repeating: 0, count: problem.network.layout.bufferCount)
        result.withUnsafeMutableBufferPointer { result in
            for block in problem.network.blocks {
                engine.reducer.sum(block.range, into: result.baseAddress! + block.range.lowerBound)
            }
        }
        return result
    }

    package var parameterValues: [Float] {
        Array(UnsafeBufferPointer(start: parameters.pointer, count: parameters.count))
    }
}
