import StrictCoding
import XCTest
import Yams

@testable import Batches

final class AugmentationTests: XCTestCase {
    private func read(_ yaml: String) throws -> Augmentation {
        try strictly { try YAMLDecoder().decode(Augmentation.self, from: yaml) }
    }

    func testEveryKeyIsReadAndWritten() throws {
        let yaml = "{shift: 4, horizontalFlip: 0.3, rotation: 7.5, cutout: 8, mixup: 0.2, fill: reflect}"
        let augmentation = try read(yaml)
        XCTAssertEqual(
            augmentation,
            Augmentation(shift: 4, horizontalFlip: 0.3, rotation: 7.5, cutout: 8, mixup: 0.2, fill: .reflect))
        XCTAssertEqual(try read(try YAMLEncoder().encode(augmentation)), augmentation)
        XCTAssertEqual(try read("{horizontalFlip: true}"), Augmentation(horizontalFlip: 0.5))
        XCTAssertEqual(try read("{horizontalFlip: false, shift: 1}"), Augmentation(shift: 1))
    }

    func testUnknownKeysAndNamesAreRefused() {
        for (yaml, word) in [
            ("{shfit: 4}", "did you mean 'shift'?"), ("{shift: 1, fill: wrap}", "fill"),
            ("{horizontalFlip: often}", "a probability, true or false"), ("{shift: 1.5}", "shift"),
        ] {
            XCTAssertThrowsError(try read(yaml)) { XCTAssertTrue("\($0)".contains(word), "\($0)") }
        }
    }

    func testAbsurdValuesAreNamed() {
        let cases: [(Augmentation, String)] = [
            (Augmentation(shift: 0), "shift"), (Augmentation(shift: -1), "shift"),
            (Augmentation(horizontalFlip: 0), "horizontalFlip"), (Augmentation(horizontalFlip: 1.1), "horizontalFlip"),
            (Augmentation(horizontalFlip: .nan), "horizontalFlip"), (Augmentation(rotation: 181), "rotation"),
            (Augmentation(rotation: -.infinity), "rotation"), (Augmentation(cutout: 0), "cutout"),
            (Augmentation(mixup: 0), "mixup"), (Augmentation(mixup: .nan), "mixup"),
            (Augmentation(mixup: 1e9), "mixup"),
            (Augmentation(cutout: 1, fill: .edge), "fill"),
        ]
        for (augmentation, key) in cases { XCTAssertEqual(augmentation.problem?.key, key, "\(augmentation)") }
        XCTAssertNil(Augmentation(shift: 1, horizontalFlip: 1, rotation: 180, cutout: 1, mixup: 1000).problem)
    }

    func testSamplesThatAreNoImagesCanBeMixedOnly() {
        for augmentation in [
            Augmentation(shift: 1), Augmentation(horizontalFlip: 1), Augmentation(rotation: 1), Augmentation(cutout: 1),
        ] {
            for shape in [[784], [2, 8, 8, 3]] {
                XCTAssertTrue(augmentation.problem(inputShape: shape)!.expected.contains("images"))
            }
            XCTAssertNil(augmentation.problem(inputShape: [8, 8]))
            XCTAssertNil(augmentation.problem(inputShape: [8, 8, 3]))
        }
        XCTAssertNil(Augmentation(mixup: 1).problem(inputShape: [784]))
    }

    func testWhatExceedsTheImageIsNamed() {
        XCTAssertEqual(Augmentation(shift: 8).problem(inputShape: [8, 9])?.key, "shift")
        XCTAssertNil(Augmentation(shift: 7).problem(inputShape: [8, 9]))
        XCTAssertEqual(Augmentation(cutout: 9).problem(inputShape: [9, 8, 1])?.key, "cutout")
        XCTAssertNil(Augmentation(cutout: 8).problem(inputShape: [9, 8, 1]))
    }
}
