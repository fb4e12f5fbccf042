/// What the kernels of one instruction set reach on one core, beside what the core can do.
package struct KernelMeasurement: Encodable, Sendable {
    package let instructionSet: String
    /// The most billions of operations a second in nothing but multiply-adds.
    package let peakGflops: Double
    /// Billions of bytes a second between the core and memory.
    package let memoryGigabytesPerSecond: Double
    package let products: [Product]
    package let streams: [Stream]
    /// The median over the products of layers; those of 1024 × 1024 × 1024 are none.
    package let medianShareOfPeak: Double
    /// The share of the peak that the forward product of 1024 × 1024 × 1024 reaches.
    package let squareShareOfPeak: Double

    /// A product of matrices.
    package struct Product: Sendable {
        package let shape: ProductShape
        package let gflops: Double
        /// The share of the peak in the same moments, since the clock of the core drifts.
        package let shareOfPeak: Double
    }

    /// A kernel that passes over its operands once, in the second-level cache.
    package struct Stream: Encodable, Sendable {
        package let kernel: String
        package let nanosecondsPerElement: Double
        /// Read and written.
        package let gigabytesPerSecond: Double
    }
}

extension KernelMeasurement.Product: Encodable {
    private enum CodingKeys: CodingKey { case pass, inputs, outputs, rows, gflops, shareOfPeak }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(shape.pass, forKey: .pass)
        try container.encode(shape.inputs, forKey: .inputs)
        try container.encode(shape.outputs, forKey: .outputs)
        try container.encode(shape.rows, forKey: .rows)
        try container.encode(gflops, forKey: .gflops)
        try container.encode(shareOfPeak, forKey: .shareOfPeak)
    }
}
