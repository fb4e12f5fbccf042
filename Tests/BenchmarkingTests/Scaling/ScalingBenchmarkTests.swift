import Kernels
import Workers
import XCTest

@testable import Benchmarking

/// No time decides in these tests; machines may be as slow and as busy as they like.
final class ScalingBenchmarkTests: XCTestCase {
    private func measure(_ plan: ScalingPlan, workload: String = "moons-100") throws -> ScalingMeasurement {
        try ScalingBenchmark(plan: plan, isForced: true, kernels: availableKernels()[0]).run(try Workload(workload))
    }

    func testFiguresFollowFromTheTimes() throws {
        let found = try measure(ScalingPlan(workers: [1, 2], modes: [.strong, .weak], rounds: 3, seconds: 0.005))
        XCTAssertEqual(found.curves.map(\.mode), [.strong, .weak])
        XCTAssertEqual(found.curves.map { $0.points.map(\.batchSize) }, [[100, 100], [100, 200]])
        for curve in found.curves {
            XCTAssertEqual(curve.points[0].efficiency, RoundEstimate([1, 1, 1]))
            for point in curve.points {
                XCTAssertEqual(
                    point.speedup.median, point.efficiency.median * Double(point.workers), accuracy: 1e-12)
                XCTAssertEqual(
                    point.samplesPerSecond.median * point.stepMilliseconds.median, Double(point.batchSize) * 1e3,
                    accuracy: 1e-6)
                XCTAssertEqual(point.shareOfPeak, point.gflops / point.peakGflops, accuracy: 1e-9)
                XCTAssertGreaterThan(point.memoryGigabytesPerSecond, 0)
                XCTAssertEqual(point.timeByWorker.count, point.workers)
                for time in point.timeByWorker + [point.time] {
                    XCTAssertEqual(
                        time.compute + time.reduceAndUpdate + time.data + time.waiting, 1, accuracy: 1e-6)
                }
            }
        }
    }

    func testTheWorkersTimeIsTheAverageOfEachWorkers() throws {
        let point = try measure(ScalingPlan(workers: [3], rounds: 1, seconds: 0.005)).curves[0].points[0]
        for part in [\ScalingPoint.TimeSplit.compute, \.reduceAndUpdate, \.data] {
            let mean = point.timeByWorker.reduce(0) { $0 + $1[keyPath: part] } / 3
            XCTAssertEqual(point.time[keyPath: part], mean, accuracy: 1e-9)
        }
    }

    func testPredictionsAreMarkedAndGoBeyondWhatWasMeasured() throws {
        let curve = try measure(ScalingPlan(workers: [1], rounds: 2, seconds: 0.005)).curves[0]
        XCTAssertEqual(curve.fits.count, 0)
        XCTAssertEqual(curve.predictions.count, 0)
        XCTAssertTrue(curve.explanation.contains { $0.contains("Amdahl's law needs 2") }, "\(curve.explanation)")
        XCTAssertEqual(ScalingCurve.predictedWorkers(beyond: 2), [4, 8, 16, 32, 64])
        XCTAssertEqual(ScalingCurve.predictedWorkers(beyond: 24), [32, 64])
        XCTAssertEqual(ScalingCurve.predictedWorkers(beyond: 64), [128, 256])
    }

    func testPointsBeyondTheCoresAreMarkedAndInNoFit() throws {
        let cores = UsableCores.count
        let found = try measure(ScalingPlan(workers: [cores, cores + 1], rounds: 1, seconds: 0.005))
        XCTAssertEqual(found.curves[0].points.map(\.exceedsCores), [false, true])
        XCTAssertEqual(found.curves[0].fits.count, 0)
        XCTAssertTrue(found.warnings.contains { $0.hasPrefix("\(cores + 1) workers exceed") }, "\(found.warnings)")
    }

    func testMoreWorkersThanCoresAreRefusedUnlessForced() throws {
        let cores = UsableCores.count
        let benchmark = ScalingBenchmark(plan: ScalingPlan(workers: [cores + 1]), kernels: availableKernels()[0])
        XCTAssertThrowsError(try benchmark.run(try Workload("moons-100"))) {
            XCTAssertEqual($0 as? ScalingPlanError, .tooManyWorkers(workers: cores + 1, cores: cores))
        }
    }
}

final class ScalingWarningsTests: XCTestCase {
    func testAPeakThatChangedIsSeenInTheMedianOfTheThirds() throws {
        let steady = [100.0, 101, 99, 100, 100, 101]
        let slower = [100.0, 100, 100, 90, 80, 80]
        XCTAssertEqual(try XCTUnwrap(ScalingWarnings.peakChange([slower])), -0.2, accuracy: 1e-12)
        XCTAssertEqual(try XCTUnwrap(ScalingWarnings.peakChange([steady])), 0, accuracy: 1e-12)
        XCTAssertNil(ScalingWarnings.peakChange([[100, 50]]))
    }

    func testAThrottledRunIsSaid() {
        let warnings = ScalingWarnings(throttledPeriods: 3, cores: 2, rounds: 6).sentences([])
        XCTAssertEqual(warnings.count, 1)
        XCTAssertTrue(warnings[0].contains("stopped this process in 3 periods"), warnings[0])
        XCTAssertEqual(ScalingWarnings(throttledPeriods: 0, cores: 2, rounds: 6).sentences([]), [])
    }

    func testFewRoundsAreSaidToBeFew() {
        XCTAssertTrue(
            ScalingWarnings(throttledPeriods: nil, cores: 2, rounds: 1).sentences([])[0].contains("no interval"))
        XCTAssertTrue(ScalingWarnings(throttledPeriods: nil, cores: 2, rounds: 5).sentences([])[0].contains("94%"))
    }
}

final class ScalingExplanationTests: XCTestCase {
    private func point(
        workers: Int, rate: Double, shards: Int = 16, waiting: Double = 0, peak: Double = 100, streamed: Double = 1
    )
        -> ScalingPoint
    {
        let efficiency = rate / Double(workers) / 1000
        return ScalingPoint(
            workers: workers, batchSize: 100, shards: shards, exceedsCores: false, steps: 1,
            stepMilliseconds: RoundEstimate([1e5 / rate]), samplesPerSecond: RoundEstimate([rate]),
            speedup: RoundEstimate([rate / 1000]), efficiency: RoundEstimate([efficiency]), gflops: 90,
            peakGflops: peak * Double(workers), shareOfPeak: 0.9, memoryGigabytesPerSecond: 20,
            streamedGigabytesPerSecond: streamed,
            time: .init(compute: 1 - waiting, reduceAndUpdate: 0, data: 0, waiting: waiting), timeByWorker: [])
    }

    func testLossesAddUpToTheEfficiencyThatIsMissing() {
        let (one, four) = (point(workers: 1, rate: 1000, waiting: 0.02), point(workers: 4, rate: 3200, waiting: 0.15))
        let losses = ScalingExplanation.losses(from: one, to: four)
        XCTAssertEqual(losses.reduce(0) { $0 + $1.share }, 0.2, accuracy: 1e-12)
        XCTAssertEqual(
            losses.first { $0.name == ScalingExplanation.waiting }!.share, 0.15 - 0.8 * 0.02, accuracy: 1e-12)
    }

    private func text(_ points: [ScalingPoint]) -> String {
        ScalingExplanation(mode: .strong, points: points, fits: [], laws: []).sentences.joined(separator: "\n")
    }

    func testItSaysWhatTheLossIs() {
        let one = point(workers: 1, rate: 1000)
        XCTAssertTrue(text([one, point(workers: 2, rate: 1999)]).contains("nothing to speak of is lost"))
        XCTAssertTrue(text([one, point(workers: 2, rate: 1600, waiting: 0.2)]).contains("Workers wait for each other"))
        XCTAssertTrue(text([one, point(workers: 2, rate: 1600)]).contains("memory or a cache that they share"))
        XCTAssertTrue(text([one, point(workers: 2, rate: 1600, peak: 80)]).contains("20.0% fewer multiply-adds"))
    }

    func testItSaysHowNearMemoryIs() {
        XCTAssertTrue(text([point(workers: 1, rate: 1000, streamed: 3)]).contains("15.0% of what these workers move"))
        XCTAssertTrue(text([point(workers: 1, rate: 1000, streamed: 3)]).contains("memory is not near"))
        XCTAssertTrue(text([point(workers: 1, rate: 1000, streamed: 19)]).contains("memory is near"))
    }

    func testItSaysWhatTheCutOfTheBatchAllows() {
        let text = text([point(workers: 1, rate: 1000, shards: 16), point(workers: 6, rate: 5000, shards: 16)])
        XCTAssertTrue(text.contains("16 shards for 6 workers allow 88.9% at the most"), text)
    }
}
