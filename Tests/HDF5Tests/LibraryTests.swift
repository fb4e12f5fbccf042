import Foundation
import HDF5
import TestSupport
import XCTest

final class LibraryTests: HDF5TestCase {
    func testThreadsReadWriteAndFailAtOnce() throws {
        let values = [Float](stride(from: 0, to: 4000, by: 1))
        try withNewFile(path("shared.h5")) { file in
            try file.root.write(
                "x", values, shape: [40, 100], storage: .chunked([4, 100], deflate: 1, fletcher32: true))
        }
        let shared = try HDF5File(reading: path("shared.h5"))
        let dataset = try shared.root.dataset("x")
        let paths = (0..<64).map { path("\($0).h5") }
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            failures.collect {
                let rows = index % 30..<index % 30 + 10
                guard
                    try dataset.read(rows: rows, as: Float.self)
                        == Array(values[rows.lowerBound * 100..<rows.upperBound * 100])
                else { return "wrong rows" }
                try withNewFile(paths[index]) { file in
                    try file.root.write("own", [index])
                    try file.root.attributes.set("name", "thread \(index)")
                }
                let own = try withFile(paths[index]) { file in
                    (try file.root.dataset("own").read(as: Int.self), try file.root.attributes.string("name"))
                }
                guard own.0 == [index], own.1 == "thread \(index)" else { return "wrong file" }
                // Each thread must see the error of its own call.
                do {
                    _ = try HDF5File(creating: "/nowhere/\(index).h5")
                    return "no error"
                } catch let error as HDF5Error {
                    return error.description.contains("/nowhere/\(index).h5") ? nil : "another's error: \(error)"
                }
            }
        }
        try shared.close()
        XCTAssertEqual(failures.all, [])
    }

    func testObjectsDroppedOnOtherThreadsAreClosed() throws {
        try withNewFile(path("a.h5")) { try $0.root.write("x", [1, 2, 3]) }
        let name = path("a.h5")
        DispatchQueue.concurrentPerform(iterations: 32) { _ in
            _ = try? HDF5File(reading: name).root.dataset("x").read(as: Int.self)
        }
        XCTAssertEqual(HDF5Library.openObjectCount, 0)
    }

    func testOpenObjectsAreCounted() throws {
        let file = try HDF5File(inMemory: "count")
        XCTAssertEqual(HDF5Library.openObjectCount, 1)
        let group = try file.root.createGroup("g")
        XCTAssertEqual(HDF5Library.openObjectCount, 2)
        try group.close()
        try file.close()
        XCTAssertEqual(HDF5Library.openObjectCount, 0)
    }

    /// The wrapper's whole safety rests on this: no call of the library goes unchecked or unlocked.
    func testEveryCallOfTheLibraryGoesThroughTheFunnel() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/HDF5")
        // The funnel itself, and calls that cannot fail: they release memory or are made where no error can be thrown.
        let exempt = [
            "HDF5Library.swift": [
                "H5Eset_auto2", "H5Eclear2", "H5Eget_num", "H5dont_atexit", "H5open",
                "H5PLset_loading_state", "H5get_libversion", "H5Fget_obj_count",
            ],
            "ErrorStack.swift": ["H5Ewalk2"],
            "ElementTypeIdentifiers.swift": ["H5Tget_member_name", "H5free_memory"],
        ]
        var calls = 0
        let paths = try XCTUnwrap(FileManager.default.subpaths(atPath: sources.path)).filter { $0.hasSuffix(".swift") }
        for path in paths {
            let name = URL(fileURLWithPath: path).lastPathComponent
            let lines = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() {
                for match in line.matches(of: #/\b(H5[A-Z]*[a-z]\w*)\(/#) {
                    let function = String(match.output.1)
                    guard exempt[name]?.contains(function) != true else { continue }
                    calls += 1
                    // `call(…) { H5…` on this line or the two before it, or the opening or closing of a handle.
                    let context = lines[max(0, index - 2)...index].joined(separator: " ")
                    let isFunneled = [".call(", "try call(", "with(", "let open", "closing:", "Handle("]
                        .contains { context.contains($0) }
                    XCTAssertTrue(isFunneled, "\(name):\(index + 1) calls \(function) outside the funnel")
                }
            }
        }
        XCTAssertGreaterThan(calls, 60)
    }
}

/// What went wrong on any thread.
private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var messages: [String] = []

    var all: [String] { lock.withLock { messages } }

    func collect(_ body: () throws -> String?) {
        do {
            if let message = try body() { lock.withLock { messages.append(message) } }
        } catch {
            lock.withLock { messages.append("\(error)") }
        }
    }
}
