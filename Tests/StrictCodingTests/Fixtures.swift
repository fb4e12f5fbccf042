import Foundation
import StrictCoding
import XCTest
import Yams

/// A layer as the program will write one: bare, short, or long.
enum Layer: Codable, Equatable {
    case relu
    case linear(outputs: Int, bias: Bool)

    enum LinearKeys: String, CodingKey, CaseIterable { case outputs, bias }

    struct Linear: Codable, Equatable {
        var outputs: Int
        var bias = true

        init(from decoder: any Decoder) throws {
            if let outputs = try decoder.shorthand(Int.self) {
                self.outputs = outputs
                return
            }
            let container = try decoder.strictContainer(keyedBy: LinearKeys.self)
            outputs = try container.value(Int.self, forKey: .outputs)
            bias = try container.valueIfPresent(Bool.self, forKey: .bias) ?? true
        }

        init(outputs: Int, bias: Bool) {
            self.outputs = outputs
            self.bias = bias
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: LinearKeys.self)
            try container.encode(outputs, forKey: .outputs)
            try container.encode(bias, forKey: .bias)
        }
    }

    init(from decoder: any Decoder) throws {
        let tagged = try decoder.tagged("layer", among: ["relu", "linear"])
        switch tagged.name {
        case "relu":
            try tagged.refuseValue()
            self = .relu
        default:
            let linear = try tagged.value(Linear.self)
            self = .linear(outputs: linear.outputs, bias: linear.bias)
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .relu: try encoder.encodeTagged("relu")
        case .linear(let outputs, let bias):
            try encoder.encodeTagged("linear", Linear(outputs: outputs, bias: bias))
        }
    }
}

struct Model: Codable, Equatable {
    var network: [Layer]

    enum CodingKeys: String, CodingKey, CaseIterable { case network }

    init(network: [Layer]) { self.network = network }

    init(from decoder: any Decoder) throws {
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
        network = try container.value([Layer].self, forKey: .network)
    }
}

/// Decodes the same document with both decoders: YAML 1.2 contains JSON.
func decodeBoth(_ json: String) throws -> [Model] {
    [
        try strictly { try YAMLDecoder().decode(Model.self, from: json) },
        try strictly { try JSONDecoder().decode(Model.self, from: Data(json.utf8)) },
    ]
}

/// The messages of both decoders for a document that both must refuse.
func refusals(_ json: String, file: StaticString = #filePath, line: UInt = #line) -> [String] {
    let attempts: [() throws -> Model] = [
        { try strictly { try YAMLDecoder().decode(Model.self, from: json) } },
        { try strictly { try JSONDecoder().decode(Model.self, from: Data(json.utf8)) } },
    ]
    return attempts.map { attempt in
        do {
            let model = try attempt()
            XCTFail("accepted as \(model)", file: file, line: line)
            return ""
        } catch {
            XCTAssert(error is StrictCodingError, "\(type(of: error)): \(error)", file: file, line: line)
            return "\(error)"
        }
    }
}

func assertRefused(
    _ json: String, _ expected: String, file: StaticString = #filePath, line: UInt = #line
) {
    for message in refusals(json, file: file, line: line) {
        XCTAssertEqual(message, expected, file: file, line: line)
    }
}
