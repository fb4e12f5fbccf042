/// What it costs to predict with one checkpoint on samples in memory.
public struct PredictMeasurement: Encodable, Sendable {
    /// Name of a workload, or path of a checkpoint.
    public let workload: String
    public let instructionSet: String
    /// Threads that many samples are computed on; one is computed on one.
    public let workers: Int
    /// Numbers of the network, running statistics included.
    public let parameters: Int
    /// From the path of a checkpoint to the first answer, nothing of it being in memory of the process.
    public let firstAnswerMilliseconds: Double
    public let one: Times
    /// Billions of bytes of parameters a second that the median of one sample goes through: each is read once.
    public let oneGigabytesPerSecond: Double
    /// What a core reads of as many bytes in one piece, over and over again.
    public let readGigabytesPerSecond: Double
    /// `oneGigabytesPerSecond` over `readGigabytesPerSecond`.
    public let shareOfBandwidth: Double
    /// Samples of `many`.
    public let manySamples: Int
    public let many: Times
    /// Of the median of many.
    public let samplesPerSecond: Double
    /// What the network puts out for the first sample, by which others may see that they compute the same.
    public let outputs: [Float]

    /// Times of a call.
    public struct Times: Encodable, Sendable {
        public let calls: Int
        public let microsecondsBest: Double
        public let microsecondsMedian: Double
        /// 95 of 100 calls took no longer.
        public let microsecondsP95: Double

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
