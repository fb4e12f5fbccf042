import EngineSupport
import Kernels
import Synchronization
import TestSupport
import Workers
import XCTest

@testable import Networks
@testable import Optimization

final class ParameterUpdaterTests: XCTestCase {
    /// Some steps of training; the parameters after them, and the norms before clipping.
    private func train(
        _ problem: Problem, shards: Int = 5, workers: Int = 1, clipNorm: Double? = nil, steps: Int = 3,
        kernels: any KernelTable.Type = availableKernels()[0]
    ) -> (parameters: [Float], norms: [Double?], training: Training, updates: PlainNumbers) {
        let training = Training(problem, shards: shards, workers: workers, kernels: kernels)
        let momentum = CountingMomentum(floats: problem.network.layout.bufferCount)
        let optimizer = momentum.running(training)
        let updater = ParameterUpdater(
            network: problem.network, model: training.model, gradients: training.engine.reducer,
            optimizer: optimizer, clipping: clipNorm.map(GradientClipping.norm), team: training.team, kernels: kernels)
        let norms = training.team.region {
            (0..<steps).map { step in
                training.computeGradients(step: step)
                return updater.update()
            }
        }
        return (training.parameterValues, norms, training, momentum.updates)
    }

    func testWorkersAndKernelsAreInvisibleInTheBits() throws {
        for clipNorm in [nil, 0.05] {
            for problem in [try Problem.classifier(rows: 37), try .regression(rows: 4)] {
                let expected = train(problem, clipNorm: clipNorm, kernels: ReferenceKernels.self)
                XCTAssertNotEqual(expected.parameters, problem.parameters)
                for kernels in Problem.tables {
                    for workers in [1, 2, 3, 5, 7, 16] {
                        let found = train(problem, workers: workers, clipNorm: clipNorm, kernels: kernels)
                        let name = "\(kernels.name), \(workers) workers, clipping at \(clipNorm ?? .infinity)"
                        assertSameBits(found.parameters, expected.parameters, name)
                        XCTAssertEqual(found.norms, expected.norms, name)
                    }
                }
            }
        }
    }

    func testEveryParameterIsUpdatedOnceAStepAndNothingElse() throws {
        let problem = try Problem.classifier(rows: 12)
        for clipNorm in [nil, 1.0] {
            let (parameters, _, _, updates) = train(problem, workers: 3, clipNorm: clipNorm, steps: 4)
            var expected = [Int](repeating: 0, count: parameters.count)
            for parameter in problem.network.layout.parameters {
                for index in parameter.range { expected[index] = 4 }
            }
            XCTAssertEqual(updates.values, expected)
            for (index, count) in expected.enumerated() where count == 0 { XCTAssertEqual(parameters[index], 0) }
        }
    }

    func testAStepIsTheOptimizersOnTheSummedGradients() throws {
        let problem = try Problem.regression(rows: 19)
        for clipNorm in [nil, 0.01] {
            let (parameters, norms, _, _) = train(problem, workers: 2, clipNorm: clipNorm, steps: 1)
            let reference = Training(problem, shards: 5)
            reference.computeGradients(step: 0)
            let gradients = reference.gradients
            let norm = gradients.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let scale = clipNorm.map { min(1, $0 / norm) } ?? 1
            if let found = norms[0] { XCTAssertEqual(found, norm, accuracy: 1e-6 * norm) }
            XCTAssertEqual(norms[0] == nil, clipNorm == nil)
            for (index, value) in parameters.enumerated() {
                let expected = Double(problem.parameters[index]) - 0.1 * scale * Double(gradients[index])
                XCTAssertEqual(Double(value), expected, accuracy: 1e-6)
            }
        }
    }

    func testClippingLeavesShortGradientsAlone() throws {
        let problem = try Problem.classifier(rows: 12)
        assertSameBits(
            train(problem, clipNorm: 1e6).parameters, train(problem, clipNorm: nil).parameters)
    }

    func testClippingCutsLongGradientsToTheNorm() throws {
        let problem = try Problem.regression(rows: 12)
        let (parameters, norms, _, _) = train(problem, clipNorm: 0.01, steps: 1)
        XCTAssertGreaterThan(norms[0]!, 0.02)
        let moved = zip(parameters, problem.parameters).reduce(0.0) { $0 + pow(Double($1.0 - $1.1) / 0.1, 2) }
        XCTAssertEqual(moved.squareRoot(), 0.01, accuracy: 1e-5)
    }

    func testPackedWeightsFollowTheParameters() throws {
        let problem = try Problem.classifier(rows: 12)
        for kernels in availableKernels() {
            let (_, _, training, _) = train(problem, workers: 3, kernels: kernels)
            let fresh = PackedWeights(layout: problem.network.layout, kernels: kernels, includesBackward: true)
            fresh.refreshAll(problem.network.layout, from: training.parameters.pointer)
            for weight in problem.network.layout.parameters.filter(\.isMatrixOperand) {
                let (k, n) = (weight.shape.dimensions[0], weight.shape.dimensions[1])
                func floats(_ start: UnsafePointer<Float>, _ count: Int) -> [Float] {
                    Array(UnsafeBufferPointer(start: start, count: count))
                }
                let (forward, backward) = (kernels.packedCount(k: k, n: n), kernels.packedCount(k: n, n: k))
                assertSameBits(
                    floats(training.packed.forward(weight), forward), floats(fresh.forward(weight), forward),
                    "\(kernels.name) \(weight.name)")
                guard weight.isTransposedOperand else { continue }
                assertSameBits(
                    floats(training.packed.backward(weight), backward), floats(fresh.backward(weight), backward),
                    "\(kernels.name) \(weight.name)")
            }
        }
    }

    func testSpansOfAWorkerFollowEachOther() throws {
        let problem = try Problem.classifier(rows: 20)
        for clipNorm in [nil, 1.0] {
            let training = Training(problem, shards: 4, workers: 3)
            let optimizer = CountingMomentum(floats: problem.network.layout.bufferCount).running(training)
            let updater = ParameterUpdater(
                network: problem.network, model: training.model, gradients: training.engine.reducer,
                optimizer: optimizer, clipping: clipNorm.map(GradientClipping.norm), team: training.team,
                kernels: training.kernels)
            let recorder = SpanCounter()
            training.team.recorder = recorder
            training.team.region {
                for step in 0..<5 {
                    training.computeGradients(step: step)
                    updater.update()
                }
            }
            XCTAssertEqual(recorder.overlaps, 0)
            let passes = clipNorm == nil ? 1 : 2
            XCTAssertEqual(
                recorder.count(.reduceAndUpdate, nil), 5 * (4 + passes * problem.network.blocks.count))
        }
    }

    func testACompanionRunsOnceAnUpdateBesideTheBlocks() throws {
        for (workers, clipNorm) in [(1, nil), (2, nil), (5, 0.05)] as [(Int, Double?)] {
            let problem = try Problem.classifier(rows: 12)
            let expected = train(problem, workers: workers, clipNorm: clipNorm, steps: 3)
            let training = Training(problem, shards: 5, workers: workers, kernels: availableKernels()[0])
            let optimizer = CountingMomentum(floats: problem.network.layout.bufferCount).running(training)
            let updater = ParameterUpdater(
                network: problem.network, model: training.model, gradients: training.engine.reducer,
                optimizer: optimizer, clipping: clipNorm.map(GradientClipping.norm), team: training.team,
                kernels: availableKernels()[0])
            let companion = CompanionCounter()
            training.team.region {
                for step in 0..<3 {
                    training.computeGradients(step: step)
                    updater.update(alongside: companion)
                    XCTAssertEqual(companion.runs.load(ordering: .relaxed), step + 1, "\(workers) workers")
                }
            }
            assertSameBits(training.parameterValues, expected.parameters, "\(workers) workers")
        }
    }
}

private final class CompanionCounter: TeamTask {
    let runs = Atomic<Int>(0)

    func run(item: Int, worker: Int) { runs.add(1, ordering: .relaxed) }
}

/// An optimizer of somebody else's: gradient descent with momentum that counts how often each float is updated.
private struct CountingMomentum: Optimizer {
    static let name = "countingMomentum"
    let updates: PlainNumbers
    private let sgd = SGD(learningRate: 0.1, momentum: 0.9)

    init(floats: Int) { updates = PlainNumbers(floats) }

    var learningRate: Double { sgd.learningRate }
    var momentum: Double { sgd.momentum }
    var weightDecay: Double { 0 }
    var momentNames: [String] { sgd.momentNames }

    func check() {}

    func step(_ numbers: StepNumbers) -> SGDStep { sgd.step(numbers) }

    func update(_ range: ParameterRange, _ step: SGDStep, norms: TensorNorms?) {
        sgd.update(range, step, norms: norms)
        for index in 0..<range.count { updates[range.offset + index] += 1 }
    }

    /// At work on the parameters of a training, with the learning rate that it has.
    func running(_ training: Training) -> RunningOptimizer {
        let optimizer = RunningOptimizer(
            self,
            settings: training.problem.network.layout.parameters.map { _ in
                ParameterSettings(weightDecay: 0, isLayerwise: false)
            },
            network: training.problem.network, parameters: training.parameters.pointer, kernels: training.kernels)
        optimizer.beginStep(0, learningRate: learningRate)
        return optimizer
    }

    static func == (a: CountingMomentum, b: CountingMomentum) -> Bool { a.updates === b.updates }
    init(from decoder: any Decoder) throws { self.init(floats: try Int(from: decoder)) }
    func encode(to encoder: any Encoder) throws { try updates.count.encode(to: encoder) }
}
