/// What the kernels of one instruction set reach on one core, beside what the core can do.
public struct KernelMeasurement: Encodable, Sendable {
    public let instructionSet: String
    /// The most billions of operations a second in nothing but multiply-adds.
    public let peakGflops: Double
    /// Billions of bytes a second between the core and memory.
    public let memoryGigabytesPerSecond: Double
    public let products: [Product]
    public let streams: [Stream]
    /// The median over the products of layers; those of 1024 × 1024 × 1024 are none.
    public let medianShareOfPeak: Double
    /// The share of the peak that the forward product of 1024 × 1024 × 1024 reaches.
    public let squareShareOfPeak: Double

    /// A product of matrices.
    public struct Product: Sendable {
        public let shape: ProductShape
        public let gflops: Double
        /// The share of the peak in the same moments, since the clock of the core drifts.
        public let shareOfPeak: Double
    }

    /// A kernel that passes over its operands once, in the second-level cache.
    public struct Stream: Encodable, Sendable {
        public let kernel: String
        public let nanosecondsPerElement: Double
        /// Read and written.
        public let gigabytesPerSecond: Double
    }
}

extension KernelMeasurement.Product: Encodable {
    private enum CodingKeys: CodingKey { case pass, inputs, outputs, rows, gflops, shareOfPeak }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(shape.pass, forKey: .pass)
        try container.encode(shape.inputs, forKey: .inputs)
        try container.encode(shape.outputs, forKey: .outputs)
        try container.encode(shape.rows, forKey: .rows)
        try container.encode(gflops, forKey: .gflops)
        try container.encode(shareOfPeak, forKey: .shareOfPeak)
    }
}
