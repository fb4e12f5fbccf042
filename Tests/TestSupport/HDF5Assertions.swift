import HDF5
import XCTest

/// Passes if `body` throws an `HDF5Error` of that kind whose text contains every one of `words`.
package func assertThrows<R>(
    _ kind: HDF5Error.Kind, _ words: String..., file: StaticString = #filePath, line: UInt = #line,
    _ body: () throws -> R
) {
    do {
        _ = try body()
        XCTFail("expected an error of kind \(kind), found none", file: file, line: line)
    } catch let error as HDF5Error {
        XCTAssertEqual(error.kind, kind, "\(error)", file: file, line: line)
        for word in words where !error.description.contains(word) {
            XCTFail("'\(word)' is missing in: \(error)", file: file, line: line)
        }
    } catch {
        XCTFail("expected an HDF5Error, found \(error)", file: file, line: line)
    }
}

/// Opens a file, lends it, and closes it.
package func withFile<R>(_ path: String, _ body: (HDF5File) throws -> R) throws -> R {
    let file = try HDF5File(reading: path)
    let result = Result { try body(file) }
    try file.close()
    return try result.get()
}

/// Creates a file, lends it for writing, and closes it.
package func withNewFile<R>(_ path: String, _ body: (HDF5File) throws -> R) throws -> R {
    let file = try HDF5File(creating: path)
    let result = Result { try body(file) }
    try file.close()
    return try result.get()
}
