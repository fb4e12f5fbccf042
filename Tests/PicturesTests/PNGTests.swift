import Foundation
import TestSupport
import XCTest

@testable import Pictures

/// What other programs read: every pixel, by a decoder of Python's zlib.
final class PNGTests: HDF5TestCase {
    func testOtherProgramsReadEveryPixel() throws {
        var bitmap = Bitmap(width: 37, height: 5, color: Bitmap.Color(1, 2, 3))
        for x in 0..<37 { bitmap[x, x % 5] = Bitmap.Color(UInt8(x), UInt8(200 - x), 255) }
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
            assert not rows[:, 0].any()
            print(' '.join(kinds)); print(rows[:, 1:].tobytes().hex())
            """, path("a.png"))
        let hex = bitmap.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        XCTAssertEqual(found, "(37, 5, 8, 2, 0, 0, 0)\nIHDR IDAT IEND\n\(hex)")
    }
}
