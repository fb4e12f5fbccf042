import CZlib
import Foundation

/// Inflates deflated bytes by zlib, never more than the caller allows.
enum Inflate {
    enum Wrapping {
        /// RFC 1952, one member after another, checksums verified.
        case gzip
        /// RFC 1951 alone, as in a zip archive.
        case none

        fileprivate var windowBits: Int32 {
            switch self {
            case .gzip: 15 + 16
            case .none: -15
            }
        }
    }

    enum Failure: Error {
        /// The input ends before the stream does.
        case truncated
        /// zlib's own words.
        case corrupt(String)
    }

    /// Deflate cannot expand by more: a match of 258 bytes takes 2 bits at least.
    static let largestRatio = 1032

    /// The first `limit` bytes of what `bytes` inflate to, or all if there are fewer. Memory grows with what really
    /// comes out, not with what a header promises.
    static func inflate(_ bytes: Data, _ wrapping: Wrapping, limit: Int) throws(Failure) -> Data {
        var stream = z_stream()
        guard
            inflateInit2_(&stream, wrapping.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .corrupt("zlib could not start") }
        defer { inflateEnd(&stream) }
        var output = Data()
        var failure: Failure?
        bytes.withUnsafeBytes { input in
            do throws(Failure) {
                output = try run(&stream, input, wrapping, limit)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return output
    }

    private static func run(
        _ stream: inout z_stream, _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping, _ limit: Int
    ) throws(Failure) -> Data {
        var output = Data()
        var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 18))
        var consumed = 0
        while output.count < limit {
            let available = min(input.count - consumed, 1 << 30)
            let room = min(chunk.count, limit - output.count)
            let status = chunk.withUnsafeMutableBufferPointer { chunk in
                // zlib never writes through next_in.
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self))
                stream.avail_in = UInt32(available)
                stream.next_out = chunk.baseAddress
                stream.avail_out = UInt32(room)
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            consumed += available - Int(stream.avail_in)
            output.append(contentsOf: chunk[..<(room - Int(stream.avail_out))])
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                guard wrapping == .gzip, startsMember(input, at: consumed) else { return output }
                inflateReset(&stream)
            case Z_BUF_ERROR: throw .truncated
            default:
                throw .corrupt(stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
            }
        }
        return output
    }

    private static func startsMember(_ input: UnsafeRawBufferPointer, at index: Int) -> Bool {
        index + 1 < input.count && input[index] == 0x1F && input[index + 1] == 0x8B
    }
}

/// The checksum of zip archives.
func crc32(of bytes: Data) -> UInt32 {
    bytes.withUnsafeBytes { bytes in
        var sum: UInt = 0
        for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 30, bytes.count)])
            sum = CZlib.crc32(sum, part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
        }
        return UInt32(sum)
    }
}
