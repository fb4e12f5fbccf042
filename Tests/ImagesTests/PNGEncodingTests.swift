import Foundation
import Images
import TestSupport
import XCTest

final class PNGEncodingTests: HDF5TestCase {
    private var bitmap: Bitmap {
        var bitmap = Bitmap(width: 37, height: 5, color: Bitmap.Color(1, 2, 3))
        for x in 0..<37 { bitmap[x, x % 5] = Bitmap.Color(UInt8(x), UInt8(200 - x), 255) }
        return bitmap
    }

    private var pixels: [UInt8] {
        let bitmap = bitmap
        return (0..<5 * 37).flatMap { place -> [UInt8] in
            let color = bitmap[place % 37, place / 37]
            return [color.red, color.green, color.blue]
        }
    }

    func testWhatIsWrittenIsReadBackAndIsTheSameEveryTime() throws {
        let image = try ImageFile(bitmap.png).decode().image
        XCTAssertEqual(image, RasterImage(size: ImageSize(height: 5, width: 37), color: .rgb, pixels: pixels))
        XCTAssertEqual(bitmap.png, bitmap.png)
    }

    /// Every pixel, by a decoder of Python's zlib.
    func testOtherProgramsReadEveryPixel() throws {
        try Data(bitmap.png).write(to: URL(fileURLWithPath: path("a.png")))
        let found = try python(
            """
            import struct, zlib
            data = open(sys.argv[1], 'rb').read()
            assert data[:8] == bytes([137]) + b'PNG' + bytes([13, 10, 26, 10])
            place, kinds, body = 8, [], b''
            while place < len(data):
                size, kind = struct.unpack('>I4s', data[place:place + 8])
                content = data[place + 8:place + 8 + size]
                assert struct.unpack('>I', data[place + 8 + size:place + 12 + size])[0] == zlib.crc32(kind + content)
                kinds.append(kind.decode()); place += 12 + size
                if kind == b'IHDR': print(struct.unpack('>IIBBBBB', content))
                if kind == b'IDAT': body += zlib.decompress(content)
            rows = np.frombuffer(body, 'u1').reshape(5, 1 + 37 * 3)
            pixels = np.zeros((6, 38 * 3), int)
            for y, row in enumerate(rows, 1):
                for x, difference in enumerate(row[1:], 3):
                    left, above, corner = pixels[y, x - 3], pixels[y - 1, x], pixels[y - 1, x - 3]
                    paeth = min((left, above, corner), key=lambda value: abs(left + above - corner - value))
                    pixels[y, x] = (difference + [0, left, above, (left + above) // 2, paeth][row[0]]) % 256
            print(kinds[0], kinds[-1]); print(pixels[1:, 3:].astype('u1').tobytes().hex())
            """, path("a.png"))
        let hex = pixels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        XCTAssertEqual(found, "(37, 5, 8, 2, 0, 0, 0)\nIHDR IEND\n\(hex)")
    }
}
