import EngineSupport
import Foundation
import Kernels
import XCTest

@testable import Networks
@testable import Workers

final class StageTimesTests: XCTestCase {
    func testTimesAddUpByStageAndOperationOverWorkers() {
        let times = PhaseTimes(operations: 3, workers: 2)
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
        let (times, others) = (PhaseTimes(operations: 2, workers: 2), PhaseTimes(operations: 2, workers: 2))
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

    func testNobodyHearsOfAnythingWithoutARecorder() throws {
        let training = Training(try .regression(rows: 6), shards: 2, workers: 2)
        let recorder = SpanCounter()
        training.team.recorder = recorder
        training.team.recorder = nil
        training.team.region { _ = training.computeGradients() }
        XCTAssertEqual(recorder.total, 0)
    }
}
