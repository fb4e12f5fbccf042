import Foundation
import XCTest

@testable import LockstepCommand

final class FileTrialTests: XCTestCase {
    func testATrialThatEndedWellSaysNothing() {
        XCTAssertNil(FileTrial.problem(0))
    }

    func testATrialThatDidNotTakePlaceIsAnError() throws {
        for code: Int32 in [1, 127] {
            let problem = try XCTUnwrap(FileTrial.problem(code << 8))
            XCTAssertTrue(problem.hasSuffix("could not: it ended with exit code \(code)"), problem)
        }
    }

    func testASignalIsACrash() throws {
        XCTAssertTrue(try XCTUnwrap(FileTrial.problem(SIGSEGV)).contains("crashes on it (signal 11)"))
    }

    func testErrorsOfAConfigurationNameTheFileItIsFrom() throws {
        XCTAssertEqual(try Train.parse([]).configurationSource, "datasets/digits.yaml")
        XCTAssertEqual(try Train.parse(["--from", "x.h5"]).configurationSource, "x.h5")
        XCTAssertEqual(try Train.parse(["a.yaml", "--from", "x.h5"]).configurationSource, "a.yaml")
    }
}
