import Datasets
import Kernels
import Networks
import Training
import Workers
import XCTest

@testable import Benchmarking

final class StepBenchmarkTests: XCTestCase {
    private func measure(_ workload: String, workers: Int) throws -> StepMeasurement {
        try StepBenchmark(workers: .exactly(workers), seconds: 0.01, kernels: availableKernels()[0])
            .run(try Workload(workload))
    }

    func testFiguresFollowFromTheTimesAndTheCountOfOperations() throws {
        for workers in [1, 2, 3] {
            let found = try measure("mlp-128", workers: workers)
            XCTAssertEqual(found.workers, workers)
            XCTAssertEqual(found.gflops * found.stepMillisecondsBest * 1e6, 308_150_272, accuracy: 1)
            XCTAssertEqual(found.samplesPerSecond * found.stepMillisecondsMedian, 128_000, accuracy: 1e-3)
            XCTAssertEqual(found.shareOfPeak, found.gflops / found.peakGflops, accuracy: 1e-9)
            XCTAssertLessThanOrEqual(found.shareOfPeakMedian, found.shareOfPeak)
            XCTAssertLessThanOrEqual(found.stepMillisecondsBest, found.stepMillisecondsMedian)
            XCTAssertLessThanOrEqual(found.stepMillisecondsMedian, found.stepMillisecondsP95)
        }
    }

    func testPhasesAndLayersAddUp() throws {
        let found = try measure("moons-100", workers: 2)
        let phases = found.phases
        XCTAssertEqual(
            phases.data + phases.forward + phases.backward + phases.reduceAndUpdate + phases.waiting, 1, accuracy: 1e-9)
        let layers = try XCTUnwrap(found.layers)
        XCTAssertEqual(layers.map(\.layer), ["linear1", "linear2", "linear3"])
        XCTAssertLessThanOrEqual(layers.reduce(0) { $0 + $1.share }, phases.forward + phases.backward + 1e-9)
        for layer in layers { XCTAssertGreaterThan(layer.share, 0, layer.layer) }
    }

    func testTheSmallerBatchAtAnEpochsEndIsNotTimed() throws {
        let configuration = Configuration(
            dataset: .synthetic(inputs: [3], classes: 2, samples: 25), network: Network { Linear(2) }, batchSize: 20)
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(1),
            kernels: availableKernels()[0])
        let timer = StepTimer(trainer)
        try trainer.team.region { try timer.run(seconds: 1e-9) }
        XCTAssertEqual(timer.times.count, 1)
        for _ in 0..<4 { try trainer.team.region { try timer.run(seconds: 1e-9) } }
        XCTAssertEqual(timer.times.count, 5)
        XCTAssertEqual(trainer.progress.step, 9)
    }

    func testTheRecorderIsGoneAfterAProfile() throws {
        let configuration = try Workload("moons-100").configuration
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
        let profile = try trainer.team.region { try StepTimer(trainer).profile(seconds: 1e-9) }
        XCTAssertNil(trainer.team.recorder)
        XCTAssertEqual(profile.steps, 1)
        XCTAssertEqual(profile.rows, 100)
    }

    func testStepsThatAreAllSlowerThanTheLimitMakeAProfileAllTheSame() throws {
        let configuration = try Workload("moons-100").configuration
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(1),
            kernels: availableKernels()[0])
        let profile = try trainer.team.region { try StepTimer(trainer).profile(seconds: 1e-9, limit: 0) }
        XCTAssertEqual(profile.steps, 1)
        XCTAssertGreaterThan(profile.phases.forward, 0)
    }
}

final class TeamPeakTests: XCTestCase {
    func testItIsMeasuredForAnyNumberOfWorkersAndOnEveryTable() {
        for kernels in availableKernels() + [ReferenceKernels.self] {
            for workers in [1, 2, 5] {
                let team = WorkerTeam(workerCount: workers)
                let peak = TeamPeak(kernels: kernels, team: team)
                team.region { _ = peak.measure() }
                XCTAssertGreaterThan(peak.best, 0, "\(kernels.name), \(workers)")
            }
        }
    }
}
