import Foundation
import HDF5
import XCTest

/// A test that works with HDF5 files: it has a directory of its own, and fails if it leaves an HDF5 object open.
open class HDF5TestCase: XCTestCase {
    /// A new directory for each test, removed after it.
    package private(set) var directory = ""

    open override func setUpWithError() throws {
        try super.setUpWithError()
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("lockstep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        XCTAssertEqual(HDF5Library.openObjectCount, 0, "an earlier test left HDF5 objects open")
    }

    open override func tearDownWithError() throws {
        XCTAssertEqual(HDF5Library.openObjectCount, 0, "HDF5 objects are still open")
        try FileManager.default.removeItem(atPath: directory)
        try super.tearDownWithError()
    }

    /// Path of a file in the test's directory.
    package func path(_ name: String) -> String { "\(directory)/\(name)" }
}
