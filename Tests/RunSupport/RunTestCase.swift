import Foundation
import TestSupport
import Training
import XCTest

/// A test that may make runs: after it, `verify` says of each that it is good, and of each that the test has damaged,
/// what is wrong.
open class RunTestCase: HDF5TestCase {
    /// By directory: what a verification has to say.
    private var damage: [String: [String]] = [:]

    /// Says that the test leaves a run damaged.
    ///
    /// - Parameters:
    ///   - run: its directory, relative to that of the test.
    ///   - words: what the problems that a verification finds have to contain.
    package func leavesDamaged(_ run: String, _ words: String...) { damage[run] = words }

    open override func tearDownWithError() throws {
        for run in runs() { verify(run, damage.removeValue(forKey: run)) }
        XCTAssertEqual(damage.keys.sorted(), [], "no such runs")
        try super.tearDownWithError()
    }

    private func verify(_ run: String, _ words: [String]?) {
        var problems: [String] = []
        FileVerifier().verify(path(run)) { file in problems += file.problems.map { "\(file.file): \($0)" } }
        let text = problems.joined(separator: "\n")
        guard let words else { return XCTAssertEqual(text, "", "of the run \(run)") }
        XCTAssertNotEqual(text, "", "the damaged run \(run) passes for a good one")
        for word in words where !text.contains(word) { XCTFail("'\(word)' is missing in: \(text)") }
    }

    /// Directories that are runs, relative to that of the test, down to `runs/digits-1` and its like.
    private func runs() -> [String] {
        var found: [String] = []
        func look(_ folder: String, _ depth: Int) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
            if names.contains("checkpoints") { found.append(folder) }
            guard depth > 0 else { return }
            for name in names where !name.hasPrefix(".") && name != "checkpoints" {
                look(folder.isEmpty ? name : "\(folder)/\(name)", depth - 1)
            }
        }
        look("", 2)
        return found
    }
}
