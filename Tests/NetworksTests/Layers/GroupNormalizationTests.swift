import Kernels
import TestSupport
import XCTest

@testable import Networks

final class GroupNormalizationTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        for (groups, shape) in [(1, [6]), (2, [5, 4, 6]), (3, [1, 1, 9]), (1, [4, 3, 7]), (4, [6, 68])]
            as [(Int, Shape)]
        {
            try assertMatchesOracle(
                Network { GroupNormalization(groups) }, inputShape: shape, rows: 3, tolerance: 2e-5)
        }
        // As many groups as channels: instance normalization.
        try assertMatchesOracle(Network { GroupNormalization(5) }, inputShape: [4, 4, 5], rows: 2, tolerance: 2e-5)
    }

    func testLayersMatchTheOracle() throws {
        for shape in [[7], [33], [3, 2, 18], [5, 40]] as [Shape] {
            try assertMatchesOracle(Network { LayerNormalization() }, inputShape: shape, rows: 3, tolerance: 2e-5)
        }
    }

    func testActivationsThatFollowAreFusedAndMatchTheOracle() throws {
        for activation in [ReLU(), Tanh(), GELU()] as [any Layer] {
            for normalization in [GroupNormalization(2, epsilon: 0.1), LayerNormalization(epsilon: 0.1)]
                as [any Layer]
            {
                let network = Network([normalization, activation, Linear(2)])
                try assertMatchesOracle(network, inputShape: [3, 6], rows: 4)
                let run = try LayerRun(network, inputShape: [3, 6], rows: 4, kernels: availableKernels()[0])
                XCTAssertEqual(run.plan.operations.count == 3, !(activation is GELU), "\(activation)")
            }
        }
    }

    func testRowsMayBeCutIntoMicroBatchesAtWill() throws {
        for kernels in availableKernels() {
            var random = SeededGenerator(seed: 5)
            let run = try LayerRun(
                Network {
                    GroupNormalization(3)
                    ReLU()
                    LayerNormalization()
                }, inputShape: [5, 9], rows: 6, kernels: kernels)
            let (input, upstream) = (random.floats(6 * 45), random.floats(6 * 45))
            let parameters = run.randomParameters(&random)
            let whole = run.run(input: input, outputGradient: upstream, parameters: parameters)
            for cuts in [[3, 3], [1, 5], [1, 1, 1, 1, 1, 1]] {
                let cut = run.run(
                    input: input, outputGradient: upstream, parameters: parameters, microBatches: cuts)
                assertSameBits(cut.output, whole.output)
                assertSameBits(cut.inputGradient, whole.inputGradient)
                for (name, gradient) in whole.gradients { assertSameBits(cut.gradients[name]!, gradient, name) }
            }
        }
    }

    /// A shard that is added to its sibling starts chains of its own.
    func testGradientsOfASiblingAreAddedTo() throws {
        var random = SeededGenerator(seed: 6)
        let run = try LayerRun(
            Network { GroupNormalization(2) }, inputShape: [4], rows: 3, kernels: availableKernels()[0])
        let (input, upstream) = (random.floats(12), random.floats(12))
        let parameters = run.randomParameters(&random)
        let alone = run.run(input: input, outputGradient: upstream, parameters: parameters).gradients
        let added = run.run(
            input: input, outputGradient: upstream, parameters: parameters, addingTo: 0.5
        ).gradients
        for (name, gradient) in alone { assertSameBits(added[name]!, gradient.map { 0.5 + $0 }, name) }
    }

    func testATrainedNetworkNormalizesAsItDoesInTraining() throws {
        var random = SeededGenerator(seed: 7)
        let network = Network {
            GroupNormalization(2)
            LayerNormalization()
        }
        let (input, shape) = (random.floats(2 * 12), [3, 4] as Shape)
        let training = try LayerRun(network, inputShape: shape, rows: 2, kernels: availableKernels()[0])
        let inference = try LayerRun(
            network, inputShape: shape, rows: 2, mode: .inference, kernels: availableKernels()[0])
        let parameters = training.randomParameters(&random)
        assertSameBits(
            inference.run(input: input, outputGradient: [], parameters: parameters).output,
            training.run(input: input, outputGradient: input, parameters: parameters).output)
    }

    func testShortAndLongFormAreRead() throws {
        let json = """
            [{"groupNormalization": 4}, {"groupNormalization": {"groups": 2, "epsilon": 0.001, "name": "first"}},
             "layerNormalization", {"layerNormalization": {"epsilon": 0.01}}]
            """
        let expected = Network([
            GroupNormalization(4), GroupNormalization(2, epsilon: 0.001, name: "first"), LayerNormalization(),
            LayerNormalization(epsilon: 0.01),
        ])
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        assertRefused(
            #"[{"groupNormalization": {"epsilon": 1}}]"#, as: Network.self,
            "[0].groupNormalization: the key 'groups' is missing")
        assertRefused(
            #"[{"layerNormalization": {"axis": 1}}]"#, as: Network.self,
            "[0].layerNormalization: unknown key 'axis'. Known keys: epsilon, name")
    }

    func testGroupsOfASingleNumberAreRefused() throws {
        let problem = "expected two values or more to normalize together, found 1, which is its own mean: "
        assertRefused(
            Network([GroupNormalization(4), Linear(1)]), "layer groupNormalization1: \(problem)use fewer groups")
        assertRefused(
            Network([Linear(1), LayerNormalization()]), "layer layerNormalization1: \(problem)leave the layer out")
        // Two numbers are enough, of two channels or of two pixels.
        for (network, shape) in [
            (Network([GroupNormalization(2), Linear(1)]), Shape([4])),
            (Network([GroupNormalization(4), Flatten(), Linear(1)]), Shape([2, 4])),
        ] {
            _ = try CompiledNetwork(
                network: network, loss: .meanSquaredError, inputShape: shape, targets: .values(width: 1))
        }
        // A network of a checkpoint is evaluated as it was trained.
        _ = try CompiledNetwork(
            network: Network([GroupNormalization(4), Linear(1)]), loss: .meanSquaredError, inputShape: [4], targets: nil
        )
    }

    func testGroupsThatDoNotDivideTheChannelsAreRefused() {
        for groups in [0, -1, 4, 12] {
            XCTAssertThrowsError(
                try LayerRun(
                    Network { GroupNormalization(groups) }, inputShape: [5, 6], rows: 1, kernels: availableKernels()[0])
            ) {
                XCTAssertEqual(
                    "\($0)",
                    "layer groupNormalization1: 6 channels cannot be divided into \(groups) groups of the same width")
            }
        }
        assertRefused(
            Network { LayerNormalization(epsilon: -1) },
            "layer layerNormalization1: epsilon is -1.0, expected a number above 0")
    }
}
