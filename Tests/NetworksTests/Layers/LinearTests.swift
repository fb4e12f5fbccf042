import Kernels
import TestSupport
import XCTest

@testable import Networks

final class LinearTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        for (rows, inputs, outputs) in [(1, 1, 1), (1, 7, 3), (5, 3, 17), (3, 33, 1), (7, 5, 19)] {
            try assertMatchesOracle(Network { Linear(outputs) }, inputShape: [inputs], rows: rows)
        }
    }

    func testWithoutBiasOnlyTheWeightLearns() throws {
        let network = Network { Linear(3, bias: false) }
        try assertMatchesOracle(network, inputShape: [5], rows: 4)
        let run = try LayerRun(network, inputShape: [5], rows: 1, kernels: availableKernels()[0])
        XCTAssertEqual(run.layout.parameters.map(\.name), ["linear1/weight"])
    }

    func testWorksOnTheInnermostDimension() throws {
        let network = Network { Linear(4) }
        try assertMatchesOracle(network, inputShape: [3, 5], rows: 3)
        try assertMatchesOracle(network, inputShape: [2, 3, 1], rows: 2)
        let run = try LayerRun(network, inputShape: [2, 3, 5], rows: 1, kernels: availableKernels()[0])
        XCTAssertEqual(run.plan.output.shape, [2, 3, 4])
    }

    func testCutIntoMicroBatchesTheRowsGiveTheSameBits() throws {
        for kernels in availableKernels() {
            let run = try LayerRun(
                Network {
                    Linear(19)
                    Tanh()
                    Linear(3)
                }, inputShape: [2, 7], rows: 11, kernels: kernels)
            var random = SeededGenerator(seed: 2)
            let input = random.floats(11 * 14)
            let upstream = random.floats(11 * 6)
            let parameters = run.randomParameters(&random)
            let whole = run.run(input: input, outputGradient: upstream, parameters: parameters)
            for microBatches in [[11], [5, 5, 1], [1, 4, 6], Array(repeating: 1, count: 11)] {
                let cut = run.run(
                    input: input, outputGradient: upstream, parameters: parameters, microBatches: microBatches)
                assertSameBits(cut.output, whole.output, "\(kernels.name) \(microBatches)")
                assertSameBits(cut.inputGradient, whole.inputGradient, "\(kernels.name) \(microBatches)")
                for (name, gradient) in whole.gradients {
                    assertSameBits(cut.gradients[name]!, gradient, "\(kernels.name) \(microBatches) \(name)")
                }
            }
        }
    }

    func testInputThatNothingLearnsFromGetsNoGradient() throws {
        let run = try LayerRun(
            Network { Linear(3) }, inputShape: [5], rows: 2, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertNil(run.plan.gradientPlaces[run.plan.input.id])
        XCTAssertNotNil(run.plan.gradientPlaces[run.plan.output.id])
    }

    func testImpossibleSizesAreRefusedByName() {
        assertRefused(Network { Linear(0) }, "layer linear1: outputs is 0, expected at least 1")
        assertRefused(Network { Linear(-3, name: "head") }, "layer head: outputs is -3, expected at least 1")
        for outputs in [Int.max, 1 << 40] {
            assertRefused(
                Network { Linear(outputs) }, inputShape: [2, 3],
                "layer linear1: outputs is \(outputs), with an input of shape [2, 3] more than any machine holds")
        }
    }

    func testInputWithoutFeaturesIsRefusedWithItsShape() {
        assertRefused(
            Network { Linear(2) }, inputShape: [], "layer linear1: expected an input of shape [..., inputs], found []")
    }

    func testInitializerOutOfRangeIsRefused() {
        assertRefused(
            Network { Linear(2, initializer: .normal(standardDeviation: -1)) },
            "layer linear1: the initializer's standard deviation is -1.0, expected a number of 0 or more")
        assertRefused(
            Network { Linear(2, initializer: .uniform(limit: .infinity)) },
            "layer linear1: the initializer's limit is inf, expected a number of 0 or more")
        assertRefused(
            Network { Linear(2, initializer: .uniform(limit: .nan)) },
            "layer linear1: the initializer's limit is nan, expected a number of 0 or more")
    }

    func testShortAndLongFormsAreRead() throws {
        let expected = Network {
            Linear(8)
            Linear(4, bias: false, initializer: .glorot(.uniform), name: "head")
        }
        let json = """
            [{"linear": 8}, {"linear": {"outputs": 4, "bias": false, "initializer": {"glorot": "uniform"}, "name": "head"}}]
            """
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
    }

    func testWrongDescriptionsAreRefusedWithTheirPlace() {
        assertRefused(
            #"[{"linear": "many"}]"#, as: Network.self,
            "[0].linear: expected a whole number or a mapping, found 'many'")
        assertRefused(
            #"[{"linear": {"outputs": 2.5}}]"#, as: Network.self,
            "[0].linear.outputs: expected a whole number, found 2.5")
        assertRefused(
            #"[{"linear": {"outputz": 2}}]"#, as: Network.self,
            "[0].linear: unknown key 'outputz'; did you mean 'outputs'? "
                + "Known keys: outputs, bias, initializer, name")
        assertRefused(#"["linear"]"#, as: Network.self, "[0]: 'linear' needs a value: write {linear: …}")
    }
}
