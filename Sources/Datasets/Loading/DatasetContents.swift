import Foundation
import HDF5
import Kernels

/// What is known of inputs that were read through before, so that a resume need not read all of a large file again to
/// know that it holds the same data.
///
/// An entry counts only for the very file (device and inode) with the same size and the same times of its last write
/// and change, to the nanosecond; the second of these times nobody can set. Files that were written to within two
/// seconds of being read are not entered, since a clock may not tell two writes apart.
package struct DatasetContents: Sendable, Equatable {
    struct Entry: Codable, Equatable {
        let object: String
        let stamp: HDF5FileStamp
        let shape: [Int]
        let storesBytes: Bool
        /// `XXH64.state` after all inputs.
        var state: [UInt64]
    }

    var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// What was found out about inputs, or nil if that is not known of this file.
    func content(of table: TableFiles) throws -> ContentDigest? {
        guard let stamp = try table.file.file.stamp() else { return nil }
        let entry = entries.first {
            $0.stamp == stamp && $0.object == table.inputs.name && $0.shape == table.inputs.shape
                && $0.storesBytes == table.storesBytes
        }
        return entry.flatMap { ContentDigest(state: $0.state) }
    }

    private static let clockDoubt = 2_000_000_000

    /// Enters what was found out, if the file is what it was before.
    mutating func record(_ content: ContentDigest, of table: TableFiles, before: HDF5FileStamp?, at now: Date) throws {
        guard let before, try table.file.file.stamp() == before else { return }
        let nanoseconds = Int(now.timeIntervalSince1970 * 1e9)
        guard max(before.modified, before.changed) < nanoseconds - Self.clockDoubt else { return }
        entries.append(
            Entry(
                object: table.inputs.name, stamp: before, shape: table.inputs.shape, storesBytes: table.storesBytes,
                state: content.state))
    }

    // MARK: As a file

    private struct Document: Codable {
        let format: Int
        let entries: [Entry]
        /// The checksum of the entries.
        let checksum: UInt64
    }

    private static let format = 1

    /// Reads what `encoded` wrote. Empty if the file is missing, damaged or of another format: then all is found out
    /// again.
    package init(contentsOf path: String) {
        guard
            let data = FileManager.default.contents(atPath: path),
            let document = try? JSONDecoder().decode(Document.self, from: data), document.format == Self.format,
            document.checksum == Self.checksum(document.entries)
        else { return }
        entries = document.entries
    }

    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(
            try encoder.encode(
                Document(format: Self.format, entries: entries, checksum: Self.checksum(entries))))
    }

    private static func checksum(_ entries: [Entry]) -> UInt64 {
        var hash = XXH64()
        for entry in entries {
            Array(entry.object.utf8).withUnsafeBytes { hash.update($0) }
            let stamp = entry.stamp
            hash.update(
                [stamp.size, stamp.modified, stamp.changed, entry.storesBytes ? 1 : 0, entry.shape.count] + entry.shape)
            ([stamp.device, stamp.inode] + entry.state).withUnsafeBytes { hash.update($0) }
        }
        return hash.finalize()
    }
}
