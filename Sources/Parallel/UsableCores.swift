import CSystem
import Foundation

/// How many workers to run.
public enum WorkerCount: Sendable, Equatable {
    /// As many as this process may use cores.
    case automatic
    case exactly(Int)

    public var resolved: Int {
        switch self {
        case .automatic: UsableCores.count
        case .exactly(let count): max(1, count)
        }
    }
}

/// The cores this process may use: not those of the machine, which in a container may be many more.
public enum UsableCores {
    /// The smaller of what the affinity mask and the control group's quota allow; at least 1.
    public static var count: Int {
        let allowed = Int(lockstep_affinity_core_count())
        let cores = allowed > 0 ? allowed : ProcessInfo.processInfo.activeProcessorCount
        guard let quota = controlGroupQuota(readFile: { try? String(contentsOfFile: $0, encoding: .utf8) }) else {
            return cores
        }
        return max(1, min(cores, Int(quota.rounded(.up))))
    }

    /// The quota of the process's control group in cores, or nil where there is none.
    ///
    /// Version 2 keeps `<quota> <period>` or `max <period>` in `cpu.max` of the process's own group and of every group
    /// above it, the strictest of which counts; version 1 keeps two files.
    static func controlGroupQuota(readFile: (String) -> String?) -> Double? {
        var strictest: Double?
        func consider(_ quota: Double?, _ period: Double?) {
            guard let quota, let period, quota > 0, period > 0 else { return }
            strictest = min(strictest ?? .infinity, quota / period)
        }
        let membership = readFile("/proc/self/cgroup") ?? ""
        let unified = membership.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
        var path = unified.split(separator: "/").map(String.init)
        while true {
            let group = (["/sys/fs/cgroup"] + path).joined(separator: "/")
            if let fields = readFile(group + "/cpu.max")?.split(whereSeparator: \.isWhitespace), fields.count == 2 {
                consider(Double(fields[0]), Double(fields[1]))
            }
            if path.isEmpty { break }
            path.removeLast()
        }
        func number(_ name: String) -> Double? {
            readFile("/sys/fs/cgroup/cpu/" + name).flatMap {
                Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        consider(number("cpu.cfs_quota_us"), number("cpu.cfs_period_us"))
        return strictest
    }
}
