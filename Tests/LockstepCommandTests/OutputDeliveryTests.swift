import Foundation
import XCTest

/// Results that do not arrive are an error, also at the last byte.
final class OutputDeliveryTests: CommandTestCase {
    func testAFullDiskUnderTheResultsIsAnErrorOfEveryCommand() throws {
        try TestData.write(path("data.h5"))
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nbatchSize: 10\nepochs: 1\n", to: "run.yaml")
        XCTAssertEqual(try lockstep("train", "run.yaml", "--run", "run", "--quiet").status, 0)
        let best = "run/checkpoints/best.h5"
        for command in [
            "evaluate \(best)", "evaluate \(best) --json", "inspect \(best)", "inspect data.h5", "fingerprint \(best)",
            "verify run", "verify --json data.h5", "diff \(best) \(best)", "train run.yaml --run again --quiet",
            "resume run --quiet", "convert data.h5 --output converted.h5", "--help", "--version", "train --help",
        ] {
            let full = try shell("$lockstep \(command) > /dev/full")
            XCTAssertEqual(full.status, 1, "\(command): \(full.errors)")
            XCTAssertTrue(
                full.errors.hasSuffix(
                    "lockstep: standard output: cannot write all results: No space left on device\n"),
                "\(command): \(full.errors)")
        }
        // What was made is there.
        XCTAssertEqual(try lockstep("verify", "again", "converted.h5").status, 0)
    }

    func testResultsThatAreLongerThanABufferAreNoticedToo() throws {
        try TestData.write(path("data.h5")) { file in
            for index in 0..<2000 { try file.root.write("some-object-\(index)", [UInt8(1)], shape: [1]) }
        }
        let full = try shell("$lockstep inspect data.h5 > /dev/full")
        XCTAssertEqual(full.status, 1)
        XCTAssertTrue(full.errors.contains("standard output: cannot write all results"), full.errors)
    }

    func testAReaderThatIsGoneIsAnErrorAfterTrainingAndTheRunIsWhole() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try shell("$lockstep train small.yaml --run run --quiet 2> errors | true; exit ${PIPESTATUS[0]}")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(try String(contentsOfFile: path("errors"), encoding: .utf8).contains("Broken pipe"))
        XCTAssertEqual(try lockstep("verify", "run").status, 0)
    }

    func testWhatIsDeliveredEndsWithZero() throws {
        XCTAssertEqual(try lockstep("--version").status, 0)
        XCTAssertEqual(try lockstep("train", "--help").output.isEmpty, false)
    }
}
