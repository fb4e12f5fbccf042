import Kernels
import TestSupport
import XCTest

@testable import Networks

final class BatchNormalizationTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        for (shape, rows) in [([3], 7), ([1, 1, 5], 3), ([5, 4, 7], 2), ([6, 18], 3), ([2, 2, 33], 4)] as [(Shape, Int)]
        {
            try assertMatchesOracle(Network { BatchNormalization() }, inputShape: shape, rows: rows, tolerance: 2e-5)
        }
    }

    func testActivationsThatFollowAreFusedAndMatchTheOracle() throws {
        for activation in [ReLU(), Tanh(), GELU(), LeakyReLU(slope: 0.1)] as [any Layer] {
            let network = Network([BatchNormalization(epsilon: 0.1), activation, Linear(2)])
            try assertMatchesOracle(network, inputShape: [5], rows: 6)
            let run = try LayerRun(network, inputShape: [5], rows: 6, kernels: availableKernels()[0])
            let isFused = run.plan.operations.count == 3  // source, normalization, linear
            XCTAssertEqual(isFused, !(activation is GELU), "\(activation)")
        }
    }

    func testANetworkForImagesMatchesTheOracle() throws {
        try assertMatchesOracle(
            Network {
                Convolution(4, kernel: 3, padding: .same, bias: false)
                BatchNormalization()
                ReLU()
                MaxPool(2)
                Residual {
                    Convolution(6, kernel: 3, stride: 2, padding: .same, bias: false)
                    BatchNormalization()
                } projection: {
                    Convolution(6, kernel: 1, stride: 2, bias: false)
                    BatchNormalization()
                }
                ReLU()
                GlobalAveragePool()
                Linear(3)
            }, inputShape: [7, 6, 2], rows: 5, tolerance: 2e-5)
    }

    func testAResidualSumIsPartOfTheNormalizationBeforeIt() throws {
        let branch = Network {
            Convolution(3, kernel: 3, padding: .same, bias: false)
            BatchNormalization(epsilon: 0.1)
        }
        let networks = [
            Network([Residual(branch), ReLU()]),
            Network([Residual(branch), Tanh(), Linear(2)]),
            Network([Residual(branch, projection: branch), ReLU(), Residual(branch), ReLU(), GlobalAveragePool()]),
            Network([Residual(Network { BatchNormalization() }), Residual(Network { GroupNormalization(3) })]),
        ]
        for network in networks {
            try assertMatchesOracle(network, inputShape: [4, 5, 3], rows: 3, tolerance: 2e-5)
            for mode in [Graph.Mode.training, .inference] {
                let run = try LayerRun(
                    network, inputShape: [4, 5, 3], rows: 3, mode: mode, kernels: availableKernels()[0])
                XCTAssertFalse(run.plan.operations.contains { $0 is SumOperation })
            }
        }
        // An activation comes first here.
        let plain = Network([Residual(Network(branch.layers + [ReLU()])), Linear(2)])
        try assertMatchesOracle(plain, inputShape: [4, 5, 3], rows: 3, tolerance: 2e-5)
    }

    /// Mean and unbiased variance of a channel of `x`.
    private func statistics(_ x: [Float], channels: Int) -> (mean: [Double], variance: [Double]) {
        let columns = (0..<channels).map { c in
            stride(from: c, to: x.count, by: channels).map { Double(x[$0]) }
        }
        let means = columns.map { $0.reduce(0, +) / Double($0.count) }
        let variances = zip(columns, means).map { column, mean in
            column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count - 1)
        }
        return (means, variances)
    }

    func testAShardNotesItsMeanAndUnbiasedVarianceInTheProportionOfItsRows() throws {
        for kernels in availableKernels() {
            var random = SeededGenerator(seed: 3)
            let run = try LayerRun(
                Network { BatchNormalization() }, inputShape: [3, 2, 5], rows: 4, kernels: kernels)
            let input = random.floats(4 * 30, scale: 3).map { $0 + 2 }
            let parameters = run.randomParameters(&random)
            let upstream = random.floats(input.count)
            let expected = statistics(input, channels: 5)
            for (sibling, batchRows) in [(nil, 4), (0.5, 16)] as [(Float?, Int)] {
                let gradients = run.run(
                    input: input, outputGradient: upstream, parameters: parameters, batchRows: batchRows,
                    addingTo: sibling
                ).gradients
                let (weight, base) = (4 / Double(batchRows), Double(sibling ?? 0))
                assertClose(
                    gradients["batchNormalization1/mean"]!, expected.mean.map { base + $0 * weight }, tolerance: 1e-6)
                assertClose(
                    gradients["batchNormalization1/variance"]!, expected.variance.map { base + $0 * weight },
                    tolerance: 1e-6)
            }
        }
    }

    func testATrainedNetworkNormalizesWithItsStatistics() throws {
        for kernels in availableKernels() {
            let run = try LayerRun(
                Network {
                    BatchNormalization(epsilon: 0.5)
                    ReLU()
                }, inputShape: [2], rows: 2, mode: .inference, kernels: kernels)
            let found = run.run(
                input: [1, 2, 3, -4], outputGradient: [],
                parameters: [
                    "batchNormalization1/scale": [2, 3], "batchNormalization1/offset": [0.5, 1],
                    "batchNormalization1/mean": [1, -1], "batchNormalization1/variance": [3.5, 8.5],
                ])
            XCTAssertEqual(found.output, [0.5, 4, 2.5, 0], kernels.name)
        }
    }

    func testWhatStandsWhereNothingLearnsStillNotesStatistics() throws {
        var random = SeededGenerator(seed: 5)
        let run = try LayerRun(
            Network {
                BatchNormalization()
                Linear(2)
            }, inputShape: [3], rows: 6, learnsInput: false, kernels: availableKernels()[0])
        let input = random.floats(18)
        let gradients = run.run(
            input: input, outputGradient: random.floats(12), parameters: run.randomParameters(&random)
        ).gradients
        assertClose(
            gradients["batchNormalization1/mean"]!, statistics(input, channels: 3).mean, tolerance: 1e-6)
    }

    // MARK: Frozen

    func testFrozenStatisticsMakeItAnAffineMapForwardAndBackward() throws {
        let image = Network {
            Convolution(3, kernel: 2, padding: .same, bias: false)
            BatchNormalization(synchronized: true)
            ReLU()
            Residual {
                Convolution(3, kernel: 2, padding: .same, bias: false)
                BatchNormalization(epsilon: 0.1)
            }
            Tanh()
            GlobalAveragePool()
            BatchNormalization()
            Linear(3)
        }
        let vector = Network([BatchNormalization(), GELU(), Linear(5), BatchNormalization(), LeakyReLU(slope: 0.1)])
        let patterns: [(String) -> Bool] = [
            { $0.contains("Normalization") }, { $0.hasSuffix("/mean") || $0.hasSuffix("/variance") },
            { $0.contains("Normalization") && !$0.hasSuffix("/offset") },
        ]
        for isFrozen in patterns {
            try assertMatchesOracle(image, inputShape: [3, 2, 1], rows: 2, tolerance: 1e-5, isFrozen: isFrozen)
            // One row has no variance, and needs none.
            for rows in [1, 7] {
                try assertMatchesOracle(vector, inputShape: [3], rows: rows, tolerance: 1e-5, isFrozen: isFrozen)
            }
        }
        let run = try LayerRun(
            image, inputShape: [3, 2, 1], rows: 2, isFrozen: patterns[0], kernels: availableKernels()[0])
        XCTAssertFalse(run.plan.needsWholeShards)
        XCTAssertFalse(run.plan.isCollective)
        XCTAssertEqual(run.plan.leastRowsOfBatch, 1)
    }

    func testScaleAndOffsetAloneFrozenStillNormalizeByTheShard() throws {
        let network = Network([Linear(4), BatchNormalization(), Linear(2)])
        try assertMatchesOracle(network, inputShape: [3], rows: 6, tolerance: 1e-5) {
            $0.hasSuffix("/scale") || $0.hasSuffix("/offset")
        }
    }

    func testHalfOfTheStatisticsCannotBeFrozen() {
        for (half, other) in [("mean", "variance"), ("variance", "mean")] {
            XCTAssertThrowsError(
                try CompiledNetwork(
                    network: Network([BatchNormalization()]), loss: .meanSquaredError, inputShape: [1],
                    targets: .values(width: 1)
                ) { $0.hasSuffix(half) }
            ) {
                XCTAssertEqual(
                    "\($0)",
                    "layer batchNormalization1: expected its mean and its variance to be both frozen or both not, found "
                        + "the \(half) alone: freeze batchNormalization1/*, or neither", other)
            }
        }
    }

    func testShortAndLongFormAreRead() throws {
        let json = """
            ["batchNormalization", {"batchNormalization": {"momentum": 0.01}},
             {"batchNormalization": {"epsilon": 0.001, "name": "first"}}, {"batchNormalization": {"synchronized": true}}]
            """
        let expected = Network([
            BatchNormalization(), BatchNormalization(momentum: 0.01), BatchNormalization(epsilon: 0.001, name: "first"),
            BatchNormalization(synchronized: true),
        ])
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        assertRefused(
            #"[{"batchNormalization": {"axis": 1}}]"#, as: Network.self,
            "[0].batchNormalization: unknown key 'axis'. Known keys: momentum, epsilon, synchronized, name")
    }

    func testNumbersThatMakeNoSenseAreRefused() {
        assertRefused(
            Network { BatchNormalization(momentum: 1.5) },
            "layer batchNormalization1: momentum is 1.5, expected a number in 0 ... 1")
        assertRefused(
            Network { BatchNormalization(epsilon: 0) },
            "layer batchNormalization1: epsilon is 0.0, expected a number above 0")
        assertRefused(
            Network { BatchNormalization(epsilon: .nan) },
            "layer batchNormalization1: epsilon is nan, expected a number above 0")
    }
}
