import Foundation
import StrictCoding
import XCTest
import Yams

/// The value read from the same document as YAML and as JSON (YAML contains JSON).
func decodeBoth<Value: Decodable>(_ json: String, as type: Value.Type = Value.self) throws -> [Value] {
    [
        try strictly { try YAMLDecoder().decode(type, from: json) },
        try strictly { try JSONDecoder().decode(type, from: Data(json.utf8)) },
    ]
}

/// Passes if writing and reading a value gives it back, as YAML and as JSON.
func assertRoundTrips<Value: Codable & Equatable>(
    _ value: Value, file: StaticString = #filePath, line: UInt = #line
) throws {
    let yaml = try YAMLEncoder().encode(value)
    XCTAssertEqual(
        try strictly { try YAMLDecoder().decode(Value.self, from: yaml) }, value, yaml, file: file, line: line)
    let json = try JSONEncoder().encode(value)
    XCTAssertEqual(
        try strictly { try JSONDecoder().decode(Value.self, from: json) }, value, String(decoding: json, as: UTF8.self),
        file: file, line: line)
}

/// Passes if reading the document fails with that message, as YAML and as JSON.
func assertRefused<Value: Decodable>(
    _ json: String, as type: Value.Type, _ message: String, file: StaticString = #filePath, line: UInt = #line
) {
    XCTAssertThrowsError(try strictly { try YAMLDecoder().decode(type, from: json) }, "YAML", file: file, line: line) {
        XCTAssertEqual("\($0)", message, "YAML", file: file, line: line)
    }
    XCTAssertThrowsError(
        try strictly { try JSONDecoder().decode(type, from: Data(json.utf8)) }, "JSON", file: file, line: line
    ) { XCTAssertEqual("\($0)", message, "JSON", file: file, line: line) }
}
