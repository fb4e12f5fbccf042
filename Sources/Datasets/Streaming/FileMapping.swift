import CSystem
import Foundation
import HDF5

/// A part of a file as memory: the system reads pages when they are touched, and takes them back when it needs room.
///
/// A file that is cut while it is mapped ends the process at the next access, with a message that names it; one that is
/// written to is noticed by `checkUnchanged`.
final class FileMapping: @unchecked Sendable {
    let pointer: UnsafeRawPointer
    private let file: String
    private let base: UnsafeMutableRawPointer
    private let length: Int
    private let pageSize: Int
    private let descriptor: Int32
    private let stamp: HDF5FileStamp?
    private let message: UnsafeMutablePointer<CChar>
    private let guardNumber: Int32

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
        pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = offset / pageSize * pageSize
        length = offset - start + dataset.storageSize
        descriptor = try dataset.file.withDescriptor { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw failure(errno) }
        let mapped = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, off_t(start))
        guard let mapped, mapped != MAP_FAILED else {
            let code = errno
            Foundation.close(descriptor)
            throw failure(code)
        }
        base = mapped
        pointer = UnsafeRawPointer(mapped) + (offset - start)
        stamp = HDF5FileStamp(descriptor: descriptor)
        message = strdup(
            "lockstep: \(dataset.file.path): \(dataset.name): the file was cut, or its disk failed, while it was in use\n"
        )
        guardNumber = lockstep_guard_mapping(base, length, message)
    }

    deinit {
        lockstep_unguard_mapping(guardNumber)
        munmap(base, length)
        Foundation.close(descriptor)
        free(message)
    }

    // MARK: Reading ahead

    /// Says that rows will be touched at random, so that the system does not read their neighbors with each.
    func expectRandomAccess() { madvise(base, length, MADV_RANDOM) }

    /// Has the system begin to read rows that will be touched soon, if the disk is needed for them.
    ///
    /// 4096 rows of 784 bytes at random, none of them in memory, took 331 ms with the system's own reading ahead, 651 ms
    /// without, and 165 ms without but asked for like this (470 MB on a virtual disk). Asking for a row that is in memory
    /// takes 1.4 µs for nothing, so a few rows tell whether the disk is needed at all.
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
        let place = (pointer - UnsafeRawPointer(base)) + offset
        return (base + place / pageSize * pageSize, place % pageSize)
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
