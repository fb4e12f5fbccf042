import AllocationCounter
import Batches
import Datasets
import Kernels
import Optimization
import Workers
import XCTest

@testable import Networks
@testable import Training

final class AllocationTests: XCTestCase {
    func testStepsAllocateNothingRecordedOrNot() throws {
        try XCTSkipUnless(allocation_counter_is_available(), "a sanitizer has the allocator")
        let optimizers: [any Optimizer] = [
            .sgd(.init(learningRate: 0.1, momentum: 0.9)), .adamW(.init()), .lars(.init(learningRate: 1)),
            .lamb(.init()),
        ]
        for (index, optimizer) in optimizers.enumerated() {
            let isOdd = index.isMultiple(of: 2) == false
            let configuration = Configuration(
                dataset: .synthetic(inputs: [20], classes: 4, samples: 8_000),
                network: Network {
                    Linear(32)
                    ReLU()
                    Dropout(0.1)
                    Residual {
                        Linear(32)
                        GELU()
                    }
                    Linear(4)
                },
                optimizer: optimizer, schedule: Schedule(.cosine(minimum: 0, decaySteps: nil), warmupSteps: 5),
                batchSize: 50, shards: 8, epochs: 2, accumulate: isOdd ? 4 : 1, clipNorm: isOdd ? nil : 1,
                clipValue: isOdd ? 0.5 : nil, movingAverage: isOdd ? MovingAverage(decay: 0.9) : nil)
            try assertAllocatesNothing(configuration)
        }
    }

    func testStepsOnImagesAllocateNothing() throws {
        for synchronized in [false, true] { try assertImagesAllocateNothing(synchronized: synchronized) }
    }

    private func assertImagesAllocateNothing(synchronized: Bool) throws {
        try XCTSkipUnless(allocation_counter_is_available(), "a sanitizer has the allocator")
        let network = Network {
            Convolution(4, kernel: 3, padding: .same)
            BatchNormalization(synchronized: synchronized)
            ReLU()
            Concatenate(
                Network {
                    Convolution(4, kernel: 3, padding: .same, groups: 4)
                    Tanh()
                },
                Network {
                    MaxPool(2)
                    Upsample(2)
                },
                Network {})
            Dropout(0.2, channels: true)
            Residual {
                Convolution(6, kernel: 3, stride: 2, padding: .same, groups: 2)
            } projection: {
                AveragePool(2)
                Convolution(6, kernel: 1)
            }
            GroupNormalization(2)
            GlobalAveragePool()
            LayerNormalization()
            Linear(4)
        }
        try assertAllocatesNothing(
            Configuration(
                dataset: .synthetic(inputs: [6, 6, 2], classes: 4, samples: 8_000), network: network, batchSize: 50,
                shards: 8,
                augmentation: Augmentation(shift: 1, horizontalFlip: 0.5, rotation: 5, cutout: 2, mixup: 0.2)))
    }

    /// Runs steps with one and two workers, recorded and not.
    private func assertAllocatesNothing(_ configuration: Configuration, line: UInt = #line) throws {
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
            workers: .exactly(2), kernels: availableKernels()[0])
        let operations = trainer.model.network.trainingPlan.operations.count
        let recorder = PhaseTimes(operations: operations, workers: trainer.team.workerCount)
        for workers in [2, 1, 2] {
            trainer.setWorkers(.exactly(workers))
            try trainer.team.region {
                for _ in 0..<15 { _ = try trainer.step() }
                for recorder in [nil, recorder] {
                    trainer.team.recorder = recorder
                    let before = allocation_count()
                    for _ in 0..<10 { _ = try trainer.step() }
                    XCTAssertEqual(allocation_count() - before, 0, "\(workers) workers", line: line)
                }
            }
        }
    }

    func testTheCounterSeesAllocations() throws {
        try XCTSkipUnless(allocation_counter_is_available(), "a sanitizer has the allocator")
        let before = allocation_count()
        let array = [Int](repeating: 1, count: 1000 + Int(before % 2))
        XCTAssertGreaterThan(allocation_count(), before)
        XCTAssertGreaterThan(array.count, 0)
    }
}
