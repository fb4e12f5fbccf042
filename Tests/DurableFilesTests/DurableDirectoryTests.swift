import XCTest

@testable import DurableFiles

final class DurableDirectoryTests: DirectoryTestCase {
    private struct Failure: Error {}

    private func make(_ names: String..., text: String = "x") throws -> String {
        try DurableDirectory.create(names.map { directory + "/" + $0 }) { temporary in
            try text.write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
        }.path
    }

    func testItAppearsWithAllThatBelongsIntoIt() throws {
        XCTAssertEqual(
            try DurableDirectory.create([directory + "/run"]) { temporary in
                XCTAssertFalse(try names().contains("run"))
                try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
                return 7
            }.result, 7)
        XCTAssertEqual(try names(), ["run"])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory + "/run"), ["file"])
    }

    func testATakenNameStaysWhatItIs() throws {
        mkdir(directory + "/empty", 0o777)
        XCTAssertThrowsError(try make("empty")) { error in
            XCTAssertEqual(error as? DurableFileError, .exists(path: directory + "/empty"))
        }
        XCTAssertEqual(try names(), ["empty"])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory + "/empty"), [])
    }

    func testTheNextFreeNameIsTaken() throws {
        for _ in 1...3 { _ = try? make("run-1", "run-2", "run-3") }
        XCTAssertEqual(try names(), ["run-1", "run-2", "run-3"])
    }

    func testAnErrorLeavesNothing() throws {
        XCTAssertThrowsError(
            try DurableDirectory.create([directory + "/run"]) { temporary in
                try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
                throw Failure()
            }
        ) { XCTAssertTrue($0 is Failure) }
        XCTAssertEqual(try names(), [])
    }

    func testWhoIsToldToEndLeavesNothing() throws {
        XCTAssertThrowsError(
            try DurableDirectory.create([directory + "/run"]) { temporary in
                try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
                Temporaries.removeAll()
                XCTAssertEqual(try names(), [])
            })
        XCTAssertEqual(try names(), [])
    }

    func testItsOwnEntriesArePutOnTheDiskBeforeItGetsItsName() {
        XCTAssertThrowsError(
            try DurableDirectory.create([directory + "/run"]) { try FileManager.default.removeItem(atPath: $0) }
        ) { error in
            XCTAssertTrue("\(error)".contains("cannot put its content on the disk"), "\(error)")
        }
    }

    func testWhoIsToldToEndWhileItGetsItsNameLeavesItWhole() throws {
        let names = [directory + "/taken", directory + "/free"]
        mkdir(names[0], 0o777)
        var next = names.makeIterator()
        let made = try DurableDirectory.create(
            AnySequence(
                AnyIterator {
                    let name = next.next()
                    if name == names[1] { Temporaries.removeAll() }
                    return name
                })
        ) { try "x".write(toFile: $0 + "/file", atomically: false, encoding: .utf8) }
        XCTAssertEqual(made.path, names[1])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: names[1]), ["file"])
    }

    func testMissingDirectoriesAreMadeAndOthersLeftAlone() throws {
        for _ in 1...2 { try DurableDirectory.make(directory + "/a/b/") }
        XCTAssertEqual(try names(), ["a"])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory + "/a"), ["b"])
        try "x".write(toFile: directory + "/file", atomically: false, encoding: .utf8)
        XCTAssertThrowsError(try DurableDirectory.make(directory + "/file/c"))
    }

    func testLeftoversGoAndWhatSomebodyMakesStays() throws {
        let all = [".run.1a.tmp", ".run.2b.tmp", ".run.x y.tmp", ".run.tmp", ".other.1a.tmp", "run"]
        for name in all {
            try FileManager.default.createDirectory(
                atPath: directory + "/" + name + "/in", withIntermediateDirectories: true)
        }
        try "x".write(toFile: directory + "/.run.3c.tmp", atomically: false, encoding: .utf8)
        let lock = try DirectoryLock(directory + "/.run.2b.tmp")
        withExtendedLifetime(lock) { DurableDirectory.removeLeftovers(in: directory) { $0 == "run" } }
        XCTAssertEqual(try names(), (all.dropFirst() + [".run.3c.tmp"]).sorted())
    }

    func testADirectoryInTheMakingIsNoLeftover() throws {
        _ = try DurableDirectory.create([directory + "/run"]) { temporary in
            DurableDirectory.removeLeftovers(in: directory) { $0 == "run" }
            try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
        }
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory + "/run"), ["file"])
    }

    func testALockIsOfTheDirectoryThatHasTheName() throws {
        mkdir(directory + "/run", 0o777)
        let lock = try DirectoryLock(directory + "/run")
        XCTAssertThrowsError(try DirectoryLock(directory + "/run")) {
            guard case DirectoryLock.Failure.taken = $0 else { return XCTFail("\($0)") }
        }
        XCTAssertThrowsError(try DirectoryLock(directory + "/none")) {
            guard case DirectoryLock.Failure.gone = $0 else { return XCTFail("\($0)") }
        }
        withExtendedLifetime(lock) {}
    }

    func testLeftoversOfCertainFilesGo() throws {
        let all = [".log.txt.1a.tmp", ".workers.2b.tmp", "log.txt", "log.txt.tmp", ".log.txt.3c"]
        for name in all { try "x".write(toFile: directory + "/" + name, atomically: false, encoding: .utf8) }
        Temporaries.removeLeftovers(of: ["log.txt"], in: directory)
        XCTAssertEqual(try names(), all.dropFirst().sorted())
    }
}
