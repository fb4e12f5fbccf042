import Foundation
import XCTest

@testable import LockstepCommand

final class FileTrialTests: XCTestCase {
    func testATrialThatEndedWellSaysNothing() {
        XCTAssertNil(FileTrial.problem(0, size: 0))
    }

    func testATrialThatDidNotTakePlaceIsAnError() throws {
        for code: Int32 in [1, 127] {
            let problem = try XCTUnwrap(FileTrial.problem(code << 8, size: 0))
            XCTAssertTrue(problem.hasSuffix("could not: it ended with exit code \(code)"), problem)
        }
    }

    func testASignalIsACrash() throws {
        XCTAssertTrue(try XCTUnwrap(FileTrial.problem(SIGSEGV, size: 0)).contains("crashes on it (signal 11)"))
    }

    func testALargerFileIsGivenMoreTime() {
        XCTAssertEqual(FileTrial.mostSeconds(size: 4096), 5)
        XCTAssertEqual(FileTrial.mostSeconds(size: 10 << 20), 45)
        XCTAssertEqual(FileTrial.mostSeconds(size: 1 << 40), 600)
    }

    func testAFileThatTakesTooLongIsNotSaidToBeMadeToDoHarm() throws {
        let problem = try XCTUnwrap(FileTrial.problem(SIGXCPU, size: 1 << 20))
        XCTAssertTrue(problem.contains("more than the 9 seconds of processor time that a file of 1.0 MiB"), problem)
        XCTAssertFalse(problem.contains("harm"), problem)
    }

    func testErrorsOfAConfigurationNameTheFileItIsFrom() throws {
        XCTAssertEqual(try Train.parse([]).configurationSource, "datasets/digits.yaml")
        XCTAssertEqual(try Train.parse(["--from", "x.h5"]).configurationSource, "x.h5")
        XCTAssertEqual(try Train.parse(["a.yaml", "--from", "x.h5"]).configurationSource, "a.yaml")
    }
}
