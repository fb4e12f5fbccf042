import Benchmarking
import XCTest

final class JSONLineTests: XCTestCase {
    func testKeysAreInAlphabeticalOrder() throws {
        let keys = (0..<20).map { "key\(10 + $0)" }
        let object = Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) })
        XCTAssertEqual(try jsonLine(object), "{" + keys.map { "\"\($0)\":1" }.joined(separator: ",") + "}")
    }

    func testItIsOneLineThatLeavesPathsLegible() throws {
        XCTAssertEqual(try jsonLine(["path": "runs/a\nb"]), #"{"path":"runs/a\nb"}"#)
    }

    func testNumbersThatJSONHasNotAreTexts() throws {
        XCTAssertEqual(try jsonLine([1.5, .infinity, -.infinity, .nan]), #"[1.5,"inf","-inf","nan"]"#)
    }
}
