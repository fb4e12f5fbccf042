import Kernels
import TestSupport
import XCTest

@testable import Networks

final class DropoutTests: XCTestCase {
    func testOutputAndGradientMatchTheOracleUnderTheSameMask() throws {
        try assertMatchesOracle(
            Network {
                Linear(19)
                Dropout(0.3)
                ReLU()
                Dropout(0.5)
                Linear(3)
            }, inputShape: [5], rows: 7)
    }

    func testChannelsAreDroppedTogether() throws {
        try assertMatchesOracle(
            Network {
                Convolution(3, kernel: 2)
                Dropout(0.4, channels: true)
                ReLU()
            }, inputShape: [4, 3, 2], rows: 5)
        for kernels in availableKernels() {
            let run = try LayerRun(
                Network { Dropout(0.5, channels: true) }, inputShape: [2, 3, 70], rows: 4, kernels: kernels)
            let ones = [Float](repeating: 1, count: 4 * 6 * 70)
            let output = run.run(input: ones, outputGradient: ones, parameters: [:]).output
            var masks: Set<[Float]> = []
            for row in 0..<4 {
                let pixels = (0..<6).map { Array(output[(row * 6 + $0) * 70..<(row * 6 + $0 + 1) * 70]) }
                XCTAssertEqual(Set(pixels).count, 1, kernels.name)
                XCTAssertEqual(Set(pixels[0]), [0, 2], kernels.name)
                masks.insert(pixels[0])
            }
            XCTAssertEqual(masks.count, 4, "samples lose other channels")
        }
    }

    func testShortAndLongFormAreRead() throws {
        let json = """
            [{"dropout": 0.2}, {"dropout": {"probability": 0.2}}, {"dropout": {"probability": 0.3, "channels": true}}]
            """
        let expected = Network([Dropout(0.2), Dropout(0.2), Dropout(0.3, channels: true)])
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        assertRefused(
            #"[{"dropout": {"channels": true}}]"#, as: Network.self, "[0].dropout: the key 'probability' is missing")
        assertRefused(
            #"[{"dropout": {"probability": 0.2, "channel": true}}]"#, as: Network.self,
            "[0].dropout: unknown key 'channel'; did you mean 'channels'? Known keys: probability, channels")
    }

    func testLayersDropDifferentElements() throws {
        let run = try LayerRun(
            Network {
                Dropout(0.5)
                Dropout(0.5)
            }, inputShape: [64], rows: 4, kernels: availableKernels()[0])
        let masks = dropoutFactors(run)
        XCTAssertNotEqual(masks[0], masks[1])
    }

    func testMaskIsAFunctionOfSeedStepAndRowOfTheBatch() throws {
        for kernels in availableKernels() {
            let run = try LayerRun(Network { Dropout(0.5) }, inputShape: [33], rows: 6, kernels: kernels)
            let ones = [Float](repeating: 1, count: 6 * 33)
            func output(_ draw: LayerRun.Draw, microBatches: [Int] = [6]) -> [Float] {
                run.run(input: ones, outputGradient: ones, parameters: [:], microBatches: microBatches, draw: draw)
                    .output
            }
            let first = output(.init())
            assertSameBits(output(.init()), first, kernels.name)
            assertSameBits(output(.init(), microBatches: [1, 3, 2]), first, kernels.name)
            XCTAssertNotEqual(output(.init(seed: 8)), first)
            XCTAssertNotEqual(output(.init(step: 4)), first)
            // The rows 2 ..< 6 of the batch, whoever computes them.
            assertSameBits(
                Array(output(.init(firstRow: 2)).prefix(4 * 33)), Array(first.suffix(4 * 33)), kernels.name)
        }
    }

    func testInferenceLeavesItOut() throws {
        let network = Network {
            Linear(3)
            Dropout(0.9)
            ReLU()
        }
        let run = try LayerRun(
            network, inputShape: [2], rows: 1, mode: .inference, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertEqual(run.plan.operations.count, 1)
        XCTAssertTrue(run.plan.operations[0] is LinearOperation)
    }

    func testAProbabilityOfZeroIsNoOperation() throws {
        let run = try LayerRun(
            Network { Dropout(0) }, inputShape: [2], rows: 1, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertTrue(run.plan.operations.isEmpty)
    }

    func testProbabilityOutOfRangeIsRefused() {
        for probability in [-0.1, 1, 2, Double.nan] {
            assertRefused(
                Network([Linear(1), Dropout(probability)]),
                "layer dropout1: the probability is \(probability), expected one in 0 ..< 1")
        }
    }
}
