/// What it costs to predict with one checkpoint on samples in memory.
package struct PredictMeasurement: Encodable, Sendable {
    /// Name of a workload, or path of a checkpoint.
    package let workload: String
    package let instructionSet: String
    /// Threads that many samples are computed on; one is computed on one.
    package let workers: Int
    /// Numbers of the network, running statistics included.
    package let parameters: Int
    /// From the path of a checkpoint to the first answer, nothing of it being in memory of the process.
    package let firstAnswerMilliseconds: Double
    package let one: Times
    /// Billions of bytes of parameters a second that the median of one sample goes through: each is read once.
    package let oneGigabytesPerSecond: Double
    /// What a core reads of as many bytes in one piece, over and over again.
    package let readGigabytesPerSecond: Double
    /// `oneGigabytesPerSecond` over `readGigabytesPerSecond`.
    package let shareOfBandwidth: Double
    /// Samples of `many`.
    package let manySamples: Int
    package let many: Times
    /// Of the median of many.
    package let samplesPerSecond: Double
    /// What the network puts out for the first sample, by which others may see that they compute the same.
    package let outputs: [Float]

    /// Times of a call.
    package struct Times: Encodable, Sendable {
        package let calls: Int
        package let microsecondsBest: Double
        package let microsecondsMedian: Double
        /// 95 of 100 calls took no longer.
        package let microsecondsP95: Double

        /// - Parameter seconds: of each call, not none.
        init(seconds: [Double]) {
            let times = seconds.sorted()
            calls = times.count
            microsecondsBest = times[0] * 1e6
            microsecondsMedian = times[times.count / 2] * 1e6
            microsecondsP95 = times[(times.count * 95 + 99) / 100 - 1] * 1e6
        }
    }
}
