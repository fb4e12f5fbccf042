import Datasets
import Foundation
import Kernels
import TestSupport
import XCTest

@testable import Gradients
@testable import Networks
@testable import Training
@testable import Workers

/// The estimate of the gradient noise, its advice, and what measuring it costs.
final class GradientNoiseTests: XCTestCase {
    func testTheEstimateIsWithoutBias() {
        // Gradients of one number, normal around 2 with variance 9: |G|² = 4, tr(Σ) = 9, scale 2.25.
        var random = SeededGenerator(seed: 5)
        var running = GradientNoise(squaredGradient: 0, variance: 0)
        let rounds = 20_000
        for _ in 0..<rounds {
            let samples = (0..<32).map { _ in
                2 + 3 * (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
            }
            func mean(_ range: Range<Int>) -> Double { samples[range].reduce(0, +) / Double(range.count) }
            // Ragged shards.
            let parts = [0..<9, 9..<20, 20..<32].map { (rows: $0.count, squaredNorm: mean($0) * mean($0)) }
            let noise = GradientNoise(shards: parts, squaredNorm: mean(0..<32) * mean(0..<32))!
            running.squaredGradient += noise.squaredGradient / Double(rounds)
            running.variance += noise.variance / Double(rounds)
        }
        XCTAssertEqual(running.squaredGradient, 4, accuracy: 0.05)
        XCTAssertEqual(running.variance, 9, accuracy: 0.3)
    }

    func testAdviceSaysWhichBatchPays() {
        let noise = GradientNoise(squaredGradient: 0.01, variance: 31.57)
        XCTAssertTrue(noise.advice(batchSize: 128).contains("larger batches pay: up to about 3200"))
        XCTAssertTrue(noise.advice(batchSize: 2048).contains("up to about 3200 still pay"))
        XCTAssertTrue(noise.advice(batchSize: 8192).contains("hardly pay"))
        XCTAssertTrue(noise.advice(batchSize: 60_000).contains("smaller batches would do"))
        XCTAssertTrue(GradientNoise(squaredGradient: -1, variance: 3).advice(batchSize: 8).contains("drowns in noise"))
    }

    func testNoiseThatCannotBeToldFromNoneIsNoReasonForLargerBatches() {
        for variance in [0, -0.5] {
            let noise = GradientNoise(squaredGradient: 2, variance: variance)
            XCTAssertEqual(noise.scale, 0)
            let advice = noise.advice(batchSize: 64)
            XCTAssertTrue(advice.contains("smaller batches would do"), advice)
            XCTAssertTrue(advice.contains("0% fewer steps"), advice)
            XCTAssertTrue(advice.contains("100% more samples"), advice)
        }
    }

    func testANoiseScaleBeyondADoubleIsNone() {
        let noise = GradientNoise(squaredGradient: 1e-300, variance: 1e300)
        XCTAssertNil(noise.scale)
        XCTAssertTrue(noise.advice(batchSize: 64).contains("drowns in noise"))
    }

    func testAMeasurementThatOverflowedLeavesTheMeanAsItWas() {
        var running = RunningNoise()
        running.add(GradientNoise(squaredGradient: 1, variance: 3))
        running.add(GradientNoise(squaredGradient: -.infinity, variance: .infinity))
        running.add(GradientNoise(squaredGradient: .nan, variance: .nan))
        XCTAssertEqual(running.noise, GradientNoise(squaredGradient: 1, variance: 3))
        XCTAssertEqual(running.count, 1)
    }

    // MARK: Cost

    /// Counts spans by stage, those of operations apart from others. One worker records.
    private final class Counter: SpanRecorder, @unchecked Sendable {
        struct Counts: Equatable {
            var operations: [StepPhase: Int] = [:]
            var others: [StepPhase: Int] = [:]
        }
        var counts = Counts()

        func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
            if operation == nil {
                counts.others[stage, default: 0] += 1
            } else {
                counts.operations[stage, default: 0] += 1
            }
        }
    }

    /// What each of some steps of one worker consists of, and how many blocks there are.
    private func counts(noiseScaleEvery: Int?, steps: Int) throws -> ([Counter.Counts], blocks: Int) {
        let configuration = Configuration(
            dataset: .synthetic(inputs: [12], classes: 3, samples: 320),
            network: Network {
                Linear(16)
                ReLU()
                Linear(3)
            }, batchSize: 80, shards: 20, noiseScaleEvery: noiseScaleEvery)
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(1),
            kernels: availableKernels()[0])
        let counter = Counter()
        trainer.team.recorder = counter
        let found = try trainer.team.region {
            try (0..<steps).map { _ in
                counter.counts = Counter.Counts()
                _ = try trainer.step()
                return counter.counts
            }
        }
        return (found, trainer.model.network.blocks.count)
    }

    func testAMeasurementTakesOnePassOverTheParametersMoreAndNoneOverTheNetwork() throws {
        let (plain, blocks) = try counts(noiseScaleEvery: nil, steps: 4)
        let (measuring, _) = try counts(noiseScaleEvery: 3, steps: 4)
        let pairs = ReductionShape(shards: 20, workers: 1, addsInPlace: true).pairs
        XCTAssertGreaterThan(pairs, 0)
        for step in 0..<4 {
            // The 1st and the 4th.
            guard step % 3 == 0 else {
                XCTAssertEqual(measuring[step], plain[step], "step \(step)")
                continue
            }
            XCTAssertEqual(measuring[step].operations, plain[step].operations)
            XCTAssertEqual(plain[step].others[.reduceAndUpdate], 20 - pairs + blocks)
            // Shards one by one, each of whose gradients is squared while it is in the cache; then all blocks' sums.
            XCTAssertEqual(measuring[step].others[.reduceAndUpdate], 20 + 2 * blocks)
            XCTAssertEqual(measuring[step].others[.forward], plain[step].others[.forward])
            XCTAssertEqual(measuring[step].others[.data], plain[step].others[.data])
        }
    }
}
