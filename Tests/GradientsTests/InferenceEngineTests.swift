import EngineSupport
import Kernels
import TestSupport
import XCTest

@testable import Gradients
@testable import Networks

final class InferenceEngineTests: XCTestCase {
    private func outputs(
        _ problem: Problem, rows: Int? = nil, workers: Int = 1, kernels: any KernelTable.Type
    ) -> [Float] {
        let training = Training(problem, shards: 1, workers: workers, kernels: kernels)
        let engine = InferenceEngine(
            network: problem.network, model: training.model, team: training.team, kernels: kernels)
        let rows = rows ?? problem.rows
        let width = problem.network.inferencePlan.output.shape.count
        // One row more than asked for, which nobody may write.
        var outputs = [Float](repeating: -7, count: (rows + 1) * width)
        outputs.withUnsafeMutableBufferPointer { outputs in
            training.team.region {
                engine.run(inputs: problem.inputs, rows: rows, into: outputs.baseAddress!)
            }
        }
        XCTAssertEqual(Array(outputs.suffix(width)), Array(repeating: -7, count: width))
        return Array(outputs.dropLast(width))
    }

    func testWorkersAndKernelsAreInvisibleInTheBits() throws {
        let problem = try Problem.classifier(rows: 300)
        let expected = outputs(problem, kernels: ReferenceKernels.self)
        for kernels in Problem.tables {
            for workers in [1, 2, 3, 7, 16] {
                assertSameBits(
                    outputs(problem, workers: workers, kernels: kernels), expected, "\(kernels.name) \(workers)")
            }
        }
    }

    func testARowsOutputDoesNotDependOnTheRowsAroundIt() throws {
        let problem = try Problem.regression(rows: 260)
        for kernels in availableKernels() {
            let all = outputs(problem, kernels: kernels)
            for rows in [0, 1, 127, 128, 129, 256, 257] {
                assertSameBits(
                    outputs(problem, rows: rows, workers: 2, kernels: kernels), Array(all.prefix(2 * rows)),
                    "\(kernels.name) \(rows) rows")
            }
        }
    }

    func testItsOutputsAreThoseOfTrainingWithoutDropout() throws {
        let problem = try Problem.regression(rows: 11)
        for kernels in availableKernels() {
            let training = Training(problem, shards: 1, kernels: kernels)
            let plan = problem.network.trainingPlan
            let arena = WorkerArena(plan: plan, capacity: 11, kernels: kernels)
            let frame = arena.frame(rows: 11, model: training.model)
            problem.inputs.load(rows: 0..<11, into: frame.value(plan.input.id), worker: 0)
            plan.forward(frame)
            assertSameBits(
                outputs(problem, kernels: kernels),
                Array(UnsafeBufferPointer(start: frame.value(plan.output.id), count: 22)), kernels.name)
        }
    }
}
