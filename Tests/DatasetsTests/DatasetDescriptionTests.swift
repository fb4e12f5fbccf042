import Datasets
import Foundation
import StrictCoding
import XCTest

final class DatasetDescriptionTests: XCTestCase {
    private func decode(_ json: String) throws -> DatasetDescription {
        try strictly { try JSONDecoder().decode([DatasetDescription].self, from: Data("[\(json)]".utf8))[0] }
    }

    private func assertRefused(_ json: String, _ words: String..., line: UInt = #line) {
        XCTAssertThrowsError(try decode(json), line: line) { error in
            for word in words where !"\(error)".contains(word) {
                XCTFail("'\(word)' is missing in: \(error)", line: line)
            }
        }
    }

    func testPlainTextIsAPath() throws {
        XCTAssertEqual(try decode(#""a.h5""#), DatasetDescription(path: "a.h5"))
    }

    func testAllKeysAreRead() throws {
        XCTAssertEqual(
            try decode(
                """
                {"path": "a.h5", "inputs": "images", "targets": "labels", "validationFraction": 0.1, "splitSeed": 3,
                 "normalization": "standardize", "targetKind": "values",
                 "train": {"inputs": "a/x", "targets": "a/y"}, "test": "b.h5"}
                """),
            DatasetDescription(
                path: "a.h5", inputs: "images", targets: "labels",
                splits: [
                    .train: SplitDescription(inputs: "a/x", targets: "a/y"), .test: SplitDescription(path: "b.h5"),
                ],
                validationFraction: 0.1, splitSeed: 3, normalization: .standardize, targetKind: .values))
        XCTAssertEqual(
            try decode(#"{"synthetic": {"inputs": [784], "classes": 10, "samples": 60000}}"#),
            DatasetDescription(synthetic: SyntheticDescription(inputs: [784], classes: 10, samples: 60000)))
        XCTAssertEqual(
            try decode(#"{"path": "a", "normalization": {"scale": 0.5, "offset": [1, 2]}}"#).normalization,
            .values(NormalizationValues(scale: [0.5], offset: [1, 2])))
        XCTAssertEqual(try decode(#"{"path": "a", "normalization": "none"}"#).normalization, .identity)
    }

    func testWhatIsEncodedDecodesToTheSame() throws {
        let descriptions = [
            DatasetDescription(path: "a.h5"),
            DatasetDescription(
                path: "a.h5", inputs: "i", targets: "t", validationFraction: 0.25, splitSeed: 9,
                normalization: .identity, targetKind: .classes),
            DatasetDescription(splits: [.train: SplitDescription(path: "x.h5", inputs: "a", targets: "b")]),
            DatasetDescription(
                path: "a", normalization: .values(NormalizationValues(mean: [1, 2], standardDeviation: [3]))),
            DatasetDescription(
                synthetic: SyntheticDescription(
                    inputs: [3, 2], classes: 4, samples: 5, validation: 6, test: 7, seed: 8)),
        ]
        let data = try JSONEncoder().encode(descriptions)
        XCTAssertEqual(try JSONDecoder().decode([DatasetDescription].self, from: data), descriptions)
    }

    func testPathAloneIsEncodedAsText() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        XCTAssertEqual(
            String(decoding: try encoder.encode([DatasetDescription(path: "d/a.h5")]), as: UTF8.self), #"["d/a.h5"]"#)
    }

    func testUnknownKeysAreRefusedWithTheNearest() {
        assertRefused(#"{"path": "a", "input": "x"}"#, "[0]: unknown key 'input'; did you mean 'inputs'?")
        assertRefused(#"{"synthetic": {"inputs": [1], "clases": 1}}"#, "[0].synthetic: unknown key 'clases'")
        assertRefused(#"{"path": "a", "normalization": "standardise"}"#, "did you mean 'standardize'?")
        assertRefused(#"{"path": "a", "normalization": {"scal": 1}}"#, "did you mean 'scale'?")
        assertRefused(#"{"path": "a", "test": {"inputs": "a", "target": "b"}}"#, "[0].test: unknown key 'target'")
    }

    func testWhatMakesNoSenseIsRefused() {
        assertRefused("{}", "expected the key 'path' or 'synthetic'")
        assertRefused(#"{"path": "a", "synthetic": {"inputs": [1], "classes": 2, "samples": 3}}"#, "has no path")
        assertRefused(#"{"train": {"inputs": "a", "targets": "b"}}"#, "the split 'train' has no path")
        assertRefused(#"{"path": "a", "train": {"targets": "b"}}"#, "'inputs' is missing")
        assertRefused(#"{"path": "a", "validationFraction": 1}"#, "below 1, found 1")
        assertRefused(#"{"path": "a", "validationFraction": 0.1, "validation": "b"}"#, "not both")
        assertRefused(#"{"synthetic": {"inputs": [], "classes": 2, "samples": 3}}"#, "shape such as [784]")
        assertRefused(#"{"synthetic": {"inputs": [1], "classes": 0, "samples": 3}}"#, "classes must be positive")
        assertRefused(#"{"synthetic": {"inputs": [1], "classes": 1, "samples": 0}}"#, "samples must be positive")
        assertRefused(
            #"{"synthetic": {"inputs": [1000000, 1000000, 1000000, 1000000], "classes": 1, "samples": 9}}"#, "terabyte")
        assertRefused(#"{"path": 5}"#, "[0].path: expected a text, found 5")
    }
}
