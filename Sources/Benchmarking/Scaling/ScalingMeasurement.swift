/// How training scales over workers: what was measured, the laws fitted to it, and what they predict.
public struct ScalingMeasurement: Encodable, Sendable {
    public let lockstepVersion: String
    public let workload: String
    public let machine: MachineDescription
    public let rounds: Int
    /// How long steps of one number of workers were timed in a round.
    public let secondsPerRound: Double
    /// The probability that an interval holds the true median: 0 for one round, which has no interval.
    public let intervalCoverage: Double
    /// A curve a mode.
    public let curves: [ScalingCurve]
    /// What makes these figures doubtful, in sentences.
    public let warnings: [String]
}

/// The throughput of one mode by number of workers.
public struct ScalingCurve: Encodable, Sendable {
    public let mode: ScalingMode
    /// Points in ascending order of workers; the first is what the others are compared with.
    public let points: [ScalingPoint]
    /// Laws fitted to the points that do not exceed the cores.
    public let fits: [ScalingFit]
    /// What the laws say of more workers than were measured. Nothing of it was measured.
    public let predictions: [ScalingPrediction]
    /// Why laws are missing, which wall is near, and where efficiency goes, in sentences.
    public let explanation: [String]
}

/// What was measured of a number of workers.
public struct ScalingPoint: Encodable, Sendable {
    public let workers: Int
    public let batchSize: Int
    public let shards: Int
    /// Whether there are fewer cores than workers, so that this says nothing of how training scales.
    public let exceedsCores: Bool
    /// Steps that were timed in all rounds.
    public let steps: Int
    /// The time of a step, of the rounds' median steps.
    public let stepMilliseconds: RoundEstimate
    public let samplesPerSecond: RoundEstimate
    /// Times the throughput of the first point's workers, scaled to one worker.
    public let speedup: RoundEstimate
    /// Speed-up over workers, from the two times of each round.
    public let efficiency: RoundEstimate
    /// Multiply-adds that the mathematics needs, two operations each, in the median step.
    public let gflops: Double
    /// What these workers reach together in multiply-adds alone.
    public let peakGflops: Double
    public let shareOfPeak: Double
    /// What these workers move together between themselves and memory.
    public let memoryGigabytesPerSecond: Double
    /// What the median step streams of gradients, parameters, moments and packed weights; less of it reaches memory
    /// where caches hold some.
    public let streamedGigabytesPerSecond: Double
    /// Where the time of all workers goes, on average.
    public let time: TimeSplit
    /// Where the time of each worker goes.
    public let timeByWorker: [TimeSplit]

    /// Shares of a worker's time that add up to 1.
    public struct TimeSplit: Encodable, Sendable, Equatable {
        /// Forward and backward.
        public let compute: Double
        public let reduceAndUpdate: Double
        public let data: Double
        /// The share spent waiting for other workers, and on all else that happens between the stages.
        public let waiting: Double

        init(compute: Double, reduceAndUpdate: Double, data: Double, waiting: Double) {
            (self.compute, self.reduceAndUpdate, self.data, self.waiting) = (compute, reduceAndUpdate, data, waiting)
        }

        init(_ phases: StepMeasurement.Phases) {
            self.init(
                compute: phases.forward + phases.backward, reduceAndUpdate: phases.reduceAndUpdate, data: phases.data,
                waiting: phases.waiting)
        }
    }
}

/// A law with its numbers, and how sure they are: each round's own fit makes the intervals.
public struct ScalingFit: Encodable, Sendable {
    public let law: ScalingLaw
    public let name: String
    /// γ: samples a second of one worker.
    public let singleWorkerSamplesPerSecond: Double
    /// σ: the serial share, or the contention.
    public let contention: RoundEstimate
    /// κ; nil for laws without.
    public let coherency: RoundEstimate?
    /// How many times as fast as one worker any number can be; nil without a limit.
    public let limit: Double?
    /// The number of workers beyond which throughput falls; nil where it never does.
    public let bestWorkers: Double?
    /// Whether there are just as many points as unknowns, so that the fit meets all of them and nothing tests it.
    public let isExact: Bool

    /// The law with the medians of its numbers.
    public var coefficients: ScalingCoefficients {
        ScalingCoefficients(
            law: law, single: singleWorkerSamplesPerSecond, contention: contention.median,
            coherency: coherency?.median ?? 0)
    }
}

/// What a law says of more workers than were measured.
public struct ScalingPrediction: Encodable, Sendable {
    public let workers: Int
    public let law: ScalingLaw
    public let samplesPerSecond: RoundEstimate
    public let speedup: RoundEstimate
    public let efficiency: RoundEstimate
    /// True: so that nobody who reads this object alone takes it for a measurement.
    public let isPrediction: Bool
}
