import Foundation
import XCTest

/// A test with a directory of its own.
class DirectoryTestCase: XCTestCase {
    private(set) var directory = ""

    override func setUpWithError() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: directory) }

    /// Names in it, in order.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
}
