import Networks
import Workers
import XCTest

@testable import Benchmarking

final class StepProfileTests: XCTestCase {
    private let billion: UInt64 = 1_000_000_000

    private func network() throws -> CompiledNetwork {
        try CompiledNetwork(
            network: Network {
                Linear(6)
                ReLU()
                Residual {
                    Linear(6)
                    Dropout(0.5)
                }
                Linear(3)
            }, loss: .crossEntropy(), inputShape: [4], targets: .classes(count: 3))
    }

    private func profile(_ record: (PhaseTimes, [any Networks.Operation]) -> Void) throws -> StepProfile {
        let network = try network()
        let operations = network.trainingPlan.operations
        let times = PhaseTimes(operations: operations.count, workers: 2)
        record(times, operations)
        var profile = StepProfile(network: network, workers: 2)
        profile.add(times, steps: 5, rows: 100, seconds: 10)
        return profile
    }

    func testPhasesAreSharesOfAllWorkersTimeAndTheRestIsWaiting() throws {
        let phases = try profile { times, _ in
            times.record(.data, operation: nil, worker: 0, start: 0, end: billion)
            times.record(.forward, operation: 0, worker: 0, start: 0, end: 2 * billion)
            times.record(.forward, operation: nil, worker: 1, start: 0, end: billion)
            times.record(.backward, operation: 1, worker: 1, start: 0, end: 8 * billion)
            times.record(.reduceAndUpdate, operation: nil, worker: 0, start: 0, end: 2 * billion)
        }.phases
        XCTAssertEqual(phases.data, 0.05, accuracy: 1e-9)
        XCTAssertEqual(phases.forward, 0.15, accuracy: 1e-9)
        XCTAssertEqual(phases.backward, 0.4, accuracy: 1e-9)
        XCTAssertEqual(phases.reduceAndUpdate, 0.1, accuracy: 1e-9)
        XCTAssertEqual(phases.waiting, 0.3, accuracy: 1e-9)
    }

    func testOperationsAreAddedUpByTheLayerTheyBelongTo() throws {
        let layers = try profile { times, operations in
            for (index, operation) in operations.enumerated() where operation.layer == "residual1" {
                times.record(.forward, operation: index, worker: 0, start: 0, end: billion)
            }
        }.layers
        XCTAssertEqual(
            layers.map(\.layer), ["linear1", "residual1", "residual1/linear1", "residual1/dropout1", "linear2"])
        // A fork and a sum, a second each, of 2 workers in 5 steps.
        XCTAssertEqual(layers[1].forwardMilliseconds, 200, accuracy: 1e-9)
        XCTAssertEqual(layers[1].share, 0.1, accuracy: 1e-9)
        XCTAssertNil(layers[1].forwardGflops)
        XCTAssertEqual(layers[0].forwardMilliseconds, 0)
    }

    func testALayersRateIsThatOfAllWorkers() throws {
        let layers = try profile { times, operations in
            for worker in 0..<2 {
                times.record(.forward, operation: 0, worker: worker, start: 0, end: billion / 2)
                times.record(.backward, operation: 0, worker: worker, start: 0, end: billion)
                times.record(.backward, operation: operations.count - 1, worker: worker, start: 0, end: billion)
            }
        }.layers
        // 100 rows of 4 × 6 multiply-adds in half a second of both workers; no gradient of the inputs.
        XCTAssertEqual(try XCTUnwrap(layers[0].forwardGflops), 2 * 100 * 24 / 0.5e9, accuracy: 1e-15)
        XCTAssertEqual(try XCTUnwrap(layers[0].backwardGflops), 2 * 100 * 24 / 1e9, accuracy: 1e-15)
        XCTAssertEqual(try XCTUnwrap(layers.last?.backwardGflops), 2 * 100 * 2 * 18 / 1e9, accuracy: 1e-15)
    }
}
