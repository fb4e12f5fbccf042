import Foundation
import HDF5
import Kernels
import Training
import Workers

/// Times predictions on samples in memory: one at a time, and many.
///
/// Element i of sample s is (131 s + 37 i) mod 256, which everybody can make.
package struct PredictBenchmark {
    package var workers: WorkerCount
    /// How long to time each of the two.
    package var seconds: Double
    /// Samples of the second.
    package var samples: Int
    package var kernels: any KernelTable.Type

    package init(
        workers: WorkerCount = .automatic, seconds: Double, samples: Int = 1000, kernels: any KernelTable.Type
    ) {
        precondition(seconds > 0 && samples > 0, "a benchmark needs time and samples")
        self.workers = workers
        self.seconds = seconds
        self.samples = samples
        self.kernels = kernels
    }

    /// Measures a workload with the parameters that its training begins with.
    ///
    /// - Throws: what training it throws.
    package func run(_ workload: Workload) throws -> PredictMeasurement {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("lockstep-predict-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let outcome = try TrainingRun(workload.configuration, directory: directory, kernels: kernels).train(steps: 0)
        return try run(checkpoint: outcome.checkpoint, name: workload.name)
    }

    /// Measures a checkpoint.
    ///
    /// - Throws: what `TrainedModel` throws.
    package func run(checkpoint: String, name: String? = nil) throws -> PredictMeasurement {
        let start = wallSeconds()
        // As in a program that uses the library: only `lockstep` tries files of others in a process of its own first,
        // whose start takes 30 ms.
        let model = try HDF5Library.$trustsFiles.withValue(true) {
            try TrainedModel(checkpoint, workers: workers, kernels: kernels)
        }
        let shape = model.checkpoint.inputShape
        let features = shape.reduce(1, *)
        func sample(_ index: Int) -> [Float] { (0..<features).map { Float((131 * index + 37 * $0) % 256) } }
        let first = sample(0)
        let outputs = try model.predict(first).outputs
        let loading = wallSeconds() - start

        let all = (0..<samples).flatMap(sample)
        let one = try time { _ = try model.predict(first) }
        let many = try time { _ = try model.predict(all, shape: [samples] + shape) }
        let parameters = model.model.network.layout.elementCount
        let bytes = Double(parameters * MemoryLayout<Float>.stride)
        let (rate, limit) = (bytes / one.microsecondsMedian / 1e3, readRate(floats: parameters) / 1e9)
        return PredictMeasurement(
            workload: name ?? checkpoint, instructionSet: kernels.name, workers: workers.resolved,
            parameters: parameters, firstAnswerMilliseconds: loading * 1e3, one: one, oneGigabytesPerSecond: rate,
            readGigabytesPerSecond: limit, shareOfBandwidth: rate / limit, manySamples: samples, many: many,
            samplesPerSecond: Double(samples) / many.microsecondsMedian * 1e6, outputs: outputs)
    }

    /// Times calls, ten at least, after a few to warm up.
    private func time(_ body: () throws -> Void) rethrows -> PredictMeasurement.Times {
        var times: [Double] = []
        times.reserveCapacity(1 << 20)
        for _ in 0..<3 { try body() }
        let end = wallSeconds() + seconds
        repeat {
            let start = wallSeconds()
            try body()
            times.append(wallSeconds() - start)
        } while wallSeconds() < end || times.count < 10
        return PredictMeasurement.Times(seconds: times)
    }

    /// Bytes a second that this core reads of so many floats, again and again: the median of passes.
    private func readRate(floats: Int) -> Double {
        let buffer = AlignedBuffer(count: max(floats, 16))
        let passes = max(1, (1 << 20) / buffer.count)
        let times = (0..<50).map { _ in
            let start = wallSeconds()
            for _ in 0..<passes { precondition(kernels.firstNonFinite(buffer.pointer, count: buffer.count) > 0) }
            return wallSeconds() - start
        }
        return Double(passes * buffer.count * MemoryLayout<Float>.stride) / times.sorted()[times.count / 2]
    }
}
