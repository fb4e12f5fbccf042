import Foundation
import HDF5
import ImageWriting
import TestSupport
import XCTest

/// What pictures look like in a viewer is what they look like in a data set, and what was done for that is said.
final class ImportImagesTests: CommandTestCase {
    private func put(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: path("photos/\(name)"))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func exif(_ orientation: UInt8) -> [UInt8] {
        [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
    }

    private func png(_ samples: [Int], width: Int, height: Int, orientation: UInt8) -> [UInt8] {
        var png = TestPNG(width: width, height: height, .gray, samples)
        png.chunks = [("eXIf", exif(orientation))]
        return png.bytes
    }

    private func pixels(_ name: String = "photos.h5") throws -> [UInt8] {
        var pixels: [UInt8] = []
        try withFile(path(name)) { pixels = try $0.root.dataset("x_train").read(as: UInt8.self) }
        return pixels
    }

    func testPicturesAreTurnedAndTheirSizesAreThoseOfAViewer() throws {
        // The same picture, 3 wide and 2 high, as four phones have stored it.
        try put("a/1.png", png([1, 2, 3, 4, 5, 6], width: 3, height: 2, orientation: 1))
        try put("a/2.png", png([3, 6, 2, 5, 1, 4], width: 2, height: 3, orientation: 6))
        try put("b/1.png", png([6, 5, 4, 3, 2, 1], width: 3, height: 2, orientation: 3))
        try put("b/2.png", png([4, 1, 5, 2, 6, 3], width: 2, height: 3, orientation: 8))
        let outcome = try lockstep("import", "images", "photos", "-o", "photos.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(
            outcome.lines,
            [
                "photos.h5", "  train: 4 samples of [2, 3, 1] uint8, targets [4] int64",
                "  3 images turned as EXIF data says (as stored: --keep-orientation)",
            ])
        XCTAssertEqual(try pixels(), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
        // As stored, they differ in size, and the message leads back.
        let stored = try lockstep("import", "images", "photos", "--keep-orientation", "-o", "s.h5")
        assertFails(stored, "photos/a/2.png", "expected 2x3 pixels", "found 3x2", "leave out --keep-orientation")
        let square = try lockstep("import", "images", "photos", "--keep-orientation", "--size", "3", "-o", "s.h5")
        XCTAssertEqual(square.lines.count, 2, square.output)
        // Turned first, then stretched.
        XCTAssertEqual(try lockstep("import", "images", "photos", "--size", "2x3", "-o", "t.h5").status, 0)
        XCTAssertEqual(try pixels("t.h5"), try pixels())
    }

    func testTransparencyIsLaidOverAColorThatIsSaid() throws {
        // Black shapes: what differs is what is transparent.
        let shapes = (0..<4).map { shape in (0..<4).flatMap { [0, $0 == shape ? 255 : 0] } }
        for (index, shape) in shapes.enumerated() {
            try put(
                "\(index % 2 == 0 ? "a" : "b")/\(index).png", TestPNG(width: 2, height: 2, .grayWithAlpha, shape).bytes)
        }
        let outcome = try lockstep("import", "images", "photos", "-o", "photos.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(
            outcome.lines.last, "  4 images with transparency laid over white (another color: --background black)")
        XCTAssertEqual(
            try pixels(), [0, 255, 255, 255, 255, 255, 0, 255, 255, 0, 255, 255, 255, 255, 255, 0])
        let black = try lockstep("import", "images", "photos", "--background", "black", "-o", "b.h5")
        XCTAssertEqual(
            black.lines.dropFirst(2),
            [
                "  4 images with transparency laid over black (another color: --background white)",
                "  4 images of one color after that: nothing is left to see over black, take another --background",
            ])
        XCTAssertEqual(Set(try pixels("b.h5")), [0])
        let none = try lockstep("import", "images", "photos", "--background", "none", "-o", "n.h5")
        XCTAssertEqual(none.lines.count, 2, none.output)
        let blue = try lockstep(
            "import", "images", "photos", "--background", "#0000ff", "--color", "rgb", "-o", "c.h5")
        XCTAssertTrue(blue.output.contains("laid over #0000ff"), blue.output)
        XCTAssertEqual(Array(try pixels("c.h5").prefix(6)), [0, 0, 0, 0, 0, 255])
        XCTAssertEqual(
            try lockstep("import", "images", "photos", "--background", "pink", "-o", "p.h5").status, 64)
    }

    func testInksAreSaid() throws {
        try put("a/1.jpg", TestJPEG(width: 2, height: 2, channels: 4, [UInt8](repeating: 255, count: 16)).bytes)
        try put("b/1.png", TestPNG(width: 2, height: 2, .rgb, [Int](repeating: 0, count: 12)).bytes)
        let outcome = try lockstep("import", "images", "photos", "-o", "photos.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.lines.last, "  1 image in inks (CMYK) converted to rgb without regard to a profile")
    }
}
