import Foundation
import XCTest

/// Debian's Python, which sees Debian's h5py.
private let interpreter = "/usr/bin/python3"

/// Runs a Python script that may `import h5py, numpy as np` and returns what it prints. Arguments arrive in `sys.argv`.
///
/// Without h5py the test fails, naming the package: compatibility that was not tried is not compatibility.
@discardableResult
public func python(
    _ script: String, _ arguments: String..., file: StaticString = #filePath, line: UInt = #line
) throws -> String {
    let preamble = "import sys\ntry:\n    import h5py, numpy as np\nexcept ImportError:\n    sys.exit(77)\n"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = ["-c", preamble + script] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    do {
        try process.run()
    } catch {
        XCTFail("cannot run \(interpreter): apt-get install python3-h5py", file: file, line: line)
        throw error
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errorText = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return text.trimmingCharacters(in: .newlines)
    case 77: throw PythonFailure(message: "h5py is missing: apt-get install python3-h5py")
    default: throw PythonFailure(message: errorText)
    }
}

/// A script that ended with an error.
public struct PythonFailure: Error, CustomStringConvertible {
    public let message: String
    public var description: String { "Python: \(message)" }
}
