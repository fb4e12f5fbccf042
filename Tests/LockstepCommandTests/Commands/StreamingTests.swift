import Foundation
import Lockstep
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

    func testChunksThatDoNotSuitTheBlocksAreNoted() throws {
        try lockstep("convert", "plain.h5", "-o", "long.h5", "--compress", "1", "--chunk", "200")
        let outcome = try shell(
            "$lockstep train blocks.yaml --quiet --dataset long.h5 --data-memory 220000 --loading-threads 1 --steps 1")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("each chunk of 200 rows is decompressed about 13 times"), outcome.errors)
    }
}
