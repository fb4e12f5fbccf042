import Foundation
import StrictCoding
import XCTest
import Yams

final class TaggedTests: XCTestCase {
    func testBareNameShortFormAndLongFormAreAccepted() throws {
        let json = #"{"network": ["relu", {"linear": 512}, {"linear": {"outputs": 10, "bias": false}}]}"#
        let expected = Model(network: [.relu, .linear(outputs: 512, bias: true), .linear(outputs: 10, bias: false)])
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
    }

    func testBlockStyleOfTheREADMEIsAccepted() throws {
        let yaml = "network:\n  - relu\n  - linear: 512\n  - relu:\n"
        let model = try strictly { try YAMLDecoder().decode(Model.self, from: yaml) }
        XCTAssertEqual(model, Model(network: [.relu, .linear(outputs: 512, bias: true), .relu]))
    }

    func testNullValueIsNoValue() throws {
        XCTAssertEqual(
            try decodeBoth(#"{"network": [{"relu": null}]}"#),
            [Model(network: [.relu]), Model(network: [.relu])])
    }

    func testUnknownNameIsRefusedWithTheNearestName() {
        let expected = "network[1]: unknown layer 'liner'; did you mean 'linear'? Choose from: relu, linear"
        assertRefused(#"{"network": ["relu", {"liner": 512}]}"#, expected)
        assertRefused(#"{"network": ["relu", "liner"]}"#, expected)
    }

    func testTwoKeysAreRefused() {
        assertRefused(
            #"{"network": [{"linear": 512, "activation": "relu"}]}"#,
            "network[0]: expected one layer as {name: value}, found 2 keys: 'activation', 'linear'")
    }

    func testEmptyMappingIsRefused() {
        assertRefused(
            #"{"network": [{}]}"#, "network[0]: expected one layer as {name: value}, found an empty mapping")
    }

    func testListAndNothingAreRefused() {
        assertRefused(
            #"{"network": [["relu"]]}"#,
            "network[0]: expected one layer as a name or {name: value}, found a list. Choose from: relu, linear")
        assertRefused(
            #"{"network": [null]}"#,
            "network[0]: expected one layer as a name or {name: value}, found nothing. Choose from: relu, linear")
    }

    func testNameThatNeedsAValueSaysHowToWriteIt() {
        assertRefused(#"{"network": ["linear"]}"#, "network[0]: 'linear' needs a value: write {linear: …}")
    }

    func testNameThatTakesNoValueSaysSo() {
        assertRefused(#"{"network": [{"relu": 1}]}"#, "network[0]: 'relu' takes no value: write relu alone")
    }

    func testWhatIsEncodedDecodesToTheSame() throws {
        let model = Model(network: [.relu, .linear(outputs: 512, bias: false)])
        XCTAssertEqual(try YAMLDecoder().decode(Model.self, from: YAMLEncoder().encode(model)), model)
        XCTAssertEqual(try JSONDecoder().decode(Model.self, from: JSONEncoder().encode(model)), model)
    }

    func testEncodedFormsAreTheShortestOnes() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let model = Model(network: [.relu, .linear(outputs: 3, bias: true)])
        XCTAssertEqual(
            String(decoding: try encoder.encode(model), as: UTF8.self),
            #"{"network":["relu",{"linear":{"bias":true,"outputs":3}}]}"#)
    }
}
