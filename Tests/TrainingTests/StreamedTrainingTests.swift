import Checkpoints
import Datasets
import HDF5
import Kernels
import Networks
import TestSupport
import Workers
import XCTest

@testable import Training

/// Neither how a file stores its data, nor memory, nor loading threads leave a trace in the bits of training.
final class StreamedTrainingTests: HDF5TestCase {
    private static let stored = ["contiguous", "gzip", "all", "pieces", "wide"]

    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            r = np.random.RandomState(1)
            y = r.randint(0, 4, 2000); x = (r.randn(2000, 20) + y[:, None]).astype('f4')
            def write(name, x, **options):
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f.create_dataset('x_train', data=x, **options); f['y_train'] = y
            z = {'compression': 1}
            write('contiguous', x); write('gzip', x, chunks=(32, 20), **z)
            write('all', x, chunks=(13, 20), shuffle=True, fletcher32=True, **z)
            write('pieces', x, chunks=(100, 3), **z); write('wide', x.astype('>f8'), chunks=(32, 20), **z)
            """, directory)
    }

    private func configuration(_ name: String, _ shuffle: Shuffle) -> Configuration {
        Configuration(
            dataset: DatasetDescription(path: path(name + ".h5"), validationFraction: 0.1),
            network: Network {
                Linear(16)
                ReLU()
                Linear(4)
            },
            batchSize: 100, shards: 4, epochs: 2, seed: 7, shuffle: shuffle)
    }

    private func trainer(
        _ name: String, _ shuffle: Shuffle, memory: Int?, threads: Int = 2, resuming checkpoint: Checkpoint? = nil
    ) throws -> Trainer {
        let configuration = configuration(name, shuffle)
        let dataset = try Dataset.load(
            configuration.dataset, loading: LoadingOptions(memory: memory, threads: threads),
            use: .training(shuffle: shuffle, batchSize: configuration.batchSize))
        XCTAssertEqual(dataset[.train]!.isStreamed, memory != nil && name != "contiguous")
        let kernels = availableKernels()[0]
        if let checkpoint {
            return try Trainer(
                resuming: checkpoint, path: "memory", configuration: configuration, dataset: dataset,
                workers: .exactly(1), kernels: kernels)
        }
        return try Trainer(configuration, dataset: dataset, workers: .exactly(2), kernels: kernels)
    }

    /// Fingerprints after each step, and the losses of the validation split after each epoch.
    private func train(_ trainer: Trainer, to lastStep: Int = .max) throws -> [String] {
        let evaluator = Evaluator(model: trainer.model, team: trainer.team, kernels: trainer.kernels)
        return try trainer.team.region {
            var trace: [String] = []
            while trainer.progress.step < min(lastStep, trainer.totalSteps) {
                _ = try trainer.step()
                trace.append(try trainer.checkpoint().fingerprint)
                guard trainer.isEpochComplete else { continue }
                let report = try evaluator.evaluate(trainer.dataset.table(.validation), split: .validation)
                trace.append("\(report.loss)")
                trainer.beginNextEpoch()
            }
            return trace
        }
    }

    private static let shuffles = [Shuffle.none, .blocks(block: 32, window: 128), .blocks(block: 8, window: 64)]

    func testStorageMemoryAndThreadsLeaveNoTraceInTheBits() throws {
        for shuffle in Self.shuffles {
            let expected = try train(trainer("contiguous", shuffle, memory: nil))
            XCTAssertEqual(expected.count, 38)
            for name in Self.stored {
                // Three buffers for numbers of eight bytes are more than the table takes in memory.
                for (memory, threads) in [(nil, 1), (140_000, 1), (195_000, name == "wide" ? 2 : 3)] {
                    let found = try train(trainer(name, shuffle, memory: memory, threads: threads))
                    XCTAssertEqual(found, expected, "\(name), \(shuffle), memory \(memory ?? 0), \(threads) threads")
                }
            }
        }
        let full = try train(trainer("contiguous", .full, memory: nil))
        XCTAssertEqual(try train(trainer("gzip", .full, memory: nil)), full)
        XCTAssertEqual(try train(trainer("contiguous", .full, memory: 50_000)), full, "mapped")
        XCTAssertNotEqual(full, try train(trainer("contiguous", .none, memory: nil)))
    }

    func testARunResumedAtAnyStepWithOtherStorageReachesTheSameBits() throws {
        let shuffle = Shuffle.blocks(block: 32, window: 128)
        let expected = try train(trainer("gzip", shuffle, memory: 150_000))
        for stop in [1, 6, 17, 18, 19, 30] {
            let first = try trainer("gzip", shuffle, memory: 150_000)
            _ = try train(first, to: stop)
            for (name, memory) in [("all", 180_000), ("contiguous", nil)] {
                let resumed = try trainer(name, shuffle, memory: memory, resuming: first.checkpoint())
                let found = try train(resumed)
                XCTAssertEqual(found, Array(expected.suffix(found.count)), "\(name) after step \(stop)")
            }
        }
    }

    func testAFullShuffleOfStreamedDataIsRefusedByTheTrainerToo() throws {
        let configuration = configuration("gzip", .full)
        let dataset = try Dataset.load(configuration.dataset, loading: LoadingOptions(memory: 80_000))
        XCTAssertThrowsError(try Trainer(configuration, dataset: dataset, kernels: availableKernels()[0])) { error in
            XCTAssertEqual((error as? DatasetError)?.kind, .invalidOption)
        }
    }

    func testPredictionsAreTheSameWhenStreamed() throws {
        let kernels = availableKernels()[0]
        let trained = try trainer("gzip", .none, memory: nil)
        let evaluator = Evaluator(model: trained.model, team: WorkerTeam(workerCount: 1), kernels: kernels)
        var outputs: [[Float]] = []
        for memory in [nil, 60_000] {
            let dataset = try Dataset.load(.file(path("gzip.h5")), loading: LoadingOptions(memory: memory, threads: 1))
            XCTAssertEqual(dataset[.train]!.isStreamed, memory != nil)
            var all: [Float] = []
            try evaluator.predict(dataset.table(.train)) { _, rows, values in
                all += UnsafeBufferPointer(start: values, count: rows * 4)
            }
            outputs.append(all)
        }
        XCTAssertEqual(outputs[0].count, 8000)
        XCTAssertEqual(outputs[0], outputs[1])
    }
}
