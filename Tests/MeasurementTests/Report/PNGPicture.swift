import CZlib
import Foundation

/// The pixels of a PNG file with 8 bits a channel, as browsers write them. By the PNG specification, third edition,
/// sections 5, 9 and 11.
struct PNGPicture {
    let width: Int
    let height: Int
    /// Red, green and blue as one number each, row by row.
    let pixels: [UInt32]

    init(_ data: Data) throws {
        var chunks: [String: [UInt8]] = [:]
        let bytes = [UInt8](data)
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { throw PNGError.notAPicture }
        var at = 8
        while at + 12 <= bytes.count {
            let length = number(at)
            let name = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
            chunks[name, default: []] += bytes[at + 8..<at + 8 + length]
            at += 12 + length
        }
        guard let header = chunks["IHDR"], let packed = chunks["IDAT"], header[8] == 8, header[12] == 0,
            let channels = [2: 3, 6: 4][header[9]]
        else { throw PNGError.otherKind }
        width = header[0..<4].reduce(0) { $0 << 8 | Int($1) }
        height = header[4..<8].reduce(0) { $0 << 8 | Int($1) }
        let stride = width * channels
        var raw = [UInt8](repeating: 0, count: height * (stride + 1))
        var length = uLongf(raw.count)
        guard uncompress(&raw, &length, packed, uLong(packed.count)) == Z_OK, Int(length) == raw.count else {
            throw PNGError.damaged
        }
        pixels = try Self.pixels(&raw, height: height, stride: stride, channels: channels)
    }

    /// Takes back what each row's filter did: a byte was stored as its difference from its neighbors to the left, above,
    /// and above to the left.
    private static func pixels(_ raw: inout [UInt8], height: Int, stride: Int, channels: Int) throws -> [UInt32] {
        var pixels: [UInt32] = []
        pixels.reserveCapacity(height * stride / channels)
        for row in 0..<height {
            let start = row * (stride + 1) + 1
            let filter = raw[start - 1]
            guard filter <= 4 else { throw PNGError.damaged }
            if filter > 0 {
                for column in 0..<stride {
                    let left = column >= channels ? Int(raw[start + column - channels]) : 0
                    let above = row > 0 ? Int(raw[start + column - stride - 1]) : 0
                    let corner = row > 0 && column >= channels ? Int(raw[start + column - stride - 1 - channels]) : 0
                    let predicted =
                        switch filter {
                        case 1: left
                        case 2: above
                        case 3: (left + above) / 2
                        default: paeth(left, above, corner)
                        }
                    raw[start + column] &+= UInt8(predicted)
                }
            }
            for column in Swift.stride(from: start, to: start + stride, by: channels) {
                pixels.append(UInt32(raw[column]) << 16 | UInt32(raw[column + 1]) << 8 | UInt32(raw[column + 2]))
            }
        }
        return pixels
    }

    private static func paeth(_ left: Int, _ above: Int, _ corner: Int) -> Int {
        let estimate = left + above - corner
        let (a, b, c) = (abs(estimate - left), abs(estimate - above), abs(estimate - corner))
        return a <= b && a <= c ? left : b <= c ? above : corner
    }

    /// In how many columns of the picture a color occurs.
    func columns(with color: UInt32) -> Int {
        var found = Set<Int>()
        for (index, pixel) in pixels.enumerated() where pixel == color { found.insert(index % width) }
        return found.count
    }

    /// The share of all pixels that have a color.
    func share(of color: UInt32) -> Double {
        Double(pixels.reduce(0) { $0 + ($1 == color ? 1 : 0) }) / Double(pixels.count)
    }
}

enum PNGError: Error { case notAPicture, otherKind, damaged }
