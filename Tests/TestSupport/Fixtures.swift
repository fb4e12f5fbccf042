import Foundation
import XCTest

/// The path of a file of Tests/Fixtures. Fails the test where it is missing: a comparison that was not made did not
/// succeed.
package func fixture(_ name: String, file: StaticString = #filePath, line: UInt = #line) throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures/\(name)").standardizedFileURL.path
    guard FileManager.default.fileExists(atPath: path) else {
        let failure = MissingFixture(path: path)
        XCTFail(failure.description, file: file, line: line)
        throw failure
    }
    return path
}

/// A file that belongs to the repository is not there.
package struct MissingFixture: Error, CustomStringConvertible {
    package let path: String
    package var description: String { "\(path) is missing: restore it, or make it with make_traces.py beside it" }
}
