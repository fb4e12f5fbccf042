import Workers

/// Why there are as many workers as there are.
struct WorkerReasons {
    let workers: WorkerCount
    let chosen: Int
    let shards: Int
    let cores: UsableCores

    /// What there is, then what was chosen.
    var lines: [String] {
        var parts = ["\(counted(cores.machine, "processor")) in the machine"]
        parts.append(cores.allowed.map { "\($0) in the affinity mask" } ?? "no affinity mask")
        parts.append(cores.quota.map { "a quota of \(Self.text($0)) in the control group" } ?? "no quota")
        if let physical = cores.physical {
            let threads = cores.allowed ?? cores.machine
            parts.append(
                physical < threads
                    ? "\(counted(physical, "core")) with up to \((threads + physical - 1) / physical) hardware threads each"
                    : "each a core of its own")
        }
        return [
            "\(parts.joined(separator: ", ")); \(counted(shards, "shard")) a batch",
            "\(counted(chosen, "worker")): \(reason)",
        ]
    }

    private var reason: String {
        guard workers == .automatic else { return "as --workers says" }
        if chosen < cores.count { return "a batch has no more shards to share out" }
        if let quota = cores.quota, quota <= Double(chosen), chosen < cores.allowed ?? cores.machine {
            return "the quota allows no more"
        }
        if let allowed = cores.allowed, allowed < cores.machine { return "the affinity mask allows no more" }
        return "all processors of the machine"
    }

    private static func text(_ quota: Double) -> String {
        quota == quota.rounded() && quota < 1e6 ? "\(Int(quota))" : "\((quota * 100).rounded() / 100)"
    }
}
