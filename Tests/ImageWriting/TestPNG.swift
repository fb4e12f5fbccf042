import CZlib

/// A PNG file of any kind that the specification knows, rows without filters: what the program's own writer never
/// makes.
///
/// W3C, "Portable Network Graphics (PNG) Specification", third edition.
package struct TestPNG {
    package enum Kind: UInt8, Sendable {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayWithAlpha = 4
        case rgbWithAlpha = 6

        package var channels: Int {
            switch self {
            case .gray, .palette: 1
            case .grayWithAlpha: 2
            case .rgb: 3
            case .rgbWithAlpha: 4
            }
        }
    }

    package var width: Int
    package var height: Int
    package var kind: Kind
    /// Bits of a sample.
    package var depth = 8
    package var isInterlaced = false
    /// `[height, width, channels]`, each below 2 to the power of `depth`.
    package var samples: [Int]
    /// Chunks before the pixels: a palette, transparency.
    package var chunks: [(type: String, data: [UInt8])] = []

    package init(width: Int, height: Int, _ kind: Kind, _ samples: [Int]) {
        precondition(samples.count == width * height * kind.channels)
        (self.width, self.height, self.kind, self.samples) = (width, height, kind, samples)
    }

    /// A picture of one color.
    package init(width: Int, height: Int, gray: Int) {
        self.init(width: width, height: height, .gray, [Int](repeating: gray, count: width * height))
    }

    package var bytes: [UInt8] {
        let header = Self.bigEndian(width) + Self.bigEndian(height) + [UInt8(depth), kind.rawValue, 0, 0]
        return Self.signature + Self.chunk("IHDR", header + [isInterlaced ? 1 : 0])
            + chunks.flatMap { Self.chunk($0.type, $0.data) }
            + Self.chunk("IDAT", Self.compressed(rows)) + Self.chunk("IEND", [])
    }

    // MARK: Parts

    package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    package static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(type.utf8) + data
        return bigEndian(data.count) + content + bigEndian(Int(crc32(0, content, uInt(content.count))))
    }

    /// Where the chunks of a file are that end with a checksum, which is of all but the length.
    package static func checksummed(_ bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var place = signature.count
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            ranges.append(place + 4..<place + 12 + length)
            place += 12 + length
        }
        return ranges
    }

    /// Writes the checksum of such a part anew.
    package static func renewChecksum(_ bytes: inout [UInt8], _ range: Range<Int>) {
        let content = Array(bytes[range.dropLast(4)])
        bytes.replaceSubrange(range.suffix(4), with: bigEndian(Int(crc32(0, content, uInt(content.count)))))
    }

    package static func compressed(_ data: [UInt8]) -> [UInt8] {
        var size = compressBound(uLong(data.count))
        var result = [UInt8](repeating: 0, count: Int(size))
        precondition(compress2(&result, &size, data, uLong(data.count), Z_DEFAULT_COMPRESSION) == Z_OK)
        return Array(result.prefix(Int(size)))
    }

    package static func bigEndian(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
    }

    // MARK: Rows

    /// Adam7: where each pass begins, and its steps.
    private static let passes: [(x: Int, y: Int, dx: Int, dy: Int)] = [
        (x: 0, y: 0, dx: 8, dy: 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]

    private var rows: [UInt8] {
        (isInterlaced ? Self.passes : [(x: 0, y: 0, dx: 1, dy: 1)]).flatMap { pass -> [UInt8] in
            let columns = Array(stride(from: pass.x, to: width, by: pass.dx))
            guard !columns.isEmpty else { return [] }
            return stride(from: pass.y, to: height, by: pass.dy).flatMap { [0] + packed(row: $0, columns) }
        }
    }

    private func packed(row: Int, _ columns: [Int]) -> [UInt8] {
        var bits: [UInt8] = []
        for column in columns {
            for channel in 0..<kind.channels {
                let sample = samples[(row * width + column) * kind.channels + channel]
                bits += (0..<depth).map { UInt8(sample >> (depth - 1 - $0) & 1) }
            }
        }
        bits += [UInt8](repeating: 0, count: (8 - bits.count % 8) % 8)
        return stride(from: 0, to: bits.count, by: 8).map { place in bits[place..<place + 8].reduce(0) { $0 << 1 | $1 }
        }
    }
}
