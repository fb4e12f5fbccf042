import Datasets
import Foundation
import Kernels
import Networks
import Optimization
import Training
import XCTest

final class LearningRateFinderTests: XCTestCase {
    private let configuration = Configuration(
        dataset: .synthetic(inputs: [12], classes: 3, samples: 200),
        network: Network {
            Linear(16)
            ReLU()
            Linear(3)
        },
        optimizer: .sgd(.init(learningRate: 0.1)), batchSize: 32)

    func testRatesGrowByEqualRatios() {
        let finder = LearningRateFinder(lowest: 1e-4, highest: 1, steps: 41)
        XCTAssertEqual(finder.rate(step: 0), 1e-4)
        XCTAssertEqual(finder.rate(step: 10), 1e-3, accuracy: 1e-12)
        XCTAssertEqual(finder.rate(step: 40), 1, accuracy: 1e-12)
    }

    func testRatesAreNumbersHoweverFarApartTheirEndsAre() {
        let finder = LearningRateFinder(lowest: 1e-300, highest: 1e300, steps: 11)
        XCTAssertEqual(finder.rate(step: 5), 1, accuracy: 1e-9)
        XCTAssertEqual(finder.rate(step: 10), 1e300, accuracy: 1e288)
    }

    func testTheLossFallsAndThenExplodes() throws {
        let sweep = try LearningRateFinder(lowest: 1e-4, highest: 1e5, steps: 150).sweep(configuration)
        XCTAssertTrue(sweep.hasDiverged)
        XCTAssertLessThan(sweep.points.count, 150)
        let steepest = try XCTUnwrap(sweep.steepest)
        let least = try XCTUnwrap(sweep.atLeastLoss)
        XCTAssertLessThan(steepest, least)
        XCTAssertTrue((1e-3...10).contains(steepest), "\(steepest)")
        XCTAssertEqual(sweep.points.map(\.learningRate), sweep.points.map(\.learningRate).sorted())
    }

    func testTheRateToWriteDownHasARunTrainWithTheOneThatWasFound() throws {
        for scaling in [nil, LearningRateScaling.linear(baseBatchSize: 8), .squareRoot(baseBatchSize: 8)] {
            var configuration = configuration
            configuration.learningRateScaling = scaling
            let sweep = try LearningRateFinder(lowest: 1e-4, highest: 10, steps: 60).sweep(configuration)
            configuration.optimizer = .sgd(.init(learningRate: try XCTUnwrap(sweep.learningRate)))
            let trainer = try Trainer(
                configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
                kernels: availableKernels()[0])
            XCTAssertEqual(trainer.learningRate, try XCTUnwrap(sweep.steepest), accuracy: 1e-14)
        }
    }

    func testALossThatNeverFallsHasNoSuggestion() throws {
        let sweep = try LearningRateFinder(lowest: 1e3, highest: 1e9, steps: 50).sweep(configuration)
        XCTAssertTrue(sweep.hasDiverged)
        XCTAssertNil(sweep.steepest)
    }

    func testItStopsWhenItIsTold() throws {
        var steps = 0
        let sweep = try LearningRateFinder(steps: 50).sweep(configuration, isInterrupted: { steps >= 7 }) { _ in
            steps += 1
        }
        XCTAssertEqual(sweep.points.count, 7)
        XCTAssertFalse(sweep.hasDiverged)
    }

    func testWhatMakesNoSenseIsRefused() {
        for (finder, field) in [
            (LearningRateFinder(lowest: 0), "lowest"), (LearningRateFinder(lowest: 1, highest: 0.5), "highest"),
            (LearningRateFinder(steps: 3), "steps"), (LearningRateFinder(highest: .nan), "highest"),
            (LearningRateFinder(steps: 1_000_001), "steps"), (LearningRateFinder(highest: 1e39), "highest"),
            (LearningRateFinder(lowest: 1e-40), "lowest"),
        ] {
            XCTAssertThrowsError(try finder.sweep(configuration)) { XCTAssertTrue("\($0)".hasPrefix(field), "\($0)") }
        }
    }
}
