/// What the training step of one workload costs, and where its time goes.
///
/// Operations are counted as the multiply-adds that the mathematics needs: forward, gradient of the weights, and
/// gradient of the inputs where something before them learns.
package struct StepMeasurement: Encodable, Sendable {
    package let workload: String
    package let instructionSet: String
    package let workers: Int
    /// Numbers that the optimizer learns: no running statistics.
    package let parameters: Int
    /// Samples a step.
    package let batchSize: Int
    package let shards: Int
    /// How many steps were timed.
    package let steps: Int
    package let stepMillisecondsBest: Double
    package let stepMillisecondsMedian: Double
    /// 95 of 100 steps took no longer.
    package let stepMillisecondsP95: Double
    /// Samples a second of the median step.
    package let samplesPerSecond: Double
    /// Billions of operations a second, of the best step: what disturbs a step only ever slows it.
    package let gflops: Double
    /// The best that as many threads as workers reached in nothing but multiply-adds, between the steps.
    package let peakGflops: Double
    /// `gflops` over `peakGflops`: both undisturbed.
    package let shareOfPeak: Double
    /// The share of the peak that the median step reaches.
    package let shareOfPeakMedian: Double
    package let phases: Phases
    /// The network's layers in order; nil when they were not asked for.
    package var layers: [Layer]?

    /// Where the workers' time goes: shares of workers × duration that add up to 1.
    package struct Phases: Encodable, Sendable {
        package let data: Double
        package let forward: Double
        package let backward: Double
        package let reduceAndUpdate: Double
        /// The share spent waiting for other workers, and on all else that happens between the stages.
        package let waiting: Double
    }

    /// One layer's part in a step. Times are those of all workers, divided by their number: together with what belongs
    /// to no layer they add up to a step's duration.
    package struct Layer: Encodable, Sendable {
        /// `residual1/linear2`; an activation that is computed by the layer before it counts there.
        package let layer: String
        package let forwardMilliseconds: Double
        package let backwardMilliseconds: Double
        /// Billions of operations a second of all workers; nil for a layer without products.
        package let forwardGflops: Double?
        package let backwardGflops: Double?
        /// The layer's share of workers × duration.
        package let share: Double
    }
}
