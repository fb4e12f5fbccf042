extension ScalingCurve {
    /// Figures of a mode from what its contestants measured.
    ///
    /// - Parameters:
    ///   - contestants: in ascending order of workers.
    ///   - cores: usable ones.
    init(_ mode: ScalingMode, _ contestants: [ScalingContestant], cores: Int) {
        let points = contestants.map { ScalingPoint($0, relativeTo: contestants[0], cores: cores) }
        let trusted = contestants.filter { $0.entry.workers <= cores }
        let laws = [mode == .strong ? ScalingLaw.amdahl : .gustafson, .universal]
        let fitted = laws.compactMap { FittedLaw($0, trusted) }
        self.mode = mode
        self.points = points
        fits = fitted.map(\.fit)
        let largest = trusted.last?.entry.workers ?? contestants[0].entry.workers
        predictions = Self.predictedWorkers(beyond: largest).flatMap { workers in
            fitted.map { $0.prediction(workers: workers) }
        }
        explanation = ScalingExplanation(mode: mode, points: points, fits: fits, laws: laws).sentences
    }

    /// Powers of two: up to 64, and twice what was measured.
    static func predictedWorkers(beyond largest: Int) -> [Int] {
        (0...16).map { 1 << $0 }.filter { $0 > largest && $0 <= max(64, 4 * largest) }
    }
}

extension ScalingPoint {
    fileprivate init(_ contestant: ScalingContestant, relativeTo base: ScalingContestant, cores: Int) {
        let entry = contestant.entry
        let seconds = contestant.turns.map(\.seconds)
        // Of the same round each, so that what slowed it is in both.
        let efficiencies = zip(contestant.samplesPerSecond, base.samplesPerSecond).map {
            $0 / Double(entry.workers) / ($1 / Double(base.entry.workers))
        }
        let gflops = contestant.flopsPerStep / RoundEstimate.median(seconds) / 1e9
        workers = entry.workers
        batchSize = contestant.rows
        shards = entry.shards
        exceedsCores = entry.workers > cores
        steps = contestant.turns.reduce(0) { $0 + $1.steps }
        stepMilliseconds = RoundEstimate(seconds.map { $0 * 1e3 })
        samplesPerSecond = RoundEstimate(contestant.samplesPerSecond)
        speedup = RoundEstimate(efficiencies.map { $0 * Double(entry.workers) })
        efficiency = RoundEstimate(efficiencies)
        self.gflops = gflops
        peakGflops = contestant.peak / 1e9
        shareOfPeak = gflops * 1e9 / contestant.peak
        memoryGigabytesPerSecond = contestant.bandwidth / 1e9
        streamedGigabytesPerSecond = contestant.bytesStreamedPerStep / RoundEstimate.median(seconds) / 1e9
        time = TimeSplit(contestant.profile.phases)
        timeByWorker = contestant.profile.workerPhases.map(TimeSplit.init)
    }
}

/// A law fitted to the medians of all rounds, and to each round alone.
private struct FittedLaw {
    let fit: ScalingFit
    private let byRound: [ScalingCoefficients]

    init?(_ law: ScalingLaw, _ contestants: [ScalingContestant]) {
        let throughputs = contestants.map { (workers: $0.entry.workers, rounds: $0.samplesPerSecond) }
        let rounds = throughputs.first?.rounds.count ?? 0
        let byRound = (0..<rounds).compactMap { round in
            ScalingCoefficients(law, fitting: throughputs.map { ($0.workers, $0.rounds[round]) })
        }
        guard byRound.count == rounds, rounds > 0 else { return nil }
        self.byRound = byRound
        let single = RoundEstimate(byRound.map(\.single)).median
        let contention = RoundEstimate(byRound.map(\.contention))
        let coherency = law == .universal ? RoundEstimate(byRound.map(\.coherency)) : nil
        let middle = ScalingCoefficients(
            law: law, single: single, contention: contention.median, coherency: coherency?.median ?? 0)
        fit = ScalingFit(
            law: law, name: law.name, singleWorkerSamplesPerSecond: single, contention: contention,
            coherency: coherency, limit: middle.limit, bestWorkers: middle.bestWorkers,
            isExact: contestants.count == law.pointsNeeded)
    }

    func prediction(workers: Int) -> ScalingPrediction {
        let efficiencies = byRound.map { $0.throughput(workers: Double(workers)) / Double(workers) / $0.single }
        return ScalingPrediction(
            workers: workers, law: fit.law,
            samplesPerSecond: RoundEstimate(byRound.map { $0.throughput(workers: Double(workers)) }),
            speedup: RoundEstimate(efficiencies.map { $0 * Double(workers) }),
            efficiency: RoundEstimate(efficiencies), isPrediction: true)
    }
}
