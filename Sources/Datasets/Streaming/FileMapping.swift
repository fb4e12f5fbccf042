import Foundation
import HDF5

/// The elements of a data set as memory (`GuardedMapping`), with pages that are read ahead. A file that is written to
/// meanwhile is noticed by `checkUnchanged`.
final class FileMapping: @unchecked Sendable {
    private let mapping: GuardedMapping
    private let file: String
    private let descriptor: Int32
    private let stamp: HDF5FileStamp?

    var pointer: UnsafeRawPointer { UnsafeRawPointer(mapping.pointer) }

    /// - Parameters:
    ///   - dataset: a contiguous one.
    ///   - offset: where its elements begin in the file, which has all of them.
    /// - Throws: `DatasetError` if the system refuses.
    init(_ dataset: HDF5Dataset, offset: Int) throws {
        file = dataset.file.path
        func failure(_ code: Int32) -> DatasetError {
            DatasetError(
                .unreadable, file: dataset.file.path, object: dataset.name,
                found: "it cannot be mapped: \(String(cString: strerror(code)))",
                advice: "Raise --data-memory, so that it is read instead.")
        }
        descriptor = try dataset.file.withDescriptor { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw failure(errno) }
        do {
            mapping = try GuardedMapping(
                descriptor, offset: offset, count: dataset.storageSize, name: "\(file): \(dataset.name)")
        } catch {
            Foundation.close(descriptor)
            throw failure(error.code)
        }
        stamp = HDF5FileStamp(descriptor: descriptor)
    }

    deinit { Foundation.close(descriptor) }

    // MARK: Reading ahead

    /// Says that rows will be touched at random, so that the system does not read their neighbors with each.
    func expectRandomAccess() { madvise(mapping.base, mapping.length, MADV_RANDOM) }

    /// Has the system begin to read rows that will be touched soon, if the disk is needed for them.
    ///
    /// 4096 rows of 784 bytes at random, none of them in memory, took 331 ms with the system's own reading ahead, 651
    /// ms without, and 165 ms without but asked for like this (470 MB on a virtual disk). Asking for a row that is in
    /// memory takes 1.4 µs for nothing, so a few rows tell whether the disk is needed at all.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - bytes: of a row.
    ///   - row: which ones.
    func prefetch(count: Int, bytes: Int, row: (Int) -> Int) {
        let probes = min(count, Self.probes)
        guard (0..<probes).contains(where: { !isInMemory(row($0 * count / probes) * bytes) }) else { return }
        for index in 0..<count { prefetch(row(index) * bytes, bytes) }
    }

    /// Has the system begin to read bytes that follow each other and will be touched soon.
    func prefetch(_ offset: Int, _ count: Int) {
        let (start, skipped) = page(of: offset)
        madvise(start, count + skipped, MADV_WILLNEED)
    }

    private static let probes = 32

    private func isInMemory(_ offset: Int) -> Bool {
        var state: UInt8 = 0
        return mincore(page(of: offset).start, 1, &state) != 0 || state & 1 == 1
    }

    /// The page that an element lies in, and how far in it.
    private func page(of offset: Int) -> (start: UnsafeMutableRawPointer, skipped: Int) {
        let place = (mapping.pointer - mapping.base) + offset
        let skipped = place % GuardedMapping.pageSize
        return (mapping.base + (place - skipped), skipped)
    }

    /// - Throws: `DatasetError` if the file was written to since it was mapped.
    func checkUnchanged() throws {
        let now = HDF5FileStamp(descriptor: descriptor)
        guard now?.size == stamp?.size, now?.modified == stamp?.modified else { throw writtenTo(file) }
    }
}

/// The error for a file that does not stay what it was.
func writtenTo(_ file: String) -> DatasetError {
    DatasetError(
        .unreadable, file: file, found: "it was written to while it was in use",
        advice: "Results would depend on when each part was read: begin again, and leave the file alone.")
}
