import Benchmarking
import Kernels
import TestSupport
import XCTest

final class PredictBenchmarkTests: XCTestCase {
    func testOneSampleAndManyAreTimedOnEveryInstructionSetWithTheSameOutputs() throws {
        let workload = try XCTUnwrap(Workload.builtIn.first { $0.name == "moons-100" })
        var outputs: [[Float]] = []
        for kernels in availableKernels() {
            let benchmark = PredictBenchmark(workers: .exactly(2), seconds: 0.01, samples: 20, kernels: kernels)
            let measurement = try benchmark.run(workload)
            XCTAssertGreaterThanOrEqual(measurement.one.calls, 10)
            XCTAssertLessThanOrEqual(measurement.one.microsecondsBest, measurement.one.microsecondsMedian)
            XCTAssertLessThanOrEqual(measurement.one.microsecondsMedian, measurement.one.microsecondsP95)
            XCTAssertEqual(
                measurement.samplesPerSecond, 20 / measurement.many.microsecondsMedian * 1e6, accuracy: 1e-3)
            XCTAssertEqual(measurement.parameters, 2 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2)
            outputs.append(measurement.outputs)
        }
        XCTAssertEqual(outputs[0].count, 2)
        for other in outputs { assertSameBits(other, outputs[0]) }
    }
}
