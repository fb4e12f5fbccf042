import Foundation
import StrictCoding
import XCTest
import Yams

final class StrictContainerTests: XCTestCase {
    func testUnknownKeyIsRefusedWithPathAndNearestName() {
        assertRefused(
            #"{"network": ["relu", "relu", {"linear": {"outputz": 512}}]}"#,
            "network[2].linear: unknown key 'outputz'; did you mean 'outputs'? Known keys: outputs, bias")
    }

    func testUnknownKeyAtTheRootHasNoPath() {
        assertRefused(
            #"{"netwrok": []}"#, "unknown key 'netwrok'; did you mean 'network'? Known keys: network")
    }

    func testUnknownKeyWithNothingCloseListsTheKnownKeys() {
        assertRefused(
            #"{"network": [], "purpose": 1}"#, "unknown key 'purpose'. Known keys: network")
    }

    func testListInPlaceOfMappingIsRefused() {
        assertRefused(#"["relu"]"#, "expected a mapping with keys among network, found a list")
    }

    func testMissingKeyIsNamed() {
        assertRefused(
            #"{"network": [{"linear": {"bias": true}}]}"#, "network[0].linear: the key 'outputs' is missing")
    }

    func testWrongTypeUnderAKeyNamesThePathAndTheValue() {
        assertRefused(
            #"{"network": [{"linear": {"outputs": "many"}}]}"#,
            "network[0].linear.outputs: expected a whole number, found 'many'")
        assertRefused(
            #"{"network": [{"linear": {"outputs": 1, "bias": [1]}}]}"#,
            "network[0].linear.bias: expected true or false, found a list")
        assertRefused(#"{"network": 3}"#, "network: expected a list, found 3")
    }

    func testWrongTypeReadByPlainDecodeNamesThePath() {
        let messages = [
            message { try strictly { try YAMLDecoder().decode([String: [Int]].self, from: "sizes: [1, x]") } },
            message {
                try strictly {
                    try JSONDecoder().decode([String: [Int]].self, from: Data(#"{"sizes": [1, "x"]}"#.utf8))
                }
            },
        ]
        XCTAssertEqual(
            messages, Array(repeating: "sizes[1]: expected a whole number, found another kind of value", count: 2))
    }

    func testNumberThatIsNotWholeIsRefused() {
        assertRefused(
            #"{"network": [{"linear": {"outputs": 1.5}}]}"#,
            "network[0].linear.outputs: expected a whole number, found 1.5")
        assertRefused(
            #"{"network": [{"linear": 1.5}]}"#,
            "network[0].linear: expected a whole number or a mapping, found 1.5")
    }

    func testShorthandOfTheWrongTypeSaysBothForms() {
        assertRefused(
            #"{"network": [{"linear": "many"}]}"#,
            "network[0].linear: expected a whole number or a mapping, found 'many'")
        assertRefused(
            #"{"network": [{"linear": [512]}]}"#,
            "network[0].linear: expected a whole number or a mapping, found a list")
    }

    func testErrorsOfAnotherKindPassThroughUnchanged() {
        struct Other: Error {}
        XCTAssertThrowsError(try strictly { throw Other() }) { XCTAssert($0 is Other) }
    }

    private func message<Value>(_ body: () throws -> Value) -> String {
        do { return "\(try body())" } catch { return "\(error)" }
    }
}
