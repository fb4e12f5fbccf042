import Checkpoints
import Foundation
import TestSupport
import XCTest

final class CheckpointStoreTests: HDF5TestCase {
    private var store: CheckpointStore { CheckpointStore(directory: directory) }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
    }

    private func write(_ steps: Int..., keepingLast count: Int = 100) throws {
        for step in steps { try store.write(.sample(step: step), keeping: .init(last: count)) }
    }

    /// Flips a bit of the first parameter.
    private func damage(step: Int) throws {
        let url = URL(fileURLWithPath: store.path(step: step))
        var bytes = try Data(contentsOf: url)
        let values = Checkpoint.sample(step: step).parameters[0].values.withUnsafeBytes { Data($0) }
        bytes[try XCTUnwrap(bytes.firstRange(of: values)).lowerBound] ^= 1
        try bytes.write(to: url)
    }

    func testFilesAreNamedAfterTheirStep() throws {
        try write(1234, 7)
        XCTAssertEqual(try names, ["step-00000007.h5", "step-00001234.h5"])
        XCTAssertEqual(store.path(step: 123_456_789), path("step-123456789.h5"))
        XCTAssertEqual(try store.steps(), [7, 1234])
        XCTAssertTrue(store.contains(step: 7))
        XCTAssertFalse(store.contains(step: 8))
    }

    func testOtherFilesAreNotListed() throws {
        try write(5)
        for name in [
            "step-5.h5", "step-0000000x.h5", "step-00000006.h5.damaged", "notes.txt", ".step-00000009.h5.1.tmp",
        ] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: path(name)))
        }
        XCTAssertEqual(try store.steps(), [5])
        XCTAssertEqual(try store.newest().checkpoint.progress.step, 5)
    }

    func testTheNewestIsTheHighestStep() throws {
        try write(99, 100, 5)
        let newest = try store.newest { XCTFail($0) }
        XCTAssertEqual(newest.path, store.path(step: 100))
        assertEqual(newest.checkpoint, .sample(step: 100))
    }

    func testADamagedNewestIsPassedOverWithANote() throws {
        try write(1, 2, 3)
        try damage(step: 3)
        try Data("half".utf8).write(to: URL(fileURLWithPath: store.path(step: 4)))
        var notes: [String] = []
        XCTAssertEqual(try store.newest { notes.append($0) }.checkpoint.progress.step, 2)
        XCTAssertEqual(notes.count, 2)
        XCTAssertTrue(notes[0].contains(store.path(step: 4)) && notes[0].contains("found no HDF5 file"), notes[0])
        XCTAssertTrue(
            notes[1].contains(store.path(step: 3)) && notes[1].contains("linear1/weight is damaged"), notes[1])
    }

    func testTheBestIsTheLastResort() throws {
        try write(1, 2)
        try store.markBest(step: 1)
        try FileManager.default.removeItem(atPath: store.path(step: 1))
        try damage(step: 2)
        let newest = try store.newest()
        XCTAssertEqual(newest.path, store.bestPath)
        XCTAssertEqual(newest.checkpoint.progress.step, 1)
    }

    func testTheBestIsTheNewestIfNoOtherGoodOneIsOfALaterStep() throws {
        try write(1, 2)
        try copyAsBest(step: 2)
        try damage(step: 2)
        XCTAssertEqual(try store.newest().path, store.bestPath)
        try write(3)
        XCTAssertEqual(try store.newest().path, store.path(step: 3))
    }

    // MARK: The best is never replaced by less than itself

    /// As `cp -r` and `scp` leave a run: `best.h5` is a file of its own.
    private func copyAsBest(step: Int) throws {
        try? FileManager.default.removeItem(atPath: store.bestPath)
        try FileManager.default.copyItem(atPath: store.path(step: step), toPath: store.bestPath)
    }

    func testADamagedFileDoesNotBecomeTheBest() throws {
        try write(1, 2)
        try copyAsBest(step: 1)
        // Between its own name and that of the best: a bit, a part, another step, everything.
        try damage(step: 2)
        assertRefuses(.damaged, store.path(step: 2), "linear1/weight is damaged") { try store.markBest(step: 2) }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: store.path(step: 2)))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: store.path(step: 2)))
        XCTAssertThrowsError(try store.markBest(step: 2))
        try Data(contentsOf: URL(fileURLWithPath: store.path(step: 1)))
            .write(to: URL(fileURLWithPath: store.path(step: 2)))
        assertRefuses(.damaged, "expected step 2, found 1") { try store.markBest(step: 2) }
        try FileManager.default.removeItem(atPath: store.path(step: 2))
        assertRefuses(.notFound, store.path(step: 2)) { try store.markBest(step: 2) }
        assertEqual(try XCTUnwrap(store.best()), .sample(step: 1))
        XCTAssertEqual(try names, ["best.h5", "step-00000001.h5"])
    }

    func testABetterOneOfTheRunBeforeStaysTheBestUnlessItIsDamaged() throws {
        try write(1, 2)
        try copyAsBest(step: 2)
        try store.markBest(step: 1) { $0.step == 2 }
        XCTAssertEqual(try XCTUnwrap(store.best()).progress.step, 2)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: store.bestPath))
        let values = Checkpoint.sample(step: 2).parameters[0].values.withUnsafeBytes { Data($0) }
        bytes[try XCTUnwrap(bytes.firstRange(of: values)).lowerBound] ^= 1
        try bytes.write(to: URL(fileURLWithPath: store.bestPath))
        try store.markBest(step: 1) { $0.step == 2 }
        XCTAssertEqual(try XCTUnwrap(store.best()).progress.step, 1)
    }

    func testWithoutAGoodCheckpointThereIsNoNewest() throws {
        assertRefuses(.notFound, directory, "there is no checkpoint") { try store.newest() }
        try write(1)
        try damage(step: 1)
        assertRefuses(.notFound, "none of the 1 checkpoints can be read") { try store.newest() }
        assertRefuses(.notFound, "none") { try CheckpointStore(directory: path("none")).newest() }
    }

    func testOnlyTheLastFewAreKept() throws {
        try write(1, 2, 3, 4, 5, keepingLast: 2)
        XCTAssertEqual(try store.steps(), [4, 5])
        try write(6, keepingLast: 1)
        XCTAssertEqual(try store.steps(), [6])
    }

    func testPruningKeepsTheNewestGoodOneAndWhatIsDamagedAfterIt() throws {
        try write(10, 20, 30)
        try damage(step: 30)
        try write(25, keepingLast: 1)
        XCTAssertEqual(try store.steps(), [25, 30])
        XCTAssertEqual(try store.newest().checkpoint.progress.step, 25)
    }

    func testADamagedFileOfTheSameStepIsMovedAside() throws {
        for count in 1...2 {
            try write(3)
            try damage(step: 3)
            XCTAssertFalse(store.contains(step: 3))
            try write(3)
            XCTAssertTrue(store.contains(step: 3))
            XCTAssertEqual(try names.filter { $0.contains("damaged") }.count, count)
        }
        XCTAssertEqual(try names, ["step-00000003.h5", "step-00000003.h5.damaged", "step-00000003.h5.damaged-2"])
    }

    func testTheSameCheckpointMayBeWrittenTwiceButNoOther() throws {
        try write(3)
        var other = Checkpoint.sample(step: 3)
        other.writtenBy.workers = 64
        XCTAssertEqual(try store.write(other, keeping: .init(last: 1)), store.path(step: 3))
        other.parameters[0].values[0] += 1
        assertRefuses(.exists, "another checkpoint of step 3") { try store.write(other, keeping: .init(last: 1)) }
        assertEqual(try store.newest().checkpoint, .sample(step: 3))
    }

    func testTheBestOutlivesItsStepAndIsReplaced() throws {
        XCTAssertNil(try store.best())
        try write(1)
        try store.markBest(step: 1)
        try store.markBest(step: 1)
        try write(2, 3, keepingLast: 2)
        XCTAssertEqual(try XCTUnwrap(try store.best()).progress.step, 1)
        try store.markBest(step: 3)
        XCTAssertEqual(try XCTUnwrap(try store.best()).progress.step, 3)
        XCTAssertEqual(try names, ["best.h5", "step-00000002.h5", "step-00000003.h5"])
        assertRefuses(.notFound, "step-00000009.h5", "no such checkpoint") { try store.markBest(step: 9) }
        XCTAssertEqual(try XCTUnwrap(try store.best()).progress.step, 3)
    }

    func testTemporaryFilesThatAKillLeftAreHarmlessAndGo() throws {
        for name in [".step-00000001.h5.abc.tmp", ".best.h5.def.tmp"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: path(name)))
        }
        XCTAssertEqual(try store.steps(), [])
        try write(1)
        XCTAssertEqual(try names, ["step-00000001.h5"])
        XCTAssertEqual(try store.newest().checkpoint.progress.step, 1)
    }
}
