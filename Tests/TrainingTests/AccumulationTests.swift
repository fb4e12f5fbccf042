import Datasets
import Kernels
import Networks
import TestSupport
import XCTest

@testable import Training

/// What `accumulate` saves: memory for activations.
final class AccumulationTests: XCTestCase {
    private func trainer(
        accumulate: Int, workers: Int, kernels: any KernelTable.Type = availableKernels()[0]
    ) throws -> Trainer {
        let configuration = Configuration(
            dataset: .synthetic(inputs: [20], classes: 5, samples: 4_096),
            network: Network {
                Linear(64)
                ReLU()
                for _ in 0..<4 { Residual { Linear(64) } }
                Linear(5)
            }, optimizer: .sgd(.init(learningRate: 0.1, momentum: 0.9)), batchSize: 4_096, shards: 16,
            accumulate: accumulate)
        return try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
            workers: .exactly(workers), kernels: kernels)
    }

    func testFourPassesNeedAQuarterOfTheActivationsOfOne() throws {
        for kernels in availableKernels() {
            for workers in [1, 2, 3, 5, 16] {
                let whole = try trainer(accumulate: 1, workers: workers, kernels: kernels)
                let divided = try trainer(accumulate: 4, workers: workers, kernels: kernels)
                XCTAssertEqual(whole.microBatchRows, 256)
                // The plan has at least these of each row in flight: inputs, five hidden layers, and a gradient.
                XCTAssertGreaterThan(whole.activationBytes, workers * 256 * 4 * (20 + 6 * 64))
                let share = Double(divided.activationBytes) / Double(whole.activationBytes)
                // A little of the kernels' scratch is the same for any number of rows, the more the larger their tiles.
                XCTAssertLessThanOrEqual(share, 0.252, "\(kernels.name), \(workers) workers")
            }
        }
    }

    func testWhatIsPlannedStaysAfterSteps() throws {
        let trainer = try trainer(accumulate: 4, workers: 2)
        let planned = trainer.activationBytes
        try trainer.team.region { _ = try trainer.step() }
        XCTAssertEqual(trainer.activationBytes, planned)
        trainer.setWorkers(.exactly(1))
        XCTAssertLessThan(trainer.activationBytes, planned)
    }

    func testTheBitsOfFourPassesAreThoseOfOneOnAsManyWorkersAsShards() throws {
        func parameters(accumulate: Int, workers: Int) throws -> [UInt32] {
            let trainer = try trainer(accumulate: accumulate, workers: workers)
            try trainer.team.region {
                for _ in 0..<2 {
                    _ = try trainer.step()
                    trainer.beginNextEpoch()
                }
            }
            return UnsafeBufferPointer(start: trainer.model.parameters.pointer, count: trainer.model.parameters.count)
                .map(\.bitPattern)
        }
        let expected = try parameters(accumulate: 1, workers: 16)
        for workers in [1, 16] { XCTAssertEqual(try parameters(accumulate: 4, workers: workers), expected) }
    }
}
