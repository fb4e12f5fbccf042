import Foundation
import XCTest

/// Runs a Python script that may use `sys`, `h5py` and `np`, and returns what it prints. Arguments arrive in
/// `sys.argv`.
///
/// The interpreter is Debian's, which sees Debian's h5py. Without h5py the test fails, naming the package:
/// compatibility that was not tried is not compatibility. `expecting` is the exit status or signal that counts as
/// success.
@discardableResult
package func python(_ script: String, _ arguments: String..., expecting status: Int32 = 0) throws -> String {
    let missingModule: Int32 = 77
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    let preamble = """
        import sys
        try:
            import h5py, numpy as np
        except ImportError:
            sys.exit(\(missingModule))

        """
    process.arguments = ["-c", preamble + script] + arguments
    // Errors go to a file: two pipes read one after the other can block each other.
    let errorFile = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString).txt")
    try Data().write(to: errorFile)
    defer { try? FileManager.default.removeItem(at: errorFile) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errorFile)
    do {
        try process.run()
    } catch {
        throw PythonFailure(description: "cannot run /usr/bin/python3: apt-get install python3-h5py")
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == status else {
        if process.terminationStatus == missingModule {
            throw PythonFailure(description: "h5py is missing: apt-get install python3-h5py")
        }
        let errors = try String(contentsOf: errorFile, encoding: .utf8)
        throw PythonFailure(description: "Python ended with \(process.terminationStatus): \(errors)")
    }
    return text.trimmingCharacters(in: .newlines)
}

/// A script that did not end as expected.
package struct PythonFailure: Error, CustomStringConvertible {
    package let description: String
}
