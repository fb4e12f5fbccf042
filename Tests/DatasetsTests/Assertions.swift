import Datasets
import Kernels
import XCTest

/// Passes if `body` throws a `DatasetError` of that kind whose text contains every one of `words`.
func assertRefused<R>(
    _ kind: DatasetError.Kind, _ words: String..., file: StaticString = #filePath, line: UInt = #line,
    _ body: () throws -> R
) {
    do {
        _ = try body()
        XCTFail("expected an error of kind \(kind), found none", file: file, line: line)
    } catch let error as DatasetError {
        XCTAssertEqual(error.kind, kind, "\(error)", file: file, line: line)
        for word in words where !error.description.contains(word) {
            XCTFail("'\(word)' is missing in: \(error)", file: file, line: line)
        }
    } catch {
        XCTFail("expected a DatasetError, found \(error)", file: file, line: line)
    }
}

extension SampleTable {
    /// The inputs of some samples as they reach a batch; all without `rows`.
    func batch(_ rows: [Int32]? = nil) -> [Float] {
        let rows = rows ?? (0..<Int32(count)).map { $0 }
        return guarded(rows.count * features) { output in
            rows.withUnsafeBufferPointer {
                gatherInputs($0.baseAddress!, count: rows.count, into: output, kernels: ReferenceKernels.self)
            }
        }
    }

    func labels(_ rows: [Int32]? = nil) -> [Int32] {
        let rows = rows ?? (0..<Int32(count)).map { $0 }
        var labels = [Int32](repeating: -1, count: rows.count)
        gatherLabels(rows, count: rows.count, into: &labels)
        return labels
    }

    func targetValues(width: Int = 1, _ rows: [Int32]? = nil) -> [Float] {
        let rows = rows ?? (0..<Int32(count)).map { $0 }
        return guarded(rows.count * width) { output in
            gatherTargets(rows, count: rows.count, into: output)
        }
    }

    /// Numbers that `body` writes between guards that must survive.
    private func guarded(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        var memory = [Float](repeating: .nan, count: count + 32)
        memory.withUnsafeMutableBufferPointer { body($0.baseAddress! + 16) }
        XCTAssert(memory[..<16].allSatisfy(\.isNaN) && memory[(16 + count)...].allSatisfy(\.isNaN), "written beyond")
        return Array(memory[16..<(16 + count)])
    }
}
