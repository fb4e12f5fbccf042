import ImageWriting
import XCTest

@testable import Images

final class PNGDecodingTests: XCTestCase {
    /// Samples that all differ, as far as their bits allow.
    private func samples(_ count: Int, depth: Int = 8) -> [Int] { (0..<count).map { $0 * 37 & (1 << depth - 1) } }

    /// Without regard to transparency.
    private func decode(_ png: TestPNG) throws -> RasterImage {
        try ImageFile(png.bytes).decode(ImageDecoding(background: nil)).image
    }

    func testGrayAndColorKeepEveryByte() throws {
        for (kind, color) in [(TestPNG.Kind.gray, ImageColor.gray), (.rgb, .rgb)] {
            let png = TestPNG(width: 5, height: 3, kind, samples(15 * kind.channels))
            let file = try ImageFile(png.bytes)
            XCTAssertEqual(file.format, .png)
            XCTAssertEqual(file.storedSize, ImageSize(height: 3, width: 5))
            XCTAssertEqual(file.color, color)
            XCTAssertEqual(
                try file.decode().image,
                RasterImage(size: file.storedSize, color: color, pixels: png.samples.map { UInt8($0) }))
        }
    }

    func testFewerBitsAreStretched() throws {
        for depth in [1, 2, 4] {
            var png = TestPNG(width: 7, height: 3, .gray, samples(21, depth: depth))
            png.depth = depth
            let most = 1 << depth - 1
            XCTAssertEqual(try decode(png).pixels, png.samples.map { UInt8($0 * 255 / most) }, "\(depth) bits")
        }
    }

    func testSixteenBitsAreRounded() throws {
        let values = [0, 1, 127, 128, 129, 385, 386, 32767, 32768, 65535, 65406, 65407] + samples(48, depth: 16)
        for kind in [TestPNG.Kind.gray, .rgb] {
            var png = TestPNG(width: 60 / kind.channels, height: 1, kind, values)
            png.depth = 16
            XCTAssertEqual(try decode(png).pixels, values.map { UInt8((Double($0) / 257).rounded()) })
        }
    }

    func testPalettesAreResolved() throws {
        let palette = samples(3 * 16).map { UInt8($0) }
        for depth in [1, 2, 4, 8] {
            var png = TestPNG(width: 9, height: 2, .palette, samples(18, depth: min(depth, 4)))
            png.depth = depth
            png.chunks = [("PLTE", Array(palette.prefix(3 * min(16, 1 << depth)))), ("tRNS", [0, 100])]
            let image = try decode(png)
            XCTAssertEqual(image.color, .rgb)
            XCTAssertEqual(image.pixels, png.samples.flatMap { palette[(3 * $0)..<(3 * $0 + 3)] }, "\(depth) bits")
        }
    }

    func testAlphaIsLeftOutWithoutABackground() throws {
        for (kind, kept) in [(TestPNG.Kind.grayWithAlpha, 1), (.rgbWithAlpha, 3)] {
            for depth in [8, 16] {
                var png = TestPNG(width: 4, height: 3, kind, samples(12 * kind.channels).map { $0 << (depth - 8) })
                png.depth = depth
                let colors = png.samples.enumerated().filter { $0.offset % kind.channels < kept }.map(\.element)
                let expected = colors.map { depth == 8 ? UInt8($0) : UInt8((Double($0) / 257).rounded()) }
                XCTAssertEqual(try decode(png).pixels, expected)
            }
        }
        var png = TestPNG(width: 2, height: 1, .gray, [7, 9])
        png.chunks = [("tRNS", [0, 7])]
        XCTAssertEqual(try decode(png).pixels, [7, 9])
        XCTAssertEqual(try decode(png).color, .gray)
    }

    func testInterlacedImagesAreTheSame() throws {
        for (kind, depth) in [(TestPNG.Kind.gray, 1), (.gray, 8), (.rgb, 16), (.rgbWithAlpha, 8)] {
            for (width, height) in [(1, 1), (3, 2), (8, 8), (9, 13), (17, 5)] {
                var png = TestPNG(
                    width: width, height: height, kind, samples(width * height * kind.channels, depth: depth))
                png.depth = depth
                let plain = try decode(png)
                png.isInterlaced = true
                XCTAssertEqual(try decode(png), plain, "\(kind), \(depth) bits, \(height)x\(width)")
            }
        }
    }

    func testGammaAndProfilesAreNotLookedAt() throws {
        var png = TestPNG(width: 2, height: 2, .gray, [10, 60, 120, 250])
        png.chunks = [("gAMA", TestPNG.bigEndian(100_000)), ("sRGB", [0]), ("tEXt", Array("Title\0Text".utf8))]
        XCTAssertEqual(try decode(png).pixels, [10, 60, 120, 250])
    }

    func testEveryBeginningOfAFileIsRefused() throws {
        for isInterlaced in [false, true] {
            var png = TestPNG(width: 9, height: 6, .rgb, samples(9 * 6 * 3))
            png.isInterlaced = isInterlaced
            let bytes = png.bytes
            for count in 0..<bytes.count {
                XCTAssertThrowsError(try ImageFile(Array(bytes.prefix(count))).decode(), "\(count) bytes") { error in
                    XCTAssertTrue(error is ImageError)
                    XCTAssertLessThan("\(error)".count, 200)
                }
            }
        }
    }

    func testEveryFlippedBitIsRefusedOrDecodes() throws {
        var png = TestPNG(width: 9, height: 6, .palette, samples(54, depth: 4))
        png.chunks = [("PLTE", samples(48).map { UInt8($0) }), ("tRNS", [1, 2, 3])]
        png.isInterlaced = true
        let bytes = png.bytes
        var refused = 0
        for place in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[place / 8] ^= 1 << UInt8(place % 8)
            do { _ = try ImageFile(damaged).decode() } catch { refused += 1 }
        }
        // Checksums see to it, but for chunks that no pixel depends on: tRNS, and capital letters in its name.
        XCTAssertGreaterThan(refused, bytes.count * 8 * 3 / 4)
        XCTAssertLessThan(refused, bytes.count * 8)
    }

    /// With a checksum that is right, damage gets past it.
    func testPixelsThatDoNotFitTheHeaderAreRefused() throws {
        func file(width: Int, height: Int, _ rest: [UInt8], _ data: [UInt8]) -> [UInt8] {
            TestPNG.signature
                + TestPNG.chunk("IHDR", TestPNG.bigEndian(width) + TestPNG.bigEndian(height) + rest)
                + TestPNG.chunk("IDAT", data) + TestPNG.chunk("IEND", [])
        }
        let rows = TestPNG.compressed([UInt8](repeating: 0, count: 20))
        _ = try ImageFile(file(width: 4, height: 4, [8, 0, 0, 0, 0], rows)).decode()
        for (width, height, rest) in [
            (4, 5, [8, 0, 0, 0, 0] as [UInt8]), (5, 4, [8, 0, 0, 0, 0]), (4, 4, [16, 0, 0, 0, 0]),
            (4, 4, [8, 2, 0, 0, 0]), (4, 4, [8, 3, 0, 0, 0]), (4, 4, [7, 0, 0, 0, 0]), (4, 4, [8, 1, 0, 0, 0]),
            (4, 4, [8, 0, 1, 0, 0]), (4, 4, [8, 0, 0, 0, 2]), (0, 4, [8, 0, 0, 0, 0]),
        ] {
            XCTAssertThrowsError(try ImageFile(file(width: width, height: height, rest, rows)).decode(), "\(rest)")
        }
        XCTAssertThrowsError(try ImageFile(file(width: 4, height: 4, [8, 0, 0, 0, 0], [1, 2, 3])).decode())
    }

    func testImagesThatClaimTooMuchAreRefusedBeforeMemoryIsTaken() throws {
        for (width, height) in [(65_535, 1025), (65_536, 1), (1, 70_000), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
            var bytes = TestPNG(width: 1, height: 1, gray: 0).bytes
            let header = TestPNG.bigEndian(width) + TestPNG.bigEndian(height) + [8, 0, 0, 0, 0]
            bytes.replaceSubrange(8..<33, with: TestPNG.chunk("IHDR", header))
            XCTAssertThrowsError(try ImageFile(bytes)) { error in
                XCTAssertEqual(error as? ImageError, .tooLarge(ImageSize(height: height, width: width)))
            }
        }
    }
}
