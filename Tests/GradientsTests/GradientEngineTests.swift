import EngineSupport
import Kernels
import TestSupport
import XCTest

@testable import Gradients
@testable import Networks

final class GradientEngineTests: XCTestCase {
    /// All that one batch gives.
    private struct Outcome: Equatable {
        var loss: UInt64
        var losses: [UInt32]
        var ranks: [Int32]
        var gradients: [UInt32]
    }

    private func outcome(
        _ problem: Problem, shards: Int, workers: Int, microBatch: Int? = nil, rows: Int? = nil,
        kernels: any KernelTable.Type
    ) -> Outcome {
        let training = Training(problem, shards: shards, workers: workers, microBatch: microBatch, kernels: kernels)
        let rows = rows ?? problem.rows
        let loss = training.team.region { training.computeGradients(step: 4, rows: rows) }
        return Outcome(
            loss: loss.bitPattern,
            losses: (0..<rows).map { training.engine.losses.pointer[$0].bitPattern },
            ranks: Array(training.engine.ranks.prefix(rows)),
            gradients: training.gradients.map(\.bitPattern))
    }

    func testWorkersMicroBatchesAndKernelsAreInvisibleInTheBits() throws {
        // A batch that shards do not divide, a batch of fewer rows than shards, one shard alone.
        let cases: [(Problem, shards: Int, rows: Int)] = [
            (try .classifier(rows: 37), 5, 37), (try .classifier(rows: 37), 16, 11), (try .classifier(rows: 23), 1, 23),
            (try .regression(rows: 41), 23, 41),
        ]
        for (problem, shards, rows) in cases {
            let expected = outcome(problem, shards: shards, workers: 1, rows: rows, kernels: ReferenceKernels.self)
            for kernels in Problem.tables {
                for workers in [1, 2, 3, 5, 7, 16] {
                    for microBatch in workers == 3 ? [1, 2, 3, 7, nil] : [nil] {
                        let found = outcome(
                            problem, shards: shards, workers: workers, microBatch: microBatch, rows: rows,
                            kernels: kernels)
                        XCTAssertTrue(
                            found == expected,
                            "\(kernels.name), \(workers) workers, micro-batch \(microBatch ?? 0), \(shards) shards of \(rows)"
                        )
                    }
                }
            }
        }
    }

    func testTheShardsDecideTheBits() throws {
        let problem = try Problem.classifier(rows: 37)
        let kernels = availableKernels()[0]
        XCTAssertNotEqual(
            outcome(problem, shards: 5, workers: 1, kernels: kernels).gradients,
            outcome(problem, shards: 6, workers: 1, kernels: kernels).gradients)
    }

    func testGradientsAreTheBalancedTreeOfChainsOverTheRowsOfAShard() throws {
        let problem = try Problem.classifier(rows: 29)
        // Few shards stay apart until the update; of many, pairs are computed on top of one another.
        for shards in [7, 20, 27] {
            for kernels in availableKernels() {
                let training = Training(problem, shards: shards, workers: 3, kernels: kernels)
                training.team.region { _ = training.computeGradients(step: 4) }
                let expected = treeSum((0..<shards).map { gradients(of: $0, shards: shards, training) })
                assertSameBits(training.gradients, expected, "\(kernels.name), \(shards) shards")
                XCTAssertEqual(training.engine.reducer.pairs, shards == 7 ? 0 : shards / 2 - 3)
            }
        }
    }

    /// One shard's gradients, computed row by row on an arena of its own.
    private func gradients(of shard: Int, shards: Int, _ training: Training) -> [Float] {
        let (problem, kernels) = (training.problem, training.kernels)
        let plan = problem.network.trainingPlan
        let arena = WorkerArena(plan: plan, capacity: 1, kernels: kernels)
        let gradients = AlignedBuffer(count: problem.network.layout.bufferCount)
        let width = plan.output.shape.count
        let loss = LossFunction(problem.network.loss, width: width, kernels: kernels)
        let rows = shard * problem.rows / shards..<(shard + 1) * problem.rows / shards
        for row in rows {
            let frame = arena.frame(
                rows: 1, model: training.model, gradients: gradients.pointer,
                gradientStart: row == rows.lowerBound ? .zero : .output, seed: Problem.seed, step: 4, firstRow: row)
            problem.inputs.load(rows: row..<row + 1, into: frame.value(plan.input.id), worker: 0)
            plan.forward(frame)
            var rowLoss: Float = 0
            loss.evaluate(
                output: frame.value(plan.output.id), targets: problem.targets.advanced(by: row, width: width), rows: 1,
                weight: Double(problem.rows), losses: &rowLoss, gradient: frame.gradient(plan.output.id))
            plan.backward(frame)
        }
        return Array(UnsafeBufferPointer(start: gradients.pointer, count: gradients.count))
    }

    private func treeSum(_ level: [[Float]]) -> [Float] {
        guard level.count > 1 else { return level[0] }
        return treeSum(
            stride(from: 0, to: level.count, by: 2).map { first in
                first + 1 < level.count ? zip(level[first], level[first + 1]).map { $0 + $1 } : level[first]
            })
    }

    func testRaggedShardsAreAveragedExactlyInWeight() throws {
        // The mean of the means of ragged shards would be off by percents.
        for problem in [try Problem.classifier(rows: 13), try .regression(rows: 13)] {
            let whole = Training(problem, shards: 1)
            let loss = whole.computeGradients()
            let largest = whole.gradients.map(abs).max()!
            for shards in [2, 5, 8, 13] {
                let cut = Training(problem, shards: shards)
                XCTAssertEqual(cut.computeGradients(), loss)
                for (a, b) in zip(cut.gradients, whole.gradients) { XCTAssertEqual(a, b, accuracy: 1e-5 * largest) }
            }
        }
    }

    func testAStepOfFewerRowsIsItsOwnMean() throws {
        let problem = try Problem.classifier(rows: 37)
        let training = Training(problem, shards: 5)
        training.computeGradients()
        let loss = training.computeGradients(rows: 10)
        let mean = (0..<10).reduce(0.0) { $0 + Double(training.engine.losses.pointer[$1]) } / 10
        XCTAssertEqual(loss, mean, accuracy: 1e-6)
    }

    func testClassWeightsWeighTheMeanOverTheWholeBatch() throws {
        let weights = [0.5, 2, 0, 1, 3]
        let problem = try Problem.classifier(rows: 29, loss: .crossEntropy(classWeights: weights))
        guard case .labels(let labels) = problem.targets else { return XCTFail("no labels") }
        let expected = outcome(problem, shards: 4, workers: 1, kernels: ReferenceKernels.self)
        for kernels in Problem.tables {
            for workers in [2, 5] {
                XCTAssertTrue(
                    outcome(problem, shards: 4, workers: workers, kernels: kernels) == expected, kernels.name)
            }
        }
        let sum = (0..<29).reduce(0.0) { $0 + weights[Int(labels[$1])] }
        let losses = expected.losses.reduce(0.0) { $0 + Double(Float(bitPattern: $1)) }
        XCTAssertEqual(Double(bitPattern: expected.loss), losses / sum, accuracy: 1e-6)
    }

    func testABatchThatWeighsNothingHasNoGradient() throws {
        let problem = try Problem.classifier(rows: 1, loss: .crossEntropy(classWeights: [1, 1, 1, 1, 1]))
        guard case .labels(let labels) = problem.targets else { return XCTFail("no labels") }
        let weights = (0..<5).map { $0 == Int(labels[0]) ? 0.0 : 1 }
        let weightless = try Problem.classifier(rows: 1, loss: .crossEntropy(classWeights: weights))
        let training = Training(weightless, shards: 1)
        XCTAssertEqual(training.computeGradients(), 0)
        XCTAssertTrue(training.gradients.allSatisfy { $0 == 0 })
    }

    func testRanksCountTheClassesAboveTheLabel() throws {
        let problem = try Problem.classifier(rows: 17)
        let training = Training(problem, shards: 3, workers: 2)
        training.team.region { _ = training.computeGradients() }
        XCTAssertTrue(training.engine.ranks.allSatisfy { (0..<5).contains($0) })
        XCTAssertGreaterThan(Set(training.engine.ranks).count, 1)
    }

    func testStepsDrawDifferentMasksAndRepeatTheirOwn() throws {
        let problem = try Problem.classifier(rows: 17)
        let training = Training(problem, shards: 3)
        training.computeGradients(step: 1)
        let first = training.gradients
        training.computeGradients(step: 2)
        XCTAssertNotEqual(training.gradients, first)
        training.computeGradients(step: 1)
        assertSameBits(training.gradients, first)
    }

    // MARK: Values that are not finite

    private func firstNonFiniteLayer(
        rows: Int = 9, microBatch: Int? = nil, _ spoil: (inout [Float], ParameterLayout, inout [Float]) -> Void
    ) throws -> String? {
        let layers = Network {
            Linear(4)
            ReLU()
            Residual(name: "block") {
                Linear(4)
                SiLU()
            }
            Linear(1)
        }
        let plain = try Problem(
            layers, loss: .meanSquaredError, inputShape: [2], targets: .values(width: 1), rows: rows)
        var random = SeededGenerator(seed: 2)
        var inputs = random.floats(rows * 2)
        var parameters = plain.parameters
        spoil(&parameters, plain.network.layout, &inputs)
        let training = Training(plain, shards: 2, microBatch: microBatch)
        training.parameters.pointer.update(from: parameters, count: parameters.count)
        training.packed.refreshAll(plain.network.layout, from: training.parameters.pointer)
        let loss = training.engine.computeGradients(
            inputs: MemoryInputs(inputs, width: 2), targets: plain.targets, rows: rows, step: 0)
        XCTAssertEqual(loss.isFinite, training.engine.firstNonFiniteLayer() == nil)
        return training.engine.firstNonFiniteLayer()
    }

    func testTheFirstLayerThatWentBadIsNamed() throws {
        XCTAssertNil(try firstNonFiniteLayer { _, _, _ in })
        XCTAssertEqual(try firstNonFiniteLayer { _, _, inputs in inputs[7] = .infinity }, "input")
        for (index, layer) in ["linear1", "block/linear1", "linear2"].enumerated() {
            let found = try firstNonFiniteLayer { parameters, layout, _ in
                parameters[layout.parameters[2 * index + 1].offset] = .nan
            }
            XCTAssertEqual(found, layer)
        }
    }

    func testALossThatAloneIsNotFiniteIsNamed() throws {
        // The outputs are about 1e30 and finite, their squares are not.
        let found = try firstNonFiniteLayer { parameters, layout, _ in
            parameters[layout.parameters[5].offset] = 1e30
        }
        XCTAssertEqual(found, "loss")
    }

    func testAnEarlyLayerOfALateRowComesBeforeALateLayerOfAnEarlyRow() throws {
        for microBatch in [1, 4, nil] {
            let found = try firstNonFiniteLayer(microBatch: microBatch) { parameters, layout, inputs in
                parameters[layout.parameters[5].offset] = .nan
                inputs[2 * 8] = .nan
            }
            XCTAssertEqual(found, "input", "micro-batch \(microBatch ?? 0)")
        }
    }
}
