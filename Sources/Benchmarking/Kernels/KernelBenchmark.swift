import Kernels

/// Times every kernel of a table at the shapes of real layers, on one core.
package struct KernelBenchmark {
    package var kernels: any KernelTable.Type
    /// How long to time a kernel, of about a hundred.
    package var seconds: Double

    package init(kernels: any KernelTable.Type, seconds: Double) {
        precondition(seconds > 0, "a benchmark needs time")
        self.kernels = kernels
        self.seconds = seconds
    }

    package func run() -> KernelMeasurement {
        run(layers: ProductShape.layers, squares: ProductShape.squares)
    }

    /// - Parameter squares: timed after the layers, the first of them for the summary.
    func run(layers: [ProductShape], squares: [ProductShape]) -> KernelMeasurement {
        let timer = KernelTimer(kernels: kernels, seconds: seconds)
        let memory = MemoryBandwidth(kernels: kernels)
        memory.measure()
        let layers = layers.map { measure($0, timer) }
        let squares = squares.map { measure($0, timer) }
        memory.measure()
        let streams = measureStreams(timer)
        memory.measure()
        return KernelMeasurement(
            instructionSet: kernels.name, peakGflops: timer.peak / 1e9, memoryGigabytesPerSecond: memory.best / 1e9,
            products: layers + squares, streams: streams,
            medianShareOfPeak: layers.map(\.shareOfPeak).sorted()[layers.count / 2],
            squareShareOfPeak: squares[0].shareOfPeak)
    }

    private func measure(_ shape: ProductShape, _ timer: KernelTimer) -> KernelMeasurement.Product {
        let product = LayerProduct(shape, kernels: kernels)
        let timing = timer.time { product() }
        let rate = shape.flops / timing.seconds
        return KernelMeasurement.Product(shape: shape, gflops: rate / 1e9, shareOfPeak: rate / timing.peak)
    }

    private func measureStreams(_ timer: KernelTimer) -> [KernelMeasurement.Stream] {
        let streams = StreamKernels(kernels: kernels)
        return (streams.all + ImageKernels(kernels: kernels).all).map { stream in
            streams.refill()
            let seconds = timer.time(stream.body).seconds / Double(stream.elements)
            return KernelMeasurement.Stream(
                kernel: stream.name, nanosecondsPerElement: seconds * 1e9,
                gigabytesPerSecond: Double(stream.bytes) / seconds / 1e9)
        }
    }
}
