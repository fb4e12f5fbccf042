import Foundation
import XCTest

/// What the page on predictions shows is what happens.
final class PredictionsPageTests: CommandTestCase {
    func testItsCommandsPrintWhatItShows() throws {
        try FileManager.default.createSymbolicLink(
            atPath: path("datasets"), withDestinationPath: Self.sources + "/datasets")
        let parts = try Transcript(page: Self.sources + "/datasets/predictions.md").parts
        XCTAssertGreaterThan(parts.count, 10)
        for part in parts {
            switch part {
            case .file(let name, let text): try write(text, to: name)
            case .command(let command, let prints):
                let command = command.replacingOccurrences(of: "python3 ", with: "/usr/bin/python3 ")
                let outcome = try shell("exec 2>&1; lockstep() { \"$lockstep\" \"$@\"; }; \(command)")
                XCTAssertEqual(outcome.output, prints, command)
            }
        }
    }
}
