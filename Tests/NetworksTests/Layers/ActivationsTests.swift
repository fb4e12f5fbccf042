import Kernels
import TestSupport
import XCTest

@testable import Networks

final class ActivationsTests: XCTestCase {
    private let activations: [any Layer] = [
        ReLU(), LeakyReLU(), LeakyReLU(slope: 0.2), Sigmoid(), Tanh(), GELU(), SiLU(),
    ]

    func testOutputAndGradientMatchTheOracle() throws {
        for activation in activations {
            for (rows, width) in [(1, 1), (3, 7), (5, 33)] {
                try assertMatchesOracle(Network([activation]), inputShape: [width], rows: rows)
            }
        }
    }

    func testAfterALinearLayerTheyMatchTheOracle() throws {
        for activation in activations {
            try assertMatchesOracle(Network([Linear(19), activation, Linear(3)]), inputShape: [5], rows: 3)
        }
    }

    func testFusedAndUnfusedGiveTheSameBits() throws {
        for kernels in availableKernels() {
            for activation in activations {
                let fused = try LayerRun(
                    Network([Linear(19), activation, Linear(3)]), inputShape: [7], rows: 5, kernels: kernels)
                let unfused = try LayerRun(
                    Network([Linear(19), Barrier(), activation, Linear(3)]), inputShape: [7], rows: 5, kernels: kernels)
                var random = SeededGenerator(seed: 3)
                let input = random.floats(5 * 7)
                let upstream = random.floats(5 * 3)
                let parameters = fused.randomParameters(&random)
                let results = [fused, unfused].map {
                    $0.run(input: input, outputGradient: upstream, parameters: parameters)
                }
                let name = "\(kernels.name) \(activation)"
                assertSameBits(results[0].output, results[1].output, name)
                assertSameBits(results[0].inputGradient, results[1].inputGradient, name)
                for (parameter, gradient) in results[1].gradients {
                    assertSameBits(results[0].gradients[parameter]!, gradient, "\(name) \(parameter)")
                }
            }
        }
    }

    func testWhatNeedsOnlyItsOutputIsFusedIntoTheLinearLayer() throws {
        for activation in activations {
            let run = try LayerRun(
                Network([Linear(3), activation]), inputShape: [2], rows: 1, kernels: availableKernels()[0])
            let linear = try XCTUnwrap(run.plan.operations.compactMap { $0 as? LinearOperation }.first)
            let isFused = !(activation is GELU || activation is SiLU)
            XCTAssertEqual(linear.activation != .identity, isFused, "\(activation)")
            XCTAssertEqual(run.plan.operations.count, isFused ? 2 : 3, "\(activation)")
        }
    }

    func testOnlyOneActivationIsFused() throws {
        try assertMatchesOracle(
            Network {
                Linear(5)
                Sigmoid()
                Tanh()
            }, inputShape: [3], rows: 2)
    }

    func testAnActivationIsNotFusedAcrossAFork() throws {
        // Fused into the linear layer, the rectifier would change what the other arm of the fork reads.
        try assertMatchesOracle(
            Network {
                Linear(5)
                Residual { ReLU() }
            }, inputShape: [3], rows: 3)
    }

    func testSlopeOutOfRangeIsRefused() {
        for slope in [-0.1, 1, Double.nan] {
            assertRefused(
                Network([Linear(1), LeakyReLU(slope: slope)]),
                "layer leakyRelu1: the slope is \(slope), expected one in 0 ..< 1")
        }
    }

    func testTheSlopeHasADefaultAndOthersTakeNoValue() throws {
        let expected = Network([LeakyReLU(slope: 0.01), LeakyReLU(slope: 0.3)])
        XCTAssertEqual(try decodeBoth(#"["leakyRelu", {"leakyRelu": 0.3}]"#), [expected, expected])
        assertRefused(#"[{"relu": 1}]"#, as: Network.self, "[0]: 'relu' takes no value: write relu alone")
    }
}
