import Batches
import Datasets
import Kernels
import Optimization
import XCTest

@testable import Networks
@testable import Training

/// The promise: parameters after a step are a function of configuration, seed and data alone.
final class SameBitsTests: XCTestCase {
    /// Ragged on purpose: 103 samples in batches of 32 leave 7, and neither is divisible by 5 shards.
    private static func configuration(clipNorm: Double? = nil) throws -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [19], classes: 5, samples: 103),
            network: Network {
                Linear(24)
                ReLU()
                Dropout(0.25)
                Residual {
                    Linear(24)
                    GELU()
                }
                Linear(5)
            },
            optimizer: .adamW(.init(learningRate: 0.01, weightDecay: 0.01)),
            schedule: Schedule(.cosine(minimum: 0, decaySteps: nil), warmupSteps: 3), batchSize: 32, shards: 5,
            epochs: 3, seed: 7, clipNorm: clipNorm)
    }

    /// Shards are normalized by themselves here, so that each has to be walked as a whole.
    private static func imageConfigurations() -> [Configuration] {
        let network = Network {
            Convolution(5, kernel: 3, padding: .same, bias: false)
            BatchNormalization()
            ReLU()
            MaxPool(2)
            Residual {
                Convolution(6, kernel: 3, stride: 2, padding: .same, bias: false)
                BatchNormalization(momentum: 0.3)
            } projection: {
                Convolution(6, kernel: 1, stride: 2, bias: false)
                BatchNormalization()
            }
            Convolution(6, kernel: 3, padding: .same, groups: 6)
            GELU()
            Dropout(0.2, channels: true)
            GlobalAveragePool()
            Linear(5)
        }
        let plain = Configuration(
            dataset: .synthetic(inputs: [7, 6, 3], classes: 5, samples: 103), network: network,
            optimizer: .sgd(.init(learningRate: 0.1, momentum: 0.9)), batchSize: 32, shards: 5, epochs: 3, seed: 7)
        var lamb = plain
        lamb.optimizer = .lamb(.init(weightDecay: 0.01))
        lamb.accumulate = 2
        lamb.clipNorm = 0.5
        lamb.movingAverage = MovingAverage(decay: 0.9)
        lamb.noiseScaleEvery = 2
        return [plain, lamb, synchronizedConfiguration(), joiningConfiguration(), frozenConfiguration()]
    }

    /// Normalization by frozen statistics, whose scale is trained in one layer: row by row, so in micro-batches.
    private static func frozenConfiguration() -> Configuration {
        let network = Network {
            Convolution(5, kernel: 3, padding: .same)
            BatchNormalization()
            ReLU()
            GlobalAveragePool()
            Linear(24)
            BatchNormalization(synchronized: true)
            Tanh()
            Linear(5)
        }
        return Configuration(
            dataset: .synthetic(inputs: [7, 6, 3], classes: 5, samples: 103), network: network,
            optimizer: .sgd(.init(learningRate: 0.1, momentum: 0.9)), batchSize: 32, shards: 5, epochs: 3, seed: 7,
            accumulate: 2,
            parameterGroups: [
                ParameterGroup(["convolution1/*", "batchNormalization1/*", "*/mean", "*/variance"], frozen: true)
            ])
    }

    /// The last batch of an epoch has 7 rows for 5 shards, of which each needs two: neighbors join.
    private static func joiningConfiguration() -> Configuration {
        let network = Network {
            Linear(24)
            BatchNormalization(momentum: 0.3)
            ReLU()
            Dropout(0.2)
            Linear(5)
        }
        return Configuration(
            dataset: .synthetic(inputs: [19], classes: 5, samples: 103), network: network,
            optimizer: .sgd(.init(learningRate: 0.1, momentum: 0.9)), batchSize: 32, shards: 5, epochs: 3, seed: 7,
            accumulate: 2, noiseScaleEvery: 2)
    }

    /// Shards meet in the middle of a step, twice in each direction; everything is augmented.
    private static func synchronizedConfiguration() -> Configuration {
        let network = Network {
            Convolution(5, kernel: 3, padding: .same, bias: false)
            BatchNormalization(synchronized: true)
            ReLU()
            GroupNormalization(5)
            Residual {
                Convolution(5, kernel: 3, padding: .same, bias: false)
                BatchNormalization(synchronized: true)
                Tanh()
                LayerNormalization()
            }
            Dropout(0.2)
            GlobalAveragePool()
            Linear(5)
        }
        return Configuration(
            dataset: .synthetic(inputs: [7, 6, 3], classes: 5, samples: 103), network: network,
            optimizer: .sgd(.init(learningRate: 0.1, momentum: 0.9)), batchSize: 32, shards: 5, epochs: 3, seed: 7,
            augmentation: Augmentation(shift: 1, horizontalFlip: 0.5, rotation: 5, cutout: 2, mixup: 0.2),
            noiseScaleEvery: 2)
    }

    private func trainer(
        _ configuration: Configuration, workers: Int, kernels: any KernelTable.Type
    ) throws -> Trainer {
        try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
            workers: .exactly(workers), kernels: kernels)
    }

    /// Steps to the end of the run, or to a step, and returns the digest of the parameters after each.
    private func train(_ trainer: Trainer, to lastStep: Int? = nil) throws -> [String] {
        var fingerprints: [String] = []
        try trainer.team.region {
            while trainer.progress.step < min(lastStep ?? .max, trainer.totalSteps) {
                _ = try trainer.step()
                if trainer.isEpochComplete { trainer.beginNextEpoch() }
                fingerprints.append(try trainer.checkpoint().fingerprint)
            }
        }
        return fingerprints
    }

    /// What large batches are trained with, each with something that a step may need besides.
    private static func largeBatchConfigurations() throws -> [Configuration] {
        var lars = try configuration(clipNorm: 0.5)
        lars.optimizer = .lars(.init(learningRate: 2, nesterov: true, weightDecay: 0.01))
        lars.movingAverage = MovingAverage(decay: 0.9)
        var lamb = try configuration()
        lamb.optimizer = .lamb(.init(weightDecay: 0.01))
        lamb.clipLayerNorm = 0.1
        lamb.parameterGroups = [
            ParameterGroup(["linear1/*"], learningRate: 0.002), ParameterGroup(["*/bias"], frozen: true),
        ]
        lamb.noiseScaleEvery = 2
        var sgd = try configuration()
        sgd.optimizer = .sgd(.init(learningRate: 0.1, momentum: 0.9))
        sgd.clipValue = 0.01
        sgd.accumulate = 3
        sgd.learningRateScaling = .linear(baseBatchSize: 16)
        return [lars, lamb, sgd]
    }

    func testEveryNumberOfWorkersAndEveryInstructionSetGiveTheSameBitsAfterEveryStep() throws {
        let configurations =
            try [nil, 0.5].map { try Self.configuration(clipNorm: $0) } + Self.largeBatchConfigurations()
            + Self.imageConfigurations()
        for configuration in configurations {
            let expected = try train(trainer(configuration, workers: 1, kernels: ReferenceKernels.self))
            XCTAssertEqual(expected.count, 12)
            XCTAssertEqual(Set(expected).count, expected.count, "parameters must change in every step")
            for kernels in availableKernels() {
                for workers in [1, 2, 3, 5, 7, 16] {
                    let found = try train(trainer(configuration, workers: workers, kernels: kernels))
                    XCTAssertEqual(found, expected, "\(workers) workers, \(kernels.name)")
                }
            }
        }
    }

    func testARunStoppedAtAnyStepAndResumedWithOtherWorkersReachesTheSameBits() throws {
        for configuration in try [Self.configuration()] + Self.imageConfigurations()[1...] {
            try assertResumesAtAnyStep(configuration)
        }
    }

    private func assertResumesAtAnyStep(_ configuration: Configuration) throws {
        let kernels = availableKernels()[0]
        let expected = try train(trainer(configuration, workers: 1, kernels: kernels))
        for stop in 0...expected.count {
            let first = try trainer(configuration, workers: 2, kernels: kernels)
            _ = try train(first, to: stop)
            let resumed = try Trainer(
                resuming: first.checkpoint(), path: "memory", configuration: configuration, dataset: first.dataset,
                workers: .exactly(3), kernels: availableKernels().last!)
            XCTAssertEqual(try train(resumed), Array(expected[stop...]), "stopped after step \(stop)")
        }
    }

    func testLARSAndLAMBAreResumedWithTheirMomentsAndAverages() throws {
        for configuration in try Self.largeBatchConfigurations() {
            let kernels = availableKernels()[0]
            let expected = try train(trainer(configuration, workers: 1, kernels: kernels))
            let first = try trainer(configuration, workers: 2, kernels: kernels)
            _ = try train(first, to: 5)
            let resumed = try Trainer(
                resuming: first.checkpoint(), path: "memory", configuration: configuration, dataset: first.dataset,
                workers: .exactly(3), kernels: kernels)
            XCTAssertEqual(try train(resumed), Array(expected[5...]))
            let state = try resumed.checkpoint().optimizerState
            XCTAssertEqual(state["movingAverage"] != nil, configuration.movingAverage != nil)
        }
    }

    func testPassesAndMeasurementsOfNoiseAreInvisible() throws {
        for plain in try [Self.configuration(), Self.imageConfigurations()[0]] {
            try assertPassesAndMeasurementsOfNoiseAreInvisible(plain)
        }
    }

    private func assertPassesAndMeasurementsOfNoiseAreInvisible(_ plain: Configuration) throws {
        let kernels = availableKernels()[0]
        let expected = try train(trainer(plain, workers: 1, kernels: kernels))
        for accumulate in 1...5 {
            for workers in [1, 2, 4, 7] {
                var configuration = plain
                configuration.accumulate = accumulate
                configuration.noiseScaleEvery = accumulate.isMultiple(of: 2) ? 3 : nil
                let found = try train(trainer(configuration, workers: workers, kernels: kernels))
                XCTAssertEqual(found, expected, "\(accumulate) passes, \(workers) workers")
            }
        }
    }

    func testMicroBatchesAreInvisible() throws {
        for configuration in try [Self.configuration(), Self.imageConfigurations()[0], Self.frozenConfiguration()] {
            try assertMicroBatchesAreInvisible(configuration)
        }
    }

    private func assertMicroBatchesAreInvisible(_ configuration: Configuration) throws {
        let kernels = availableKernels()[0]
        let expected = try train(trainer(configuration, workers: 1, kernels: kernels))
        for microBatch in [1, 2, 3, 6] {
            let trainer = try Trainer(
                configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
                workers: .exactly(2), microBatch: microBatch, kernels: kernels)
            XCTAssertEqual(try train(trainer), expected, "micro-batches of \(microBatch)")
        }
    }

    func testAnotherSeedGivesOtherBits() throws {
        var configuration = try Self.configuration()
        let one = try train(trainer(configuration, workers: 1, kernels: availableKernels()[0]), to: 2)
        configuration.seed = 8
        let other = try train(trainer(configuration, workers: 1, kernels: availableKernels()[0]), to: 2)
        XCTAssertNotEqual(one, other)
    }
}
