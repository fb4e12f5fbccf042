import ImageWriting
import XCTest

@testable import Images

final class JPEGDecodingTests: XCTestCase {
    /// A smooth picture, which JPEG keeps well.
    private func picture(width: Int = 40, height: Int = 27, channels: Int = 3) -> TestJPEG {
        TestJPEG(
            width: width, height: height, channels: channels,
            (0..<width * height * channels).map { index in
                let (x, y) = (index / channels % width, index / channels / width)
                return UInt8([x * 250 / width, y * 250 / height, 200 - x, 90][index % channels])
            })
    }

    private func decode(_ jpeg: TestJPEG) throws -> RasterImage { try ImageFile(jpeg.bytes).decode().image }

    func testPixelsAreNearlyThoseThatWereWritten() throws {
        for (channels, color) in [(1, ImageColor.gray), (3, .rgb)] {
            var jpeg = picture(channels: channels)
            jpeg.quality = 100
            jpeg.isFullColor = true
            let file = try ImageFile(jpeg.bytes)
            XCTAssertEqual(file.format, .jpeg)
            XCTAssertEqual(file.storedSize, ImageSize(height: 27, width: 40))
            XCTAssertEqual(file.color, color)
            let image = try file.decode().image
            XCTAssertEqual(image.color, color)
            for (found, expected) in zip(image.pixels, jpeg.pixels) {
                XCTAssertLessThanOrEqual(abs(Int(found) - Int(expected)), 3)
            }
        }
    }

    /// They store the same numbers in another order or coding.
    func testProgressiveAndArithmeticCodingAndRestartsGiveTheSamePixels() throws {
        for channels in [1, 3] {
            let plain = try decode(picture(channels: channels))
            for (isProgressive, isArithmetic, restartRows) in [
                (true, false, 0), (false, true, 0), (true, true, 0), (false, false, 1), (true, false, 1),
            ] {
                var jpeg = picture(channels: channels)
                (jpeg.isProgressive, jpeg.isArithmetic, jpeg.restartRows) = (isProgressive, isArithmetic, restartRows)
                XCTAssertEqual(try decode(jpeg), plain, "\(isProgressive), \(isArithmetic), \(restartRows)")
            }
        }
    }

    func testWhatIsNeitherGrayNorInColorIsRefused() throws {
        XCTAssertThrowsError(try ImageFile(picture(channels: 2).bytes)) { error in
            XCTAssertTrue("\(error)".contains("neither gray nor in RGB"), "\(error)")
        }
    }

    /// Flat pictures, which keep their values. With Adobe's marker, which libjpeg writes, 255 is no ink; without it 0
    /// is.
    func testInksBecomeColors() throws {
        // 255 less black, less the share of it that the ink takes: rounded (255 - k) · (255 - c) / 255.
        for (inks, colors) in [
            ([255, 255, 255, 255], [255, 255, 255]), ([0, 255, 255, 255], [0, 255, 255]),
            ([200, 100, 50, 255], [200, 100, 50]), ([200, 100, 50, 128], [100, 50, 25]), ([9, 99, 199, 0], [0, 0, 0]),
        ] as [([UInt8], [UInt8])] {
            let pixels = (0..<64).flatMap { _ in inks }
            var jpeg = TestJPEG(width: 8, height: 8, channels: 4, pixels)
            jpeg.quality = 100
            let file = try ImageFile(jpeg.bytes)
            XCTAssertTrue(file.hasInks)
            XCTAssertEqual(file.color, .rgb)
            let decoded = try file.decode()
            XCTAssertEqual(decoded.traits, [.inks])
            for (index, value) in decoded.image.pixels.enumerated() {
                XCTAssertLessThanOrEqual(abs(Int(value) - Int(colors[index % 3])), 1, "\(inks)")
            }
            let marker = try XCTUnwrap(
                jpeg.bytes.indices.dropLast().first { jpeg.bytes[$0...].starts(with: [0xFF, 0xEE]) })
            var plain = jpeg.bytes
            plain.removeSubrange(marker..<marker + 16)
            let other = try ImageFile(plain).decode().image.pixels
            for (index, value) in other.enumerated() {
                let right = Double(255 - Int(inks[3])) * Double(255 - Int(inks[index % 3])) / 255
                XCTAssertLessThanOrEqual(abs(Double(value) - right), 1.5, "\(inks)")
            }
        }
    }

    func testEveryBeginningOfAFileIsRefused() throws {
        for isProgressive in [false, true] {
            for restartRows in [0, 1] {
                var jpeg = picture()
                (jpeg.isProgressive, jpeg.restartRows) = (isProgressive, restartRows)
                let bytes = jpeg.bytes
                for count in 0..<bytes.count {
                    XCTAssertThrowsError(try ImageFile(Array(bytes.prefix(count))).decode(), "\(count) bytes") {
                        XCTAssertTrue($0 is ImageError)
                    }
                }
            }
        }
    }

    func testWhatFollowsTheEndIsNotLookedAt() throws {
        var file = picture().bytes
        let image = try ImageFile(file).decode().image
        file += [0, 1, 2, 3, 0xFF, 0xD8]
        XCTAssertEqual(try ImageFile(file).decode().image, image)
    }

    func testEveryFlippedBitIsRefusedOrDecodes() throws {
        for isProgressive in [false, true] {
            var jpeg = picture(width: 17, height: 9)
            jpeg.isProgressive = isProgressive
            let bytes = jpeg.bytes
            var refused = 0
            for place in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[place / 8] ^= 1 << UInt8(place % 8)
                do { _ = try ImageFile(damaged).decode() } catch { refused += 1 }
            }
            // No checksums here: most pixels can be others without a trace.
            XCTAssertGreaterThan(refused, bytes.count / 4)
        }
    }

    func testFilesThatGoOverAllPixelsAgainAndAgainAreRefused() throws {
        var jpeg = picture()
        let plain = try decode(jpeg)
        jpeg.isSeparate = true
        let bytes = jpeg.bytes
        // The last scan, from its header to the marker of the end.
        let scan = try XCTUnwrap(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        func file(again count: Int) -> [UInt8] {
            bytes.dropLast(2) + repeatElement(bytes[scan..<bytes.count - 2], count: count).joined() + [0xFF, 0xD9]
        }
        XCTAssertEqual(try ImageFile(file(again: 0)).decode().image, plain)
        XCTAssertEqual(try ImageFile(file(again: 97)).decode().image, plain)
        XCTAssertThrowsError(try ImageFile(file(again: 98)).decode()) { error in
            XCTAssertTrue("\(error)".contains("too many scans"), "\(error)")
        }
    }

    func testImagesThatClaimTooMuchAreRefusedBeforeMemoryIsTaken() throws {
        var bytes = picture().bytes
        let frame = try XCTUnwrap(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        XCTAssertThrowsError(try ImageFile(bytes)) { error in
            XCTAssertEqual(error as? ImageError, .tooLarge(ImageSize(height: 65_500, width: 65_500)))
        }
    }
}
