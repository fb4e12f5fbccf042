import ImageWriting
import XCTest

@testable import Images

final class ImageOrientationTests: XCTestCase {
    /// What EXIF 2.32 says of a picture that is stored as `abc def`: the rows that a viewer shows.
    private static let upright = [
        1: "abc def", 2: "cba fed", 3: "fed cba", 4: "def abc", 5: "ad be cf", 6: "da eb fc", 7: "fc eb da",
        8: "cf be ad",
    ]

    /// A TIFF structure with a camera's name, the orientation, and something after it.
    private func exif(_ orientation: Int, type: Int = 3, count: Int = 1, bigEndian: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            let digits = (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) }
            return bigEndian ? digits.reversed() : digits
        }
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(count, 4) + value + [UInt8](repeating: 0, count: 4 - value.count)
        }
        let value = number(orientation, [1: 1, 3: 2, 4: 4][type] ?? 4)
        return (bigEndian ? [0x4D, 0x4D] : [0x49, 0x49]) + number(42, 2) + number(8, 4) + number(3, 2)
            + entry(0x010F, 2, 4, Array("abc\0".utf8)) + entry(0x0112, type, count, value)
            + entry(0x011A, 5, 1, number(50, 4)) + number(0, 4) + number(72, 4) + number(1, 4)
    }

    private func png(_ exif: [UInt8], color: Bool = false, isInterlaced: Bool = false) -> [UInt8] {
        let samples = color ? (1...6).flatMap { [$0 * 10, 200, $0] } : (1...6).map { $0 * 10 }
        var png = TestPNG(width: 3, height: 2, color ? .rgb : .gray, samples)
        png.isInterlaced = isInterlaced
        png.chunks = [("eXIf", exif)]
        return png.bytes
    }

    private func jpeg(_ exif: [UInt8], width: Int = 3, height: Int = 2, before: [UInt8] = []) -> [UInt8] {
        let jpeg = TestJPEG(width: width, height: height, channels: 1, [UInt8](repeating: 99, count: width * height))
        return [0xFF, 0xD8] + before + segment(Array("Exif\0\0".utf8) + exif) + jpeg.bytes.dropFirst(2)
    }

    private func segment(_ content: [UInt8]) -> [UInt8] {
        [0xFF, 0xE1, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 0xFF)] + content
    }

    func testAllEightAreUndone() throws {
        for (orientation, rows) in Self.upright {
            for bigEndian in [false, true] {
                for (color, isInterlaced) in [(false, false), (true, false), (true, true)] {
                    let data = exif(orientation, bigEndian: bigEndian)
                    let file = try ImageFile(png(data, color: color, isInterlaced: isInterlaced))
                    let decoded = try file.decode()
                    let lines = rows.split(separator: " ")
                    XCTAssertEqual(decoded.image.size, ImageSize(height: lines.count, width: lines[0].count))
                    XCTAssertEqual(file.size(), decoded.image.size)
                    let values = rows.utf8.filter { $0 != 0x20 }.map { Int($0) - 0x60 }
                    let expected = color ? values.flatMap { [$0 * 10, 200, $0] } : values.map { $0 * 10 }
                    XCTAssertEqual(decoded.image.pixels, expected.map { UInt8($0) }, "\(orientation)")
                    XCTAssertEqual(decoded.traits, orientation == 1 ? [] : [.turned])
                    let stored = try file.decode(ImageDecoding(turns: false))
                    XCTAssertEqual(stored.image.size, ImageSize(height: 2, width: 3))
                    XCTAssertEqual(stored.traits, [])
                }
            }
        }
    }

    func testJPEGIsTurnedToo() throws {
        for orientation in 1...8 {
            let file = try ImageFile(jpeg(exif(orientation)))
            XCTAssertEqual(file.orientation.rawValue, orientation)
            let size = orientation < 5 ? ImageSize(height: 2, width: 3) : ImageSize(height: 3, width: 2)
            XCTAssertEqual(try file.decode().image.size, size)
        }
        // Other segments, and bytes that fill, come before it.
        let before = segment(Array("http://ns.adobe.com/xap/1.0/\0".utf8)) + [0xFF, 0xFE, 0, 4, 1, 2, 0xFF, 0xFF]
        XCTAssertEqual(try ImageFile(jpeg(exif(6), before: before)).orientation, .onItsLeft)
    }

    func testWhatPhonesAndProgramsWriteIsRead() throws {
        for type in [1, 3, 4] {
            for bigEndian in [false, true] {
                let data = exif(8, type: type, bigEndian: bigEndian)
                XCTAssertEqual(try ImageFile(png(data)).orientation, .onItsRight, "type \(type)")
            }
        }
        // With the mark that only JPEG asks for.
        XCTAssertEqual(try ImageFile(png(Array("Exif\0\0".utf8) + exif(3))).orientation, .upsideDown)
        // After the pixels.
        var bytes = png([])
        bytes.insert(contentsOf: TestPNG.chunk("eXIf", exif(3)), at: bytes.count - 12)
        XCTAssertEqual(try ImageFile(bytes).orientation, .upright, "the first counts")
        bytes = TestPNG(width: 3, height: 2, gray: 1).bytes
        bytes.insert(contentsOf: TestPNG.chunk("eXIf", exif(3)), at: bytes.count - 12)
        XCTAssertEqual(try ImageFile(bytes).orientation, .upsideDown)
    }

    func testWhatMakesNoSenseIsUpright() throws {
        var data: [[UInt8]] = [0, 9, 255, 65535].map { exif($0) }
        data += [exif(6, type: 2), exif(6, type: 5), exif(6, type: 12), exif(6, type: 999), exif(6, count: 0)]
        data += [[], [0], Array("II*".utf8), Array("XX*\0".utf8) + exif(6).dropFirst(4)]
        // Directories beyond the end, at it, and in the header.
        for place in [0xFFFF_FFFF, 0x7FFF_FFFF, exif(6).count, exif(6).count - 1, 3] {
            data.append(
                Array(exif(6).prefix(4)) + (0..<4).map { UInt8(place >> (8 * $0) & 0xFF) } + exif(6).dropFirst(8))
        }
        for data in data {
            XCTAssertEqual(try ImageFile(png(data)).orientation, .upright, "\(data)")
            XCTAssertEqual(try ImageFile(jpeg(data)).orientation, .upright, "\(data)")
        }
    }

    func testHostileDataAreReadWithinTheirBounds() throws {
        for bigEndian in [false, true] {
            let data = exif(6, bigEndian: bigEndian)
            for count in 0...data.count {
                let orientation = ImageOrientation(notedIn: png(Array(data.prefix(count))), .png)
                // The entry is complete at byte 34, of which its value ends at 32.
                XCTAssertEqual(orientation, count >= 32 ? .onItsLeft : nil, "\(count) bytes")
            }
            for place in data.indices {
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                    var damaged = data
                    damaged[place] = value
                    _ = ImageOrientation(notedIn: png(damaged), .png)
                    _ = ImageOrientation(notedIn: jpeg(damaged), .jpeg)
                }
            }
        }
        for (bytes, format) in [(jpeg(exif(6)), ImageFile.Format.jpeg), (png(exif(6)), .png)] {
            for count in 0...bytes.count { _ = ImageOrientation(notedIn: Array(bytes.prefix(count)), format) }
            for place in bytes.indices {
                for value: UInt8 in [0, 0x7F, 0xFF] {
                    var damaged = bytes
                    damaged[place] = value
                    _ = ImageOrientation(notedIn: damaged, format)
                }
            }
        }
    }
}
