import Foundation

/// Seconds of all cores since the machine started, and of them what this process took: two of these tell who had the
/// processor between them.
struct ProcessorTime: Equatable {
    /// Busy or not.
    var total: Double
    /// Spent on any process.
    var busy: Double
    /// Spent by the hypervisor on other virtual machines.
    var stolen: Double
    /// Spent on this process.
    var own: Double

    /// What others took of the time of all cores.
    struct Shares: Equatable {
        var others: Double
        var stolen: Double
        /// Cores that others kept busy on average.
        var cores: Double
    }

    /// The time until now, or nil where the system does not say.
    static func now() -> ProcessorTime? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8) else { return nil }
        return ProcessorTime(parsing: text, own: ownSeconds(), ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    /// - Parameter text: that of `/proc/stat`, whose first line is `cpu user nice system idle iowait irq softirq steal
    ///   …` in ticks (see proc(5)).
    init?(parsing text: String, own: Double, ticksPerSecond: Double) {
        guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        let times = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard times.count == 8 else { return nil }
        let seconds = times.map { $0 / ticksPerSecond }
        (total, stolen, self.own) = (seconds.reduce(0, +), seconds[7], own)
        busy = seconds[0] + seconds[1] + seconds[2] + seconds[5] + seconds[6]
    }

    /// Who had the processor from this moment to a later one.
    func shares(until end: ProcessorTime, cores: Int) -> Shares {
        // Ticks are hundredths of a second, so that short spans may seem to have more or less than there is.
        let duration = max(end.total - total, 1e-9)
        let others = min(max((end.busy - busy - (end.own - own)) / duration, 0), 1)
        let stolen = min(max((end.stolen - self.stolen) / duration, 0), 1)
        return Shares(others: others, stolen: stolen, cores: (others + stolen) * Double(cores))
    }

    private static func ownSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
