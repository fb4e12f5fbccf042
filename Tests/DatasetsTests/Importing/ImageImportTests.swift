import Foundation
import ImageWriting
import Images
import TestSupport
import XCTest

@testable import Datasets

final class ImageImportTests: HDF5TestCase {
    private var photos: String { path("photos") }

    override func setUpWithError() throws {
        try super.setUpWithError()
        try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
    }

    /// Writes a file of the folder, with the folders on the way to it.
    private func put(_ name: String, _ bytes: [UInt8], in folder: String = "photos") throws {
        let url = URL(fileURLWithPath: path("\(folder)/\(name)"))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func put(_ name: String, gray: Int, width: Int = 3, height: Int = 2, in folder: String = "photos") throws {
        try put(name, TestPNG(width: width, height: height, gray: gray).bytes, in: folder)
    }

    /// Imports the folder, and loads what was made.
    private func load(_ edit: (inout ImageImport) -> Void = { _ in }) throws -> Dataset {
        var images = ImageImport(photos)
        edit(&images)
        try images.write(to: path("out.h5"), overwrite: true)
        return try Dataset.load(.file(path("out.h5")))
    }

    private func assertNothingIsMade(line: UInt = #line) throws {
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory), ["photos"], line: line)
    }

    /// The bytes of all samples of a split.
    private func bytes(_ dataset: Dataset, _ split: Split = .train) -> [UInt8] {
        dataset[split]!.batch().map { UInt8(($0 * 255).rounded()) }
    }

    // MARK: What is made

    func testClassesAndFilesAreInTheOrderOfTheirNames() throws {
        for (name, gray) in [
            ("dogs/b.png", 1), ("dogs/a.png", 2), ("Zebras/1.png", 3), ("ants/é.png", 4), ("ants/z.png", 5),
            ("ants/B.png", 6),
        ] {
            try put(name, gray: gray)
        }
        let dataset = try load()
        XCTAssertEqual(dataset.inputShape, [2, 3, 1])
        XCTAssertEqual(dataset.classNames, ["Zebras", "ants", "dogs"])
        XCTAssertEqual(dataset.targetKind, .classes(count: 3))
        XCTAssertEqual(dataset[.train]!.labels(), [0, 1, 1, 1, 2, 2])
        XCTAssertEqual(bytes(dataset), [3, 6, 5, 4, 2, 1].flatMap { [UInt8](repeating: $0, count: 6) })
    }

    func testColorsLieSideBySide() throws {
        try put("a/1.png", TestPNG(width: 2, height: 1, .rgb, [1, 2, 3, 4, 5, 6]).bytes)
        try put("b/1.png", TestPNG(width: 2, height: 1, .rgb, [7, 8, 9, 10, 11, 12]).bytes)
        let dataset = try load()
        XCTAssertEqual(dataset.inputShape, [1, 2, 3])
        XCTAssertEqual(bytes(dataset), Array(1...12))
    }

    func testTheSameTreeMakesTheSameBytesWhateverTheThreads() throws {
        let names = (0..<300).map { "\($0 % 2 == 0 ? "even" : "odd")/\($0).png" }
        for name in names { try put(name, gray: name.count * 30, width: 7, height: 5) }
        for name in names.reversed() { try put(name, gray: name.count * 30, width: 7, height: 5, in: "again") }
        var made: Set<Data> = []
        for (folder, threads) in [("photos", 1), ("photos", 2), ("again", 7)] {
            try ImageImport(path(folder), size: ImageSize("4x3"), split: .init(test: 0.2), threads: threads)
                .write(to: path("out.h5"), overwrite: true)
            made.insert(try Data(contentsOf: URL(fileURLWithPath: path("out.h5"))))
        }
        XCTAssertEqual(made.count, 1)
    }

    func testManyImagesStayInOrder() throws {
        for index in 0..<700 { try put("a/\(1000 + index).png", gray: index % 251, width: 1, height: 1) }
        try put("b/x.png", gray: 255, width: 1, height: 1)
        XCTAssertEqual(bytes(try load()), (0..<700).map { UInt8($0 % 251) } + [255])
    }

    func testFilesAreToldByTheirContent() throws {
        let pixels = [UInt8](repeating: 90, count: 6)
        try put("a/picture.txt", TestJPEG(width: 3, height: 2, channels: 1, pixels).bytes)
        try put("a/really.png", TestJPEG(width: 3, height: 2, channels: 1, pixels).bytes)
        try put("b/picture", gray: 90)
        XCTAssertEqual(bytes(try load()), [UInt8](repeating: 90, count: 18))
    }

    func testASizeStretches() throws {
        try put("a/1.png", TestPNG(width: 2, height: 1, .gray, [0, 200]).bytes)
        try put("b/1.png", gray: 7, width: 50, height: 80)
        let dataset = try load { $0.size = ImageSize("2x1") }
        XCTAssertEqual(dataset.inputShape, [2, 1, 1])
        XCTAssertEqual(bytes(dataset), [100, 100, 7, 7])
    }

    func testAColorIsGivenToAll() throws {
        try put("a/1.png", TestPNG(width: 1, height: 1, .rgb, [255, 0, 0]).bytes)
        try put("b/1.png", TestPNG(width: 1, height: 1, .gray, [9]).bytes)
        XCTAssertEqual(bytes(try load { $0.color = .gray }), [76, 9])
        XCTAssertEqual(bytes(try load { $0.color = .rgb }), [255, 0, 0, 9, 9, 9])
    }

    func testSplitsAreDrawnByTheirSeed() throws {
        for index in 0..<40 { try put("\(index % 2)/\(100 + index).png", gray: index, width: 1, height: 1) }
        let dataset = try load { $0.split = SplitFractions(validation: 0.1, test: 0.25, seed: 3) }
        let parts = [Split.train, .validation, .test].map { bytes(dataset, $0) }
        XCTAssertEqual(parts.map(\.count), [26, 4, 10])
        XCTAssertEqual(parts.flatMap(\.self).sorted(), Array(0..<40))
        for (split, part) in zip([Split.train, .validation, .test], parts) {
            XCTAssertEqual(dataset[split]!.labels(), part.map { Int32($0 % 2) })
        }
        XCTAssertEqual(
            try load { $0.split = SplitFractions(validation: 0.1, test: 0.25, seed: 3) }.digest, dataset.digest)
        XCTAssertNotEqual(
            try load { $0.split = SplitFractions(validation: 0.1, test: 0.25, seed: 4) }.digest, dataset.digest)
    }

    func testProgressRunsToItsEnd() throws {
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        for skips in [false, true] {
            var seen: [(done: Int, total: Int)] = []
            try ImageImport(photos, skipsUnreadable: skips).write(to: path("out.h5"), overwrite: true) {
                seen.append(($0, $1))
            }
            XCTAssertEqual(seen.last?.done, seen.last?.total)
            XCTAssertEqual(seen.count, skips ? 4 : 2)
        }
    }

    // MARK: Images that differ

    func testSizesThatDifferAreRefusedWithTheFirstTwo() throws {
        try put("a/1.png", gray: 1)
        try put("a/2.png", gray: 1, width: 4, height: 2)
        try put("b/1.png", gray: 1, width: 5, height: 5)
        assertRefused(.wrongShape, "photos/a/2.png", "2x3 pixels (height x width) as in a/1.png", "2x4", "--size 2x3") {
            try self.load()
        }
        try assertNothingIsMade()
    }

    func testGrayAmongColorsIsRefusedWithTheFirstTwo() throws {
        try put("a/1.png", TestPNG(width: 1, height: 1, .rgb, [1, 2, 3]).bytes)
        try put("b/1.png", TestPNG(width: 1, height: 1, .gray, [9]).bytes)
        assertRefused(.wrongShape, "photos/b/1.png", "color (rgb) as in a/1.png", "found gray", "--color") {
            try self.load()
        }
        try assertNothingIsMade()
    }

    func testASizeThatNoImageCanHaveIsRefused() throws {
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        assertRefused(.invalidOption, "size", "70000x1") {
            try self.load { $0.size = ImageSize(height: 70_000, width: 1) }
        }
    }

    // MARK: Folders

    func testAClassWithoutFilesIsRefusedByName() throws {
        try put("a/1.png", gray: 1)
        try put("b/.hidden.png", gray: 1)
        assertRefused(.empty, "photos/b", "images of the class 'b'", "found no file", "Add some") { try self.load() }
        try put("b/1.png", [1, 2, 3])
        assertRefused(.empty, "photos/b", "none that can be read: b/1.png (neither PNG nor JPEG)") {
            try self.load { $0.skipsUnreadable = true }
        }
        try assertNothingIsMade()
    }

    func testFoldersOfSplitsAreRefusedWithAdvice() throws {
        try put("train/cats/1.png", gray: 1)
        try put("val/cats/1.png", gray: 1)
        assertRefused(.empty, "photos/train", "found no file", "import", "photos/train by itself") { try self.load() }
    }

    func testAFolderWithoutClassesIsRefused() throws {
        assertRefused(.empty, "photos", "a folder for each of two classes or more", "none") { try self.load() }
        try put("1.png", gray: 1)
        assertRefused(.empty, "none, and 1 other") { try self.load() }
        try put("cats/1.png", gray: 1)
        assertRefused(.empty, "'cats' alone") { try self.load() }
        assertRefused(.missingFile, "nowhere", "no such folder") { try self.load { $0.folder = self.path("nowhere") } }
        assertRefused(.missingFile, "1.png", "found a file") { try self.load { $0.folder += "/1.png" } }
    }

    func testLinksAreFollowedAndHiddenNamesPassedOver() throws {
        try put("image.png", gray: 8, in: "elsewhere")
        try put("a/1.png", gray: 1)
        try put(".git/1.png", gray: 2)
        try put("a/.DS_Store", [0])
        let files = FileManager.default
        try files.createSymbolicLink(atPath: photos + "/a/2.png", withDestinationPath: path("elsewhere/image.png"))
        try files.createSymbolicLink(atPath: photos + "/b", withDestinationPath: path("elsewhere"))
        let dataset = try load()
        XCTAssertEqual(dataset.classNames, ["a", "b"])
        XCTAssertEqual(bytes(dataset), [1, 8, 8].flatMap { [UInt8](repeating: $0, count: 6) })
    }

    // MARK: What cannot be read

    func testWhatCannotBeReadIsListedAndNothingIsMade() throws {
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        try put("b/cut.png", Array(TestPNG(width: 3, height: 2, gray: 3).bytes.dropLast(20)))
        try put("a/notes.txt", Array("notes".utf8))
        try put("b/empty.jpg", [])
        assertRefused(
            .unreadable, "photos: ", "3 of 5 entries", "a/notes.txt (neither PNG nor JPEG)",
            "b/cut.png (PNG that cannot be decoded: it ends early)", "b/empty.jpg (an empty file)", "--skip-unreadable"
        ) { try self.load() }
        try assertNothingIsMade()
    }

    func testWhatCannotBeReadIsLeftOutWhenAsked() throws {
        try put("a/0.png", [0xFF, 0xD8, 0xFF, 0xE0])
        try put("a/1.png", gray: 1)
        try put("b/cut.png", Array(TestPNG(width: 3, height: 2, gray: 3).bytes.dropLast()))
        try put("b/good.png", gray: 2)
        try put("README.md", Array("Photos".utf8))
        let outcome = try ImageImport(photos, skipsUnreadable: true).write(to: path("out.h5"))
        XCTAssertEqual(outcome.skipped.map(\.name), ["README.md", "a/0.png", "b/cut.png"])
        XCTAssertEqual(outcome.summary, "train: 2 samples of [2, 3, 1] uint8, targets [2] int64")
        let dataset = try Dataset.load(.file(path("out.h5")))
        XCTAssertEqual(dataset[.train]!.labels(), [0, 1])
        XCTAssertEqual(bytes(dataset), [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    }

    func testNamesThatLookTheSameAreTwo() throws {
        try put("a/\u{E9}.png", gray: 1)
        try put("a/e\u{301}.png", [1, 2])
        try put("b/1.png", gray: 2)
        let dataset = try load { $0.skipsUnreadable = true }
        XCTAssertEqual(dataset[.train]!.labels(), [0, 1])
    }

    func testOddEntriesAreListedAndNeverOpened() throws {
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        try put("b/more/2.png", gray: 1)
        XCTAssertEqual(mkfifo(photos + "/a/pipe.png", 0o600), 0)
        for (link, target) in [("a/zero.png", "/dev/zero"), ("b/gone.png", "nowhere"), ("b/self.png", "self.png")] {
            try FileManager.default.createSymbolicLink(atPath: "\(photos)/\(link)", withDestinationPath: target)
        }
        assertRefused(
            .unreadable, "5 of 7", "a/pipe.png (neither a file nor a folder)",
            "a/zero.png (neither a file nor a folder)",
            "b/gone.png (a link to nothing)", "b/more (a folder in a folder of images)",
            "b/self.png (Too many levels"
        ) { try self.load() }
        XCTAssertEqual(try load { $0.skipsUnreadable = true }[.train]!.count, 2)
    }

    func testLengthsThatAddUpToMoreThanANumberHoldsAreListed() throws {
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        let huge = "/dev/shm/lockstep-\(UUID().uuidString)"
        let descriptor = open(huge, O_CREAT | O_WRONLY, 0o600)
        defer {
            close(descriptor)
            unlink(huge)
        }
        try XCTSkipUnless(ftruncate(descriptor, .max) == 0, "no file system here has files this long")
        for link in ["a/2.png", "b/2.png"] {
            try FileManager.default.createSymbolicLink(atPath: "\(photos)/\(link)", withDestinationPath: huge)
        }
        assertRefused(.unreadable, "2 of 4", "a/2.png (\(Int.max) bytes, of at most") { try self.load() }
    }

    func testNamesThatAreNoTextAreListed() throws {
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        let name = Array((photos + "/a/").utf8) + [0xFF, 0x41, 0]
        let descriptor = name.withUnsafeBytes {
            open($0.bindMemory(to: CChar.self).baseAddress!, O_CREAT | O_WRONLY, 0o600)
        }
        XCTAssertGreaterThanOrEqual(descriptor, 0)
        close(descriptor)
        assertRefused(.unreadable, "1 of 3", "a/\u{FFFD}A (a name that is not UTF-8)") { try self.load() }
        // Foundation would not find it to remove it.
        _ = name.withUnsafeBytes { unlink($0.bindMemory(to: CChar.self).baseAddress!) }
    }

    func testAFileWithoutPermissionIsListed() throws {
        try XCTSkipIf(geteuid() == 0, "root may read everything")
        try put("a/1.png", gray: 1)
        try put("b/1.png", gray: 1)
        chmod(photos + "/b/1.png", 0)
        assertRefused(.unreadable, "1 of 2", "b/1.png (Permission denied)") { try self.load() }
    }

    func testALongListIsCut() throws {
        try put("a/1.png", gray: 1)
        for index in 0..<30 { try put("b/\(100 + index).png", [1]) }
        assertRefused(.unreadable, "30 of 31", "b/119.png", "and 10 more") { try self.load() }
    }

    func testImagesThatDifferDoNotHideWhatCannotBeRead() throws {
        try put("a/1.png", gray: 1)
        try put("a/2.png", [1])
        try put("b/1.png", gray: 1, width: 9)
        try put("b/2.png", [2])
        assertRefused(.unreadable, "2 of 4", "a/2.png", "b/2.png") { try self.load() }
        assertRefused(.wrongShape, "b/1.png") { try self.load { $0.skipsUnreadable = true } }
    }
}
