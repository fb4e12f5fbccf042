import Foundation

/// What `ulimit -v` lets this process have of memory, whether it is used or only asked for.
package enum AddressSpace {
    /// Bytes that the process may have in all; nil for no limit.
    package static var limit: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max) else {
            return nil
        }
        return Int(limit.rlim_cur)
    }

    /// Bytes that it may still ask for; nil for no limit.
    package static var left: Int? {
        limit.map { max(0, $0 - used) }
    }

    /// Bytes that it has; 0 if the system does not tell.
    package static var used: Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (text?.split(separator: " ").first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    }
}
