import Foundation

/// A zip archive as `numpy.savez` and `numpy.savez_compressed` write it: members stored or deflated, zip64 or not
/// (PKWARE's APPNOTE 6.3). Encrypted, split and other archives are refused.
struct ZipArchive {
    struct Member {
        let name: String
        fileprivate let method: UInt16
        fileprivate let checksum: UInt32
        fileprivate let compressedSize: Int
        fileprivate let size: Int
        fileprivate let headerOffset: Int
    }

    let path: String
    let members: [Member]
    private let bytes: Data

    init(_ path: String) throws {
        self.path = path
        bytes = try contents(of: path)
        let directory = try Directory(bytes, path)
        members = try Self.members(bytes, directory, path)
    }

    /// What a member holds, inflated, its checksum verified.
    func data(of member: Member) throws -> Data {
        let damaged = { (what: String) in
            DatasetError(.malformed, file: path, object: member.name, found: what, advice: "The archive is damaged.")
        }
        let offset = member.headerOffset
        guard let header = bytes.part(offset, 30), header.integer(at: 0, as: UInt32.self) == 0x0403_4B50 else {
            throw damaged("no header where the directory says it is")
        }
        let skipped = Int(header.integer(at: 26, as: UInt16.self)) + Int(header.integer(at: 28, as: UInt16.self))
        guard let stored = bytes.part(offset + 30 + skipped, member.compressedSize) else {
            throw DatasetError(
                .truncated, file: path, object: member.name, expected: "\(member.compressedSize) bytes of data",
                found: "fewer before the end of the file", advice: "The archive is damaged or not complete.")
        }
        let data = try inflated(stored, member, damaged)
        guard data.count == member.size else {
            throw damaged("\(data.count) bytes, not the \(member.size) of the directory")
        }
        guard crc32(of: data) == member.checksum else { throw damaged("data that does not match its checksum") }
        return data
    }

    private func inflated(_ stored: Data, _ member: Member, _ damaged: (String) -> DatasetError) throws -> Data {
        switch member.method {
        case 0: return stored
        case 8:
            do throws(Inflate.Failure) {
                return try Inflate.inflate(stored, .none, limit: member.size + 1)
            } catch .truncated {
                throw damaged("compressed data that breaks off")
            } catch .corrupt(let message) {
                throw damaged("damaged compressed data (\(message))")
            }
        default:
            throw DatasetError(
                .unsupported, file: path, object: member.name, expected: "stored or deflated data",
                found: "compression method \(member.method)", advice: "Write it with numpy.savez_compressed.")
        }
    }

    private static func members(_ bytes: Data, _ directory: Directory, _ path: String) throws -> [Member] {
        var members: [Member] = []
        var offset = directory.offset
        for _ in 0..<directory.count {
            guard let header = bytes.part(offset, 46), header.integer(at: 0, as: UInt32.self) == 0x0201_4B50 else {
                throw DatasetError(.malformed, file: path, found: "a damaged archive: its directory breaks off")
            }
            let lengths = [28, 30, 32].map { Int(header.integer(at: $0, as: UInt16.self)) }
            guard let text = bytes.part(offset + 46, lengths[0]),
                let extra = bytes.part(offset + 46 + lengths[0], lengths[1])
            else { throw DatasetError(.malformed, file: path, found: "a damaged archive: its directory breaks off") }
            let name = String(decoding: text, as: UTF8.self)
            guard header.integer(at: 8, as: UInt16.self) & 1 == 0 else {
                throw DatasetError(.unsupported, file: path, object: name, found: "encrypted data")
            }
            members.append(try member(name, header, extra, path))
            offset += 46 + lengths.reduce(0, +)
        }
        return members
    }

    private static func member(_ name: String, _ header: Data, _ extra: Data, _ path: String) throws -> Member {
        var wide = Zip64Fields(extra)
        func field(_ offset: Int) throws -> Int {
            let short = header.integer(at: offset, as: UInt32.self)
            guard short == .max else { return Int(short) }
            guard let long = wide.next(), long <= 1 << 48 else {
                throw DatasetError(.malformed, file: path, object: name, found: "a size that makes no sense")
            }
            return Int(long)
        }
        // The long forms stand in this order.
        let size = try field(24)
        let compressedSize = try field(20)
        let headerOffset = try field(42)
        guard size <= compressedSize * Inflate.largestRatio + 1024 else {
            throw DatasetError(
                .malformed, file: path, object: name, expected: "a size that \(compressedSize) bytes can inflate to",
                found: "\(size)")
        }
        return Member(
            name: name, method: header.integer(at: 10), checksum: header.integer(at: 16),
            compressedSize: compressedSize, size: size, headerOffset: headerOffset)
    }
}

/// The 64-bit values of the extra field 1: those, in order, whose short field is all ones.
private struct Zip64Fields {
    private var values: Data

    init(_ extra: Data) {
        values = Data()
        var offset = 0
        while let header = extra.part(offset, 4) {
            let length = Int(header.integer(at: 2, as: UInt16.self))
            guard let field = extra.part(offset + 4, length) else { return }
            if header.integer(at: 0, as: UInt16.self) == 1 { values = field }
            offset += 4 + length
        }
    }

    mutating func next() -> UInt64? {
        guard values.count >= 8 else { return nil }
        defer { values = values.dropFirst(8) }
        return values.integer(at: 0)
    }
}

/// Where the central directory is, from the record at the end of the file.
private struct Directory {
    let offset: Int
    let count: Int

    init(_ bytes: Data, _ path: String) throws {
        func error(_ found: String) -> DatasetError {
            DatasetError(.wrongFormat, file: path, expected: "a zip archive (.npz)", found: found)
        }
        // The record is followed by a comment of at most 65,535 bytes.
        guard bytes.count >= 22 else { throw error("a file of \(bytes.count) bytes") }
        let last = bytes.count - 22
        guard
            let end = stride(from: last, through: max(0, last - 65_535), by: -1).first(where: {
                bytes.integer(at: $0, as: UInt32.self) == 0x0605_4B50
            })
        else { throw error("a file without its directory: another format, or not complete") }
        var count = UInt64(bytes.integer(at: end + 10, as: UInt16.self))
        var offset = UInt64(bytes.integer(at: end + 16, as: UInt32.self))
        if count == UInt16.max || offset == UInt32.max,
            let locator = bytes.part(end - 20, 20), locator.integer(at: 0, as: UInt32.self) == 0x0706_4B50
        {
            let position = locator.integer(at: 8, as: UInt64.self)
            guard position < bytes.count, let record = bytes.part(Int(position), 56),
                record.integer(at: 0, as: UInt32.self) == 0x0606_4B50
            else { throw error("a damaged archive: its zip64 directory is not where it should be") }
            count = record.integer(at: 32)
            offset = record.integer(at: 48)
        }
        // Each entry takes 46 bytes at least.
        guard offset <= bytes.count, count <= bytes.count / 46 else { throw error("a damaged directory") }
        self.offset = Int(offset)
        self.count = Int(count)
    }
}
