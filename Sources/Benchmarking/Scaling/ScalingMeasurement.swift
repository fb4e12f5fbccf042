/// How training scales over workers: what was measured, the laws fitted to it, and what they predict.
package struct ScalingMeasurement: Encodable, Sendable {
    package let lockstepVersion: String
    package let workload: String
    package let machine: MachineDescription
    package let rounds: Int
    /// How long steps of one number of workers were timed in a round.
    package let secondsPerRound: Double
    /// The probability that an interval holds the true median: 0 for one round, which has no interval.
    package let intervalCoverage: Double
    /// A curve a mode.
    package let curves: [ScalingCurve]
    /// What makes these figures doubtful, in sentences.
    package let warnings: [String]
}

/// The throughput of one mode by number of workers.
package struct ScalingCurve: Encodable, Sendable {
    package let mode: ScalingMode
    /// Points in ascending order of workers; the first is what the others are compared with.
    package let points: [ScalingPoint]
    /// Laws fitted to the points that do not exceed the cores.
    package let fits: [ScalingFit]
    /// What the laws say of more workers than were measured. Nothing of it was measured.
    package let predictions: [ScalingPrediction]
    /// Why laws are missing, which wall is near, and where efficiency goes, in sentences.
    package let explanation: [String]
}

/// What was measured of a number of workers.
package struct ScalingPoint: Encodable, Sendable {
    package let workers: Int
    package let batchSize: Int
    package let shards: Int
    /// Whether there are fewer cores than workers, so that this says nothing of how training scales.
    package let exceedsCores: Bool
    /// Steps that were timed in all rounds.
    package let steps: Int
    /// The time of a step, of the rounds' median steps.
    package let stepMilliseconds: RoundEstimate
    package let samplesPerSecond: RoundEstimate
    /// Times the throughput of the first point's workers, scaled to one worker.
    package let speedup: RoundEstimate
    /// Speed-up over workers, from the two times of each round.
    package let efficiency: RoundEstimate
    /// Multiply-adds that the mathematics needs, two operations each, in the median step.
    package let gflops: Double
    /// What these workers reach together in multiply-adds alone.
    package let peakGflops: Double
    package let shareOfPeak: Double
    /// What these workers move together between themselves and memory.
    package let memoryGigabytesPerSecond: Double
    /// What the median step streams of gradients, parameters, moments and packed weights; less of it reaches memory
    /// where caches hold some.
    package let streamedGigabytesPerSecond: Double
    /// Where the time of all workers goes, on average.
    package let time: TimeSplit
    /// Where the time of each worker goes.
    package let timeByWorker: [TimeSplit]

    /// Shares of a worker's time that add up to 1.
    package struct TimeSplit: Encodable, Sendable, Equatable {
        /// Forward and backward.
        package let compute: Double
        package let reduceAndUpdate: Double
        package let data: Double
        /// The share spent waiting for other workers, and on all else that happens between the stages.
        package let waiting: Double

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
package struct ScalingFit: Encodable, Sendable {
    package let law: ScalingLaw
    package let name: String
    /// γ: samples a second of one worker.
    package let singleWorkerSamplesPerSecond: Double
    /// σ: the serial share, or the contention.
    package let contention: RoundEstimate
    /// κ; nil for laws without.
    package let coherency: RoundEstimate?
    /// How many times as fast as one worker any number can be; nil without a limit.
    package let limit: Double?
    /// The number of workers beyond which throughput falls; nil where it never does.
    package let bestWorkers: Double?
    /// Whether there are just as many points as unknowns, so that the fit meets all of them and nothing tests it.
    package let isExact: Bool

    /// The law with the medians of its numbers.
    package var coefficients: ScalingCoefficients {
        ScalingCoefficients(
            law: law, single: singleWorkerSamplesPerSecond, contention: contention.median,
            coherency: coherency?.median ?? 0)
    }
}

/// What a law says of more workers than were measured.
package struct ScalingPrediction: Encodable, Sendable {
    package let workers: Int
    package let law: ScalingLaw
    package let samplesPerSecond: RoundEstimate
    package let speedup: RoundEstimate
    package let efficiency: RoundEstimate
    /// True: so that nobody who reads this object alone takes it for a measurement.
    package let isPrediction: Bool
}
