import Batches
import Checkpoints
import Datasets
import HDF5
import Kernels
import TestSupport
import XCTest

@testable import Networks
@testable import Training

/// Augmented samples leave the promise as it is: the same bits, whoever loads them and however they are stored.
final class AugmentedTrainingTests: HDF5TestCase {
    private static let everything = Augmentation(
        shift: 2, horizontalFlip: 0.5, rotation: 10, cutout: 3, mixup: 0.4, fill: .reflect)

    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            r = np.random.RandomState(1)
            y = r.randint(0, 4, 2000); x = (r.randn(2000, 6, 5, 2) + y[:, None, None, None]).astype('f4')
            for name, options in [('plain', {}), ('packed', {'chunks': (16, 6, 5, 2), 'compression': 1})]:
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f.create_dataset('x_train', data=x, **options); f['y_train'] = y
            """, directory)
    }

    private func configuration(
        _ augmentation: Augmentation?, file: String = "plain", loss: Loss = .crossEntropy()
    ) -> Configuration {
        Configuration(
            dataset: DatasetDescription(path: path(file + ".h5"), validationFraction: 0.1),
            network: Network {
                Convolution(4, kernel: 3, padding: .same)
                BatchNormalization()
                ReLU()
                GlobalAveragePool()
                Dropout(0.1)
                Linear(loss == .meanSquaredError ? 1 : 4)
            }, loss: loss, batchSize: 64, shards: 5, epochs: 2, seed: 7, shuffle: .blocks(block: 8, window: 64),
            augmentation: augmentation)
    }

    private func trainer(
        _ configuration: Configuration, workers: Int = 1, memory: Int? = nil, resuming checkpoint: Checkpoint? = nil
    ) throws -> Trainer {
        let dataset = try Dataset.load(
            configuration.dataset, loading: LoadingOptions(memory: memory, threads: 3),
            use: .training(shuffle: configuration.shuffle, batchSize: configuration.batchSize))
        XCTAssertEqual(dataset[.train]!.isStreamed, memory != nil)
        let kernels = availableKernels()[0]
        if let checkpoint {
            return try Trainer(
                resuming: checkpoint, path: "memory", configuration: configuration, dataset: dataset,
                workers: .exactly(workers), kernels: kernels)
        }
        return try Trainer(configuration, dataset: dataset, workers: .exactly(workers), kernels: kernels)
    }

    private func train(_ trainer: Trainer, to lastStep: Int = .max) throws -> [String] {
        try trainer.team.region {
            var trace: [String] = []
            while trainer.progress.step < min(lastStep, trainer.totalSteps) {
                _ = try trainer.step()
                if trainer.isEpochComplete { trainer.beginNextEpoch() }
                trace.append(try trainer.checkpoint().fingerprint)
            }
            return trace
        }
    }

    func testWorkersStorageAndStopsLeaveNoTraceInTheBits() throws {
        let plain = configuration(Self.everything)
        let expected = try train(trainer(plain))
        for workers in [2, 3, 5, 7] { XCTAssertEqual(try train(trainer(plain, workers: workers)), expected) }
        let packed = configuration(Self.everything, file: "packed")
        XCTAssertEqual(try train(trainer(packed, workers: 2, memory: 300_000)), expected)
        for stop in [3, 30] {
            let first = try trainer(plain, workers: 2)
            _ = try train(first, to: stop)
            let resumed = try trainer(plain, workers: 3, resuming: first.checkpoint())
            XCTAssertEqual(try train(resumed), Array(expected[stop...]), "stopped after step \(stop)")
        }
    }

    func testTargetsThatAreNumbersAreMixedToo() throws {
        let traces = try [nil, Augmentation(mixup: 0.4)].map { augmentation in
            try [1, 3].map { workers in
                try train(trainer(configuration(augmentation, loss: .meanSquaredError), workers: workers), to: 3)
            }
        }
        XCTAssertEqual(traces[1][0], traces[1][1])
        XCTAssertNotEqual(traces[0][0], traces[1][0])
    }

    func testEachKindChangesWhatIsTrained() throws {
        let kinds = [
            nil, Augmentation(shift: 1), Augmentation(horizontalFlip: 0.5), Augmentation(rotation: 10),
            Augmentation(cutout: 2), Augmentation(mixup: 0.2), Self.everything,
        ]
        let ends = try kinds.map { try train(trainer(configuration($0)), to: 2).last! }
        XCTAssertEqual(Set(ends).count, kinds.count)
    }

    func testEveryInstructionSetGivesTheSameBits() throws {
        let configuration = configuration(Self.everything, loss: .crossEntropy(labelSmoothing: 0.1))
        let dataset = try Dataset.load(configuration.dataset, relativeTo: nil)
        let traces = try (availableKernels() + [ReferenceKernels.self]).map { kernels in
            try train(Trainer(configuration, dataset: dataset, workers: .exactly(2), kernels: kernels), to: 4)
        }
        XCTAssertEqual(Set(traces).count, 1)
    }

    func testEvaluationSeesSamplesAsTheyAre() throws {
        let reports = try [nil, Self.everything].map { augmentation in
            let trainer = try trainer(configuration(augmentation))
            let evaluator = Evaluator(model: trainer.model, team: trainer.team, kernels: trainer.kernels)
            return try trainer.team.region {
                try evaluator.evaluate(trainer.dataset.table(.train), split: .train).loss
            }
        }
        XCTAssertEqual(reports[0], reports[1])
    }

    func testSamplesThatAreNoImagesAreRefusedBeforeAnythingStarts() throws {
        var configuration = configuration(Augmentation(shift: 1))
        configuration.dataset = .synthetic(inputs: [12], classes: 4, samples: 100)
        XCTAssertThrowsError(
            try Trainer(
                configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
                workers: .exactly(1), kernels: availableKernels()[0])
        ) { XCTAssertTrue("\($0)".contains("augmentation.shift"), "\($0)") }
    }
}
