import Foundation
import TestSupport
import XCTest

/// Data larger than memory, from the command line.
final class StreamingTests: CommandTestCase {
    private static let yaml = """
        dataset: {path: plain.h5, validationFraction: 0.1}
        network: [{linear: 8}, relu, {linear: 3}]
        shuffle: {block: 16, window: 64}
        batchSize: 50
        shards: 2
        epochs: 1
        """

    override func setUpWithError() throws {
        try super.setUpWithError()
        try TestData.write(path("plain.h5"), rows: ["train": 4000, "test": 100], features: [40])
        try lockstep("convert", "plain.h5", "-o", "packed.h5", "--compress", "1", "--chunk", "16")
        try write(Self.yaml, to: "blocks.yaml")
    }

    func testRunsOnPlainAndPackedDataWithAnyMemoryEndWithTheSameBits() throws {
        var fingerprints: Set<String> = []
        for (index, options) in [
            "--data-memory 1GiB", "--data-memory 140000 --loading-threads 3",
            "--dataset packed.h5", "--dataset packed.h5 --data-memory 140000 --loading-threads 1",
            "--dataset packed.h5 --data-memory 160KiB --loading-threads 3 --workers 3",
        ].enumerated() {
            let outcome = try shell("$lockstep train blocks.yaml --quiet --run run\(index) \(options)")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            fingerprints.insert(try fingerprint(of: newestCheckpoint(of: "run\(index)")))
        }
        XCTAssertEqual(fingerprints.count, 1)
    }

    func testAStreamedRunGoesOnWhereItStoppedWithOtherStorageAndMemory() throws {
        XCTAssertEqual(try shell("$lockstep train blocks.yaml --quiet --run whole").status, 0)
        let start = "$lockstep train blocks.yaml --quiet --run parts --dataset packed.h5 --data-memory 140000 --steps"
        XCTAssertEqual(try shell(start + " 29").status, 0)
        let first = try lockstep("resume", "parts", "--quiet", "--data-memory", "160KiB", "--steps", "40")
        XCTAssertEqual(first.status, 0, first.errors)
        let second = try lockstep("resume", "parts", "--quiet", "--dataset", "plain.h5", "--verify-data")
        XCTAssertEqual(second.status, 0, second.errors)
        XCTAssertEqual(
            try fingerprint(of: newestCheckpoint(of: "parts")), try fingerprint(of: newestCheckpoint(of: "whole")))
    }

    func testEvaluationAndPredictionsAreThoseOfDataInMemory() throws {
        XCTAssertEqual(try shell("$lockstep train blocks.yaml --quiet --run run").status, 0)
        let checkpoint = try newestCheckpoint(of: "run")
        let evaluated = try ["", "--data-memory 95000 --loading-threads 1"].map {
            try shell("$lockstep evaluate \(checkpoint) --dataset packed.h5 --split train \($0)").output
        }
        XCTAssertFalse(evaluated[0].isEmpty)
        XCTAssertEqual(evaluated[0], evaluated[1])
        for (name, options) in [("a", ""), ("b", "--data-memory 95000")] {
            let line = "$lockstep predict \(checkpoint) --dataset packed.h5 --output \(name).h5 \(options)"
            XCTAssertEqual(try shell(line).status, 0)
        }
        let predictions = try ["a.h5", "b.h5"].map { name in
            try withFile(path(name)) { try $0.root.dataset("probabilities").read(as: Float.self) }
        }
        XCTAssertEqual(predictions[0].count, 300)
        XCTAssertEqual(predictions[0], predictions[1])
    }

    func testAFullShuffleThatNeedsMoreMemorySaysSoBeforeAnythingIsWritten() throws {
        try write(Self.yaml.replacingOccurrences(of: "{block: 16, window: 64}", with: "full"), to: "full.yaml")
        let before = try files()
        assertFails(
            try shell("$lockstep train full.yaml --dataset packed.h5 --data-memory 140000"), "packed.h5: x_train",
            "--data-memory", "shuffle: {block")
        assertFails(
            try shell("$lockstep train blocks.yaml --dataset packed.h5 --data-memory 3000"), "packed.h5: x_train",
            "at least", "of memory for data")
        XCTAssertEqual(try files(), before)
        XCTAssertEqual(
            try shell("$lockstep train full.yaml --quiet --data-memory 140000 --steps 3").status, 0, "mapped")
    }

    /// Whatever keeps a file from being mapped, the command that the message proposes makes one that is.
    func testTheCommandProposedForAFullShuffleHelps() throws {
        try python(
            """
            import shutil
            r = np.random.default_rng(1); x = r.normal(size=(4000, 40)); y = r.integers(0, 3, 4000)
            def write(name, x, **attributes):
                with h5py.File(sys.argv[1] + '/' + name, 'w') as f:
                    f['x_train'], f['y_train'] = x, y
                    for key in attributes: f['x_train'].attrs[key] = attributes[key]
            write('doubles.h5', x); write('packed ints.h5', (x * 100).astype('i2'), scale_factor=0.01)
            """, directory)
        for (name, memory) in [("packed.h5", "140000"), ("doubles.h5", "400000"), ("packed ints.h5", "400000")] {
            try write(
                "{dataset: \(name), network: [{linear: 3}], batchSize: 50, epochs: 1}", to: "full.yaml")
            // Labels take 48,000 bytes; inputs as Float32 take 640,000, as bytes 160,000.
            let refused = try lockstep("train", "full.yaml", "--data-memory", memory)
            assertFails(refused, "full shuffle", "Raise --data-memory", "lockstep convert")
            let start = try XCTUnwrap(refused.errors.range(of: "lockstep convert"), refused.errors).lowerBound
            let command = refused.errors[start...].prefix { $0 != "\n" }
            let made = try shell(
                "$" + (command.hasSuffix(".") ? command.dropLast() : command) + " --overwrite")
            XCTAssertEqual(made.status, 0, "\(command): \(made.errors)")
            let trained = try lockstep(
                "train", "full.yaml", "--dataset", "new.h5", "--data-memory", memory, "--steps", "3", "--run",
                "run \(name)")
            XCTAssertEqual(trained.status, 0, trained.errors)
        }
    }

    /// A file whose columns are in another order than those trained on.
    func testColumnsInAnotherOrderAreShuffledFullyFromTheFile() throws {
        try python(
            """
            r = np.random.default_rng(1); x = r.normal(size=(4000, 40)).astype('f4'); y = r.integers(0, 3, 4000)
            for name, order in [('a.h5', np.arange(40)), ('b.h5', np.arange(40)[::-1])]:
                with h5py.File(sys.argv[1] + '/' + name, 'w') as f:
                    f['x_train'], f['y_train'] = x[:, order], y
                    f['x_train'].attrs['feature_names'] = ['c%d' % i for i in order]
            """, directory)
        try write(
            "{dataset: a.h5, network: [{linear: 8}, relu, {linear: 3}], batchSize: 50, shards: 2, epochs: 1}",
            to: "full.yaml")
        XCTAssertEqual(try lockstep("train", "full.yaml", "--run", "a", "--quiet", "--steps", "10").status, 0)
        let checkpoint = try newestCheckpoint(of: "a")
        var fingerprints: Set<String> = []
        for (run, options) in [
            ("whole", ["a.h5"]), ("other", ["b.h5"]), ("mapped", ["b.h5", "--data-memory", "400000"]),
        ] {
            let outcome = try lockstep(
                ["train", "full.yaml", "--from", checkpoint, "--run", run, "--quiet", "--dataset"] + options)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            fingerprints.insert(try fingerprint(of: newestCheckpoint(of: run)))
        }
        XCTAssertEqual(fingerprints.count, 1)
    }

    func testChunksThatDoNotSuitTheBlocksAreNoted() throws {
        try lockstep("convert", "plain.h5", "-o", "long.h5", "--compress", "1", "--chunk", "200")
        let outcome = try shell(
            "$lockstep train blocks.yaml --quiet --dataset long.h5 --data-memory 220000 --loading-threads 1 --steps 1")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("each chunk of 200 rows is decompressed about 13 times"), outcome.errors)
    }
}
