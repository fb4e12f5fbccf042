import Foundation
import HDF5
import TestSupport
import XCTest

@testable import LockstepCommand

final class FileTrialTests: HDF5TestCase {
    override func tearDownWithError() throws {
        HDF5Library.setTrial(nil)
        try super.tearDownWithError()
    }

    // MARK: A trial that fails

    /// What opening a good file throws if a program that runs these lines of shell tries it; nil if nothing.
    private func refusal(_ name: String, triedBy script: String) throws -> String? {
        let program = path("\(name).sh")
        try "#!/bin/bash\n\(script)\n".write(toFile: program, atomically: true, encoding: .utf8)
        XCTAssertEqual(chmod(program, 0o755), 0)
        try withNewFile(path("\(name).h5")) { try $0.root.write("x_train", [Float](repeating: 1, count: 6)) }
        FileTrial.begin(program: program)
        do {
            try withFile(path("\(name).h5")) { _ in }
            return nil
        } catch {
            return "\(error)"
        }
    }

    func testAFileWhoseTrialCrashesIsRefusedByName() throws {
        for signal in [SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL] {
            let text = try XCTUnwrap(refusal("crash-\(signal)", triedBy: "kill -\(signal) $$"))
            XCTAssertTrue(text.hasPrefix(path("crash-\(signal).h5")), text)
            XCTAssertTrue(text.contains("the HDF5 library crashes on it (signal \(signal))"), text)
        }
    }

    func testVerifyFailsForAFileWhoseTrialCrashes() throws {
        XCTAssertNotNil(try refusal("a", triedBy: "kill -SEGV $$"))
        let verify = try Verify.parse(["--json", path("a.h5")])
        XCTAssertThrowsError(try verify.run()) { XCTAssertEqual(Verify.exitCode(for: $0), .failure) }
        FileTrial.begin(program: "/bin/true")
        try withFile(path("a.h5")) { _ in }
    }

    func testAFileWhoseTrialRunsOutOfTimeIsRefusedByName() throws {
        let text = try XCTUnwrap(refusal("slow", triedBy: "kill -XCPU $$"))
        XCTAssertTrue(text.hasPrefix(path("slow.h5")), text)
        XCTAssertTrue(text.contains("more than the 5 seconds of processor time"), text)
    }

    func testAFileWhoseTrialIsEndedFromOutsideIsRefusedByName() throws {
        let text = try XCTUnwrap(refusal("killed", triedBy: "kill -KILL $$"))
        XCTAssertTrue(text.contains("killed.h5") && text.contains("was ended by signal 9"), text)
    }

    func testWhatATrialSaysOfAFileIsWhatIsWrongWithIt() throws {
        let text = try XCTUnwrap(refusal("said", triedBy: "printf '%s' \"$1 $2 is odd\""))
        XCTAssertTrue(text.contains("--try-file \(path("said.h5")) is odd"), text)
    }

    func testAFileIsRefusedIfNothingCanTryIt() throws {
        XCTAssertNil(try refusal("good", triedBy: "exit 0"))
        XCTAssertTrue(try XCTUnwrap(refusal("absent", triedBy: "exit 127")).contains("exit code 127"))
        try withNewFile(path("a.h5")) { _ in }
        FileTrial.begin(program: path("no program"))
        assertThrows(.refused, "a.h5", "no process could be started") { try HDF5File(reading: path("a.h5")) }
    }

    // MARK: What an end means

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
