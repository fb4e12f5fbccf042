import ControlGroups
import DurableFiles
import Foundation
import Lockstep

/// Says that there is too little memory, where the program could only end by a signal, and has it end with status 1.
enum MemoryReport {
    private nonisolated(unsafe) static let message = UnsafeMutablePointer<UInt8>.allocate(capacity: 400)
    private nonisolated(unsafe) static var messageCount = 0

    /// To be called before there are other threads.
    static func begin() {
        MemoryExhaustion.handler = { bytes in
            Temporaries.removeAll()
            Terminal.note(
                "too little memory: expected \(bytes.byteSize) for one buffer, found less: take fewer --workers, a smaller "
                    + "batchSize, a smaller network or less --data-memory, or raise the limit (ulimit -v)")
            _exit(1)
        }
        guard let limit = AddressSpace.limit else { return }
        // What Swift and other libraries do without memory is to abort. Little may be done in a handler.
        let text =
            "lockstep: too little memory, most likely: the program was ended by a signal, under a limit of "
            + "\(limit.byteSize) of address space: raise it (ulimit -v)\n"
        for byte in text.utf8.prefix(400) {
            message[messageCount] = byte
            messageCount += 1
        }
        for signal in [SIGABRT, SIGILL, SIGTRAP, SIGSEGV] {
            Foundation.signal(signal) { _ in
                _ = write(STDERR_FILENO, MemoryReport.message, MemoryReport.messageCount)
                _exit(1)
            }
        }
    }
}
