import CSystem
import Foundation

/// A part of a file as addresses in memory: the system reads pages when they are touched, and takes them back when it
/// needs room. If the file is cut meanwhile, or its disk fails, the program ends at the next access with a message that
/// names it (`lockstep_guard_mapping`).
final class GuardedMapping: @unchecked Sendable {
    /// The first byte that was asked for.
    let pointer: UnsafeMutableRawPointer
    let count: Int
    /// The page that it lies in.
    let base: UnsafeMutableRawPointer
    /// Bytes from there.
    let length: Int
    private let message: UnsafeMutablePointer<CChar>
    private let guardNumber: Int32

    static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// - Parameters:
    ///   - descriptor: of a file that has all of the bytes; it may be closed afterwards.
    ///   - name: of the file, and perhaps the object in it, for the message.
    /// - Throws: `Refusal` if the system refuses.
    init(_ descriptor: Int32, offset: Int = 0, count: Int, name: String) throws(Refusal) {
        let start = offset / Self.pageSize * Self.pageSize
        self.count = count
        length = offset - start + count
        guard let mapped = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, off_t(start)), mapped != MAP_FAILED
        else { throw Refusal(code: errno) }
        base = mapped
        pointer = mapped + (offset - start)
        message = strdup("lockstep: \(name): the file was cut, or its disk failed, while it was in use\n")
        guardNumber = lockstep_guard_mapping(base, length, message)
    }

    deinit {
        lockstep_unguard_mapping(guardNumber)
        munmap(base, length)
        free(message)
    }

    struct Refusal: Error {
        /// As `errno` has it.
        let code: Int32
    }
}
