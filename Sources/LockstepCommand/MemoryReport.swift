import CSystem
import DurableFiles
import Foundation
import Kernels
import Workers

/// Says that there is too little memory, where the program could only end by a signal, and has it end with status 1.
enum MemoryReport {
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
        // What Swift and other libraries do without memory is to abort.
        let text =
            "lockstep: too little memory, most likely: the program was ended, under a limit of "
            + "\(limit.byteSize) of address space: raise it (ulimit -v)\n"
        lockstep_report_endings(strdup(text))
    }
}
