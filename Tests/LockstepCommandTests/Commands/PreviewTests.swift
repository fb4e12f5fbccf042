import Foundation
import TestSupport
import XCTest

final class PreviewTests: CommandTestCase {
    private func isPNG(_ name: String) throws -> Bool {
        try Data(contentsOf: URL(fileURLWithPath: path(name))).starts(with: [0x89, 0x50, 0x4E, 0x47])
    }

    func testADataSetBecomesAPicture() throws {
        try TestData.write(path("data.h5"), features: [4, 4])
        let outcome = try lockstep("preview", "data.h5", "--output", "sheet.png", "--samples", "9")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.output, "sheet.png  9 samples of [4, 4], train, as they are\n")
        XCTAssertTrue(try isPNG("sheet.png"))
        assertFails(try lockstep("preview", "data.h5", "--output", "sheet.png"), "sheet.png", "exists")
        XCTAssertEqual(
            try lockstep("preview", "data.h5", "-o", "sheet.png", "--split", "test", "--overwrite").output,
            "sheet.png  10 samples of [4, 4], test, as they are\n")
    }

    func testAConfigurationIsShownAugmented() throws {
        try TestData.write(path("data.h5"), features: [4, 4, 3])
        try write(
            "{dataset: data.h5, network: [flatten, {linear: 3}], augmentation: {shift: 1, mixup: 0.2}}", to: "a.yaml")
        let outcome = try lockstep("preview", "a.yaml", "-o", "sheet.png", "--epoch", "3")
        XCTAssertEqual(outcome.output, "sheet.png  30 samples of [4, 4, 3], train, augmented\n", outcome.errors)
        XCTAssertTrue(try isPNG("sheet.png"))
    }

    func testWhatCannotBeShownIsNamedAndLeavesNothing() throws {
        try TestData.write(path("flat.h5"))
        try write(
            "{dataset: flat.h5, network: [{linear: 3}], augmentation: {cutout: 2}}", to: "flat.yaml")
        let before = try files()
        assertFails(try lockstep("preview", "flat.h5", "-o", "a.png"), "flat.h5", "x_train", "images")
        assertFails(try lockstep("preview", "flat.yaml", "-o", "a.png"), "flat.yaml", "augmentation.cutout", "images")
        assertFails(try lockstep("preview", "none.h5", "-o", "a.png"), "none.h5")
        assertFails(try lockstep("preview", "none.yaml", "-o", "a.png"), "none.yaml", "no such file")
        assertFails(try lockstep("preview", "flat.h5", "-o", "none/a.png"), "none")
        XCTAssertEqual(try files(), before)
    }
}
