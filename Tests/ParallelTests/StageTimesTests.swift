import Foundation
import Kernels
import XCTest

@testable import Networks
@testable import Parallel

final class StageTimesTests: XCTestCase {
    func testTimesAddUpByStageAndOperationOverWorkers() {
        let times = StageTimes(operations: 3, workers: 2)
        times.record(.forward, operation: 1, worker: 0, start: 1_000_000_000, end: 2_000_000_000)
        times.record(.forward, operation: 1, worker: 1, start: 0, end: 500_000_000)
        times.record(.forward, operation: nil, worker: 1, start: 0, end: 250_000_000)
        times.record(.backward, operation: 2, worker: 1, start: 0, end: 4_000_000_000)
        XCTAssertEqual(times.seconds(.forward, operation: 1), 1.5)
        XCTAssertEqual(times.seconds(.forward, operation: nil), 0.25)
        XCTAssertEqual(times.seconds(.forward), 1.75)
        XCTAssertEqual(times.seconds(.backward), 4)
        XCTAssertEqual(times.seconds(.backward, operation: 1), 0)
        XCTAssertEqual(times.seconds(.data), 0)
    }

    func testTimesOfOthersAreAddedAndForgotten() {
        let (times, others) = (StageTimes(operations: 2, workers: 2), StageTimes(operations: 2, workers: 2))
        times.record(.data, operation: nil, worker: 0, start: 0, end: 1_000_000_000)
        others.record(.data, operation: nil, worker: 1, start: 0, end: 2_000_000_000)
        others.record(.backward, operation: 1, worker: 0, start: 0, end: 4_000_000_000)
        times.add(others)
        XCTAssertEqual(times.seconds(.data), 3)
        XCTAssertEqual(times.seconds(.backward, operation: 1), 4)
        others.reset()
        XCTAssertEqual(others.seconds(.data) + others.seconds(.backward), 0)
    }

    func testEachMicroBatchIsHeardOfOperationByOperationForwardAndBackward() throws {
        let problem = try Problem.classifier(rows: 20)
        let training = Training(problem, shards: 2, workers: 2, microBatch: 5)
        let recorder = SpanCounter()
        training.team.recorder = recorder
        training.team.region { _ = training.computeGradients() }
        let operations = problem.network.trainingPlan.operations
        for index in operations.indices {
            XCTAssertEqual(recorder.count(.forward, index), 4, operations[index].layer)
            XCTAssertEqual(recorder.count(.backward, index), 4, operations[index].layer)
        }
        XCTAssertEqual(recorder.count(.data, nil), 4)
        XCTAssertEqual(recorder.count(.forward, nil), 4, "the loss")
        XCTAssertEqual(recorder.count(.reduceAndUpdate, nil), 2, "the shards")
    }

    func testSpansOfAWorkerFollowEachOther() throws {
        let problem = try Problem.classifier(rows: 20)
        for clipNorm in [nil, 1.0] {
            let training = Training(problem, shards: 4, workers: 3)
            let optimizer = MomentumOptimizer(training.parameters, kernels: training.kernels)
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

    func testNobodyHearsOfAnythingWithoutARecorder() throws {
        let training = Training(try .regression(rows: 6), shards: 2, workers: 2)
        let recorder = SpanCounter()
        training.team.recorder = recorder
        training.team.recorder = nil
        training.team.region { _ = training.computeGradients() }
        XCTAssertEqual(recorder.total, 0)
    }
}

/// Counts spans, and those that begin before the same worker's last one has ended, or end before they begin.
///
/// `@unchecked Sendable`: all is read and written under the lock.
private final class SpanCounter: SpanRecorder, @unchecked Sendable {
    private struct Kind: Hashable {
        let stage: Stage
        let operation: Int?
    }

    private let lock = NSLock()
    private var spans: [Kind: Int] = [:]
    private var ends: [Int: UInt64] = [:]
    private(set) var overlaps = 0

    func record(_ stage: Stage, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
        lock.withLock {
            spans[Kind(stage: stage, operation: operation), default: 0] += 1
            if start < ends[worker] ?? 0 || end < start { overlaps += 1 }
            ends[worker] = end
        }
    }

    func count(_ stage: Stage, _ operation: Int?) -> Int {
        spans[Kind(stage: stage, operation: operation)] ?? 0
    }

    var total: Int { spans.values.reduce(0, +) }
}
