import Foundation

/// How much memory this process may have, and how much it has.
package enum UsableMemory {
    /// What bounds the memory of the process.
    package struct Limit: Sendable, Equatable {
        package var bytes: Int
        /// What sets it, to be said after the amount: "of the control group (memory.max)".
        package var origin: String

        package init(bytes: Int, origin: String) {
            (self.bytes, self.origin) = (bytes, origin)
        }
    }

    /// The strictest of the machine's memory, what the control group allows, and what a limit of the process
    /// (`ulimit -v`) leaves beside what it has.
    package static var limit: Limit {
        var limits = [Limit(bytes: Int(clamping: ProcessInfo.processInfo.physicalMemory), origin: "of this machine")]
        if let group = controlGroupLimit(readFile: ControlGroup.read) {
            limits.append(Limit(bytes: group, origin: "of the control group (memory.max)"))
        }
        if let left = AddressSpace.left {
            limits.append(Limit(bytes: resident + left, origin: "of the process (ulimit -v)"))
        }
        return limits.min { $0.bytes < $1.bytes }!
    }

    /// Bytes that the process has in memory now, its program and libraries included; 0 if the system does not tell.
    package static var resident: Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    }

    /// The strictest limit of the process's control group and of those above it, or nil where there is none: version 2
    /// keeps it in `memory.max`, `max` for none; version 1 in `memory.limit_in_bytes`, absurdly large for none.
    ///
    /// - Parameter readFile: gives the text of a file of the system.
    package static func controlGroupLimit(readFile: (String) -> String?) -> Int? {
        let files =
            ControlGroup.folders(readFile: readFile).map { "\($0)/memory.max" }
            + ControlGroup.folders(of: "memory", readFile: readFile).map { "\($0)/memory.limit_in_bytes" }
        return files.compactMap { readFile($0).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } }
            .filter { $0 > 0 }.min()
    }
}
