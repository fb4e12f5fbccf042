/// What the training step of one workload costs, and where its time goes.
///
/// Operations are counted as the multiply-adds that the mathematics needs: forward, gradient of the weights, and
/// gradient of the inputs where something before them learns.
public struct StepMeasurement: Encodable, Sendable {
    public let workload: String
    public let instructionSet: String
    public let workers: Int
    /// Numbers that the optimizer learns: no running statistics.
    public let parameters: Int
    /// Samples a step.
    public let batchSize: Int
    public let shards: Int
    /// How many steps were timed.
    public let steps: Int
    public let stepMillisecondsBest: Double
    public let stepMillisecondsMedian: Double
    /// 95 of 100 steps took no longer.
    public let stepMillisecondsP95: Double
    /// Samples a second of the median step.
    public let samplesPerSecond: Double
    /// Billions of operations a second, of the best step: what disturbs a step only ever slows it.
    public let gflops: Double
    /// The best that as many threads as workers reached in nothing but multiply-adds, between the steps.
    public let peakGflops: Double
    /// `gflops` over `peakGflops`: both undisturbed.
    public let shareOfPeak: Double
    /// The share of the peak that the median step reaches.
    public let shareOfPeakMedian: Double
    public let phases: Phases
    /// The network's layers in order; nil when they were not asked for.
    public var layers: [Layer]?

    /// Where the workers' time goes: shares of workers × duration that add up to 1.
    public struct Phases: Encodable, Sendable {
        public let data: Double
        public let forward: Double
        public let backward: Double
        public let reduceAndUpdate: Double
        /// The share spent waiting for other workers, and on all else that happens between the stages.
        public let waiting: Double
    }

    /// One layer's part in a step. Times are those of all workers, divided by their number: together with what belongs
    /// to no layer they add up to a step's duration.
    public struct Layer: Encodable, Sendable {
        /// `residual1/linear2`; an activation that is computed by the layer before it counts there.
        public let layer: String
        public let forwardMilliseconds: Double
        public let backwardMilliseconds: Double
        /// Billions of operations a second of all workers; nil for a layer without products.
        public let forwardGflops: Double?
        public let backwardGflops: Double?
        /// The layer's share of workers × duration.
        public let share: Double
    }
}
