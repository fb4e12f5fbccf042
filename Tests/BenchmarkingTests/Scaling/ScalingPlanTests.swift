import Networks
import Training
import XCTest

@testable import Benchmarking

final class ScalingPlanTests: XCTestCase {
    private func configuration(batchSize: Int, shards: Int) -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [3], classes: 2, samples: 64), network: Network { Linear(2) },
            batchSize: batchSize, shards: shards)
    }

    func testWorkersAreDoubledUpToAllCores() {
        let expected = [
            1: [1], 2: [1, 2], 3: [1, 2, 3], 4: [1, 2, 4], 6: [1, 2, 4, 6], 64: [1, 2, 4, 8, 16, 32, 64],
        ]
        for (cores, workers) in expected { XCTAssertEqual(ScalingPlan.defaultWorkers(cores: cores), workers) }
    }

    func testStrongScalingKeepsTheBatchAndItsShards() throws {
        let plan = ScalingPlan(workers: [4, 1, 2], rounds: 1)
        let entries = try plan.entries(.strong, configuration(batchSize: 16, shards: 4), samples: 64)
        XCTAssertEqual(entries.map(\.workers), [1, 2, 4])
        XCTAssertEqual(entries.map(\.batchSize), [16, 16, 16])
        XCTAssertEqual(entries.map(\.shards), [4, 4, 4])
    }

    func testWeakScalingKeepsTheRowsOfAShard() throws {
        let plan = ScalingPlan(workers: [2, 4, 6], modes: [.weak])
        let entries = try plan.entries(.weak, configuration(batchSize: 16, shards: 4), samples: 64)
        XCTAssertEqual(entries.map(\.batchSize), [16, 32, 48])
        XCTAssertEqual(entries.map(\.shards), [4, 8, 12])
    }

    func testABatchThatCannotBeCutIsRefused() {
        let few = configuration(batchSize: 3, shards: 2)
        XCTAssertThrowsError(try ScalingPlan(workers: [1, 4]).entries(.strong, few, samples: 64)) {
            XCTAssertEqual($0 as? ScalingPlanError, .tooFewRows(rows: 3, workers: 4))
        }
        XCTAssertThrowsError(try ScalingPlan(workers: [1, 4]).entries(.strong, few, samples: 2)) {
            XCTAssertEqual($0 as? ScalingPlanError, .tooFewRows(rows: 2, workers: 4))
        }
        let plenty = configuration(batchSize: 32, shards: 2)
        XCTAssertThrowsError(try ScalingPlan(workers: [1, 4]).entries(.weak, plenty, samples: 64)) {
            XCTAssertEqual($0 as? ScalingPlanError, .tooFewSamples(samples: 64, batchSize: 32, factor: 4))
        }
        XCTAssertThrowsError(try ScalingPlan(workers: [2, 3]).entries(.weak, plenty, samples: 64)) {
            XCTAssertEqual($0 as? ScalingPlanError, .notAMultiple(workers: 3, first: 2))
        }
    }
}
