import ImageWriting
import XCTest

@testable import Images

final class ImageBackgroundTests: XCTestCase {
    private func decode(
        _ png: TestPNG, over background: ImageBackground?, as color: ImageColor? = nil
    ) throws -> DecodedImage {
        try ImageFile(png.bytes).decode(ImageDecoding(color: color, background: background))
    }

    func testColorsAreWhiteBlackOrHexadecimal() {
        XCTAssertEqual(ImageBackground("white"), .white)
        XCTAssertEqual(ImageBackground("black"), ImageBackground("#000000"))
        XCTAssertEqual(ImageBackground("20C0ff"), ImageBackground(red: 32, green: 192, blue: 255))
        for text in ["#20C0ff", "white", "#000001"] {
            XCTAssertEqual(ImageBackground(text).map { "\($0)" }, text.lowercased())
        }
        for text in ["", "#", "none", "#fff", "#12345g", "#1234567", "#+12345", "White", "##12345"] {
            XCTAssertNil(ImageBackground(text), text)
        }
    }

    func testTransparencyIsLaidOverTheColorAndRounded() throws {
        // (value · opacity + background · (255 − opacity)) / 255, to the nearest.
        let png = TestPNG(width: 5, height: 1, .grayWithAlpha, [10, 0, 10, 255, 10, 128, 200, 1, 0, 127])
        XCTAssertEqual(try decode(png, over: .white).image.pixels, [255, 10, 132, 255, 128])
        XCTAssertEqual(try decode(png, over: .black).image.pixels, [0, 10, 5, 1, 0])
        XCTAssertEqual(try decode(png, over: nil).image.pixels, [10, 10, 10, 200, 0])
        XCTAssertEqual(try decode(png, over: .white).traits, [.transparent])
        XCTAssertEqual(try decode(png, over: nil).traits, [])
        let rgb = TestPNG(width: 2, height: 1, .rgbWithAlpha, [255, 0, 100, 51, 1, 2, 3, 255])
        let blue = ImageBackground(red: 0, green: 10, blue: 250)
        XCTAssertEqual(try decode(rgb, over: blue).image.pixels, [51, 8, 220, 1, 2, 3])
    }

    func testEveryKindOfTransparencyCounts() throws {
        let palette: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80, 90]
        for isInterlaced in [false, true] {
            var png = TestPNG(width: 3, height: 1, .palette, [0, 1, 2])
            png.isInterlaced = isInterlaced
            png.chunks = [("PLTE", palette), ("tRNS", [0, 51])]
            XCTAssertEqual(
                try decode(png, over: .white).image.pixels, [255, 255, 255, 212, 214, 216, 70, 80, 90])
            png = TestPNG(width: 3, height: 1, .gray, [7, 9, 8])
            png.isInterlaced = isInterlaced
            png.chunks = [("tRNS", [0, 9])]
            XCTAssertEqual(try decode(png, over: .white).image.pixels, [7, 255, 8])
            png = TestPNG(width: 2, height: 1, .rgb, [1, 2, 3, 4, 5, 6])
            png.isInterlaced = isInterlaced
            png.chunks = [("tRNS", [0, 1, 0, 2, 0, 3])]
            XCTAssertEqual(try decode(png, over: .black).image.pixels, [0, 0, 0, 4, 5, 6])
            // Fewer bits and more: 1 of 1 is white; 16 bits have an opacity of 16 bits.
            png = TestPNG(width: 2, height: 1, .gray, [0, 1])
            (png.depth, png.isInterlaced, png.chunks) = (1, isInterlaced, [("tRNS", [0, 0])])
            XCTAssertEqual(try decode(png, over: .white).image.pixels, [255, 255])
            XCTAssertEqual(try decode(png, over: .black).image.pixels, [0, 255])
            png = TestPNG(width: 2, height: 1, .grayWithAlpha, [0, 32896, 65535, 0])
            (png.depth, png.isInterlaced) = (16, isInterlaced)
            XCTAssertEqual(try decode(png, over: .white).image.pixels, [127, 255])
            png = TestPNG(width: 2, height: 1, .gray, [0x1234, 0x1235])
            (png.depth, png.isInterlaced, png.chunks) = (16, isInterlaced, [("tRNS", [0x12, 0x34])])
            XCTAssertEqual(try decode(png, over: .white).image.pixels, [255, 0x12])
        }
    }

    func testGrayMayBeLaidOverAColorAndColorIsMadeGrayAfterwards() throws {
        let red = ImageBackground(red: 255, green: 0, blue: 0)
        let gray = TestPNG(width: 1, height: 1, .grayWithAlpha, [100, 51])
        XCTAssertEqual(try decode(gray, over: red, as: .rgb).image.pixels, [224, 20, 20])
        // The gray of red is 76.
        XCTAssertEqual(try decode(gray, over: red).image.pixels, [81])
        let color = TestPNG(width: 1, height: 1, .rgbWithAlpha, [0, 0, 255, 0])
        XCTAssertEqual(try decode(color, over: red, as: .gray).image.pixels, [76])
    }

    func testWhatIsOpaqueOrLostIsTold() throws {
        let shape = TestPNG(width: 2, height: 1, .grayWithAlpha, [0, 0, 0, 255])
        XCTAssertEqual(try decode(shape, over: .black).traits, [.transparent, .lost])
        XCTAssertEqual(try decode(shape, over: .white).traits, [.transparent])
        let white = TestPNG(width: 2, height: 1, .rgbWithAlpha, [255, 255, 255, 0, 255, 255, 255, 99])
        XCTAssertEqual(try decode(white, over: .white).traits, [.transparent, .lost])
        let opaque = TestPNG(width: 2, height: 1, .grayWithAlpha, [5, 255, 5, 255])
        XCTAssertEqual(try decode(opaque, over: .white).traits, [])
        let empty = TestPNG(width: 2, height: 1, .grayWithAlpha, [5, 0, 9, 0])
        XCTAssertEqual(try decode(empty, over: .white).traits, [.transparent])
    }

    func testTransparencyAndOrientationGoTogether() throws {
        var png = TestPNG(width: 2, height: 1, .grayWithAlpha, [1, 255, 2, 0])
        png.chunks = [("eXIf", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0])]
        let decoded = try decode(png, over: .white)
        XCTAssertEqual(
            decoded.image, RasterImage(size: ImageSize(height: 2, width: 1), color: .gray, pixels: [255, 1]))
        XCTAssertEqual(decoded.traits, [.turned, .transparent])
    }
}
