import CSystem
import Foundation

/// How many workers to run.
public enum WorkerCount: Sendable, Equatable {
    /// A worker for each core that this process may use.
    case automatic
    case exactly(Int)

    /// More threads than this on one machine are a slip of the hand, and each costs memory of its own.
    package static let most = 1024

    /// `auto`, or a number in 1 ... 1024; nil for anything else.
    package init?(_ text: String) {
        if text == "auto" {
            self = .automatic
        } else if let count = Int(text), (1...Self.most).contains(count) {
            self = .exactly(count)
        } else {
            return nil
        }
    }

    /// What `init` reads.
    package var text: String {
        switch self {
        case .automatic: "auto"
        case .exactly(let count): "\(count)"
        }
    }

    package var resolved: Int {
        switch self {
        case .automatic: UsableCores.count
        case .exactly(let count): max(1, count)
        }
    }

    /// How many to run for a batch of so many shards. More workers than shards find nothing to do in the longest phase,
    /// so only who asks for them gets them.
    package func resolved(shards: Int) -> Int { self == .automatic ? min(resolved, shards) : resolved }
}

/// The cores this process may use: not those of the machine, which in a container may be many more.
package struct UsableCores: Sendable, Equatable {
    /// Hardware threads of the machine.
    package var machine: Int
    /// Hardware threads that the affinity mask allows; nil where that cannot be known.
    package var allowed: Int?
    /// Cores whose time the control group allows; nil where it has no limit.
    package var quota: Double?
    /// Cores that the hardware threads allowed are of; nil where that cannot be known.
    package var physical: Int?

    package init(machine: Int, allowed: Int?, quota: Double?, physical: Int?) {
        (self.machine, self.allowed, self.quota, self.physical) = (machine, allowed, quota, physical)
    }

    package static var ofThisProcess: UsableCores {
        let allowed = Int(lockstep_affinity_core_count())
        return UsableCores(
            machine: ProcessInfo.processInfo.processorCount, allowed: allowed > 0 ? allowed : nil,
            quota: controlGroupQuota(readFile: ControlGroup.read),
            physical: (try? ProcessorTopology())?.cores)
    }

    /// The smaller of what the affinity mask and the control group's quota allow; at least 1.
    package var count: Int {
        let cores = allowed ?? machine
        return max(1, min(cores, quota.map { Int(min($0, 1e6).rounded(.up)) } ?? cores))
    }

    /// The number of cores that this process may use, at least 1.
    package static var count: Int {
        let allowed = Int(lockstep_affinity_core_count())
        return UsableCores(
            machine: ProcessInfo.processInfo.activeProcessorCount, allowed: allowed > 0 ? allowed : nil,
            quota: controlGroupQuota(readFile: ControlGroup.read), physical: nil
        ).count
    }

    /// The quota of the process's control group in cores, or nil where there is none.
    ///
    /// The strictest of the process's own group and of every group above it counts. Version 2 keeps `<quota> <period>`
    /// or `max <period>` in `cpu.max` of each; version 1 keeps two files of one number, and -1 where there is no quota.
    static func controlGroupQuota(readFile: (String) -> String?) -> Double? {
        var strictest: Double?
        func consider(_ quota: Double?, _ period: Double?) {
            guard let quota, let period, quota > 0, period > 0 else { return }
            strictest = min(strictest ?? .infinity, quota / period)
        }
        func numbers(_ file: String) -> [Double?] {
            readFile(file)?.split(whereSeparator: \.isWhitespace).map { Double($0) } ?? []
        }
        for group in ControlGroup.folders(readFile: readFile) {
            let limit = numbers(group + "/cpu.max")
            if limit.count == 2 { consider(limit[0], limit[1]) }
        }
        for group in ControlGroup.folders(of: "cpu", readFile: readFile) {
            consider(
                numbers(group + "/cpu.cfs_quota_us").first ?? nil, numbers(group + "/cpu.cfs_period_us").first ?? nil)
        }
        return strictest
    }
}
