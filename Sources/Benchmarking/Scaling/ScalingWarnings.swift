/// What makes the figures of a run doubtful.
struct ScalingWarnings {
    /// Shares of the time of all cores that others may take in a round, and by which the peak may move, before it is
    /// said.
    static let busyShare = 0.05
    static let peakChange = 0.05
    /// Cores that others may keep busy when a run begins: two hundredths of them, or a fifth of one.
    static func quietCores(of cores: Int) -> Double { max(0.2, 0.02 * Double(cores)) }

    /// How often the quota stopped this process in the run, or nil where nobody counts.
    let throttledPeriods: Int?
    let cores: Int
    let rounds: Int

    func sentences(_ contestants: [ScalingContestant]) -> [String] {
        var found: [String] = []
        if let most = contestants.map(\.entry.workers).max(), most > cores {
            found.append(
                "\(counted(most, "worker")) exceed the \(counted(cores, "usable core")): what exceeds them is in no fit"
            )
        }
        if let throttledPeriods, throttledPeriods > 0 {
            found.append(
                "the quota of the control group stopped this process in \(counted(throttledPeriods, "period")) of the "
                    + "run: cores were missing in them")
        }
        let shares = (0..<rounds).map { round in
            contestants.compactMap { $0.turns[round].processor }.map { $0.others + $0.stolen }.max() ?? 0
        }
        if let share = shares.max(), share > Self.busyShare {
            found.append(
                "others took up to \(percent(share)) of the time of all cores in a round, and over "
                    + "\(percent(Self.busyShare)) in \(shares.filter { $0 > Self.busyShare }.count) of "
                    + "\(counted(rounds, "round")): measure again on a quiet machine")
        }
        if let change = Self.peakChange(contestants.map { $0.turns.map(\.peak) }), change.magnitude > Self.peakChange {
            found.append(
                "the peak of multiply-adds changed by \(percent(change)) between the first and the last third of the "
                    + "rounds: the clock or the quota of cores is not what it was")
        }
        if RoundEstimate.coverage(rounds: rounds) < 0.95 {
            let probability = RoundEstimate.coverage(rounds: rounds)
            found.append(
                rounds == 1
                    ? "one round has no interval: 6 are needed for one of 95%"
                    : "intervals of \(rounds) rounds hold the true median with a probability of "
                        + "\(rounded(probability * 100, 0))% only: 6 are needed for 95%")
        }
        return found
    }

    /// By how much of itself the peak has changed from the first third of the rounds to the last, as the median of what
    /// each number of workers saw; nil for fewer than three rounds.
    static func peakChange(_ peaks: [[Double]]) -> Double? {
        let changes = peaks.compactMap { peaks -> Double? in
            let third = peaks.count / 3
            guard third > 0 else { return nil }
            return RoundEstimate.median(Array(peaks.suffix(third))) / RoundEstimate.median(Array(peaks.prefix(third)))
                - 1
        }
        return changes.isEmpty ? nil : RoundEstimate.median(changes)
    }
}
