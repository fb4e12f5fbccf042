import Kernels
import XCTest

@testable import Networks

final class ConcatenateTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        try assertMatchesOracle(
            Network {
                Concatenate(
                    Network {
                        Linear(3)
                        ReLU()
                    },
                    Network { Linear(17) },
                    Network {})
                Tanh()
                Linear(2)
            }, inputShape: [5], rows: 3)
        try assertMatchesOracle(
            Network {
                Convolution(4, kernel: 2)
                ReLU()
                Concatenate(
                    Network { Convolution(3, kernel: 1) },
                    Network {
                        Convolution(2, kernel: 3, padding: .same)
                        ReLU()
                        Dropout(0.3)
                    },
                    Network { MaxPool(3, stride: 1, padding: .same) })
                ReLU()
                GlobalAveragePool()
            }, inputShape: [4, 5, 2], rows: 2)
    }

    func testBranchesWithoutLayersRepeatTheInput() throws {
        try assertMatchesOracle(
            Network {
                Concatenate(Network {}, Network {}, Network {}, Network {})
                Linear(3)
            }, inputShape: [3, 2], rows: 2)
    }

    func testBranchesThatWorkInPlaceMatchTheOracle() throws {
        try assertMatchesOracle(
            Network {
                Linear(4)
                Concatenate(
                    Network { Tanh() }, Network { GELU() },
                    Network {
                        Dropout(0.5)
                        Sigmoid()
                    })
            }, inputShape: [3], rows: 3)
    }

    func testNestedBranchesMatchTheOracle() throws {
        try assertMatchesOracle(
            Network {
                Concatenate(
                    Network {
                        Concatenate(
                            Network { Linear(2) },
                            Network { Residual { Linear(3) } })
                    },
                    Network {
                        Residual { Concatenate(Network { Linear(1) }, Network { Linear(2) }) }
                    })
            }, inputShape: [3], rows: 2)
    }

    func testBranchesOnTheInputOfTheNetworkNeedNoGradientOfIt() throws {
        let compiled = try CompiledNetwork(
            network: Network {
                Concatenate(Network {}, Network { Linear(2) })
                Linear(2)
            }, loss: .meanSquaredError, inputShape: [5], targets: .values(width: 2))
        XCTAssertEqual(compiled.trainingPlan.runsBackward, [false, true, true, true])
    }

    func testLayersAreNamedByBranch() throws {
        let run = try LayerRun(
            Network { Concatenate(Network { Linear(2, bias: false) }, Network { Linear(1, bias: false) }) },
            inputShape: [2], rows: 1, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertEqual(
            run.layout.parameters.map(\.name),
            ["concatenate1/branch1/linear1/weight", "concatenate1/branch2/linear1/weight"])
        XCTAssertEqual(run.plan.output.shape, [3])
    }

    func testEveryValueIsReadOnce() throws {
        let run = try LayerRun(
            Network { Concatenate(Network {}, Network { Linear(2) }, Network {}, Network { Linear(1) }) },
            inputShape: [2], rows: 1, kernels: availableKernels()[0])
        let reads = run.plan.operations.flatMap(\.reads)
        XCTAssertEqual(Set(reads).count, reads.count)
    }

    func testBranchesThatDoNotFitAreRefusedWithTheirShapes() {
        assertRefused(
            Network {
                Concatenate(Network { MaxPool(2) }, Network {}, Network { Flatten() }, name: "mixed")
            }, inputShape: [4, 4, 3],
            "layer mixed: its branches have outputs of the shapes branch1 [2, 2, 3], branch2 [4, 4, 3], branch3 [48]: "
                + "expected the same but for the last dimension")
        for branches in [[], [Network {}]] {
            assertRefused(
                Network { Concatenate(branches) },
                "layer concatenate1: expected two branches or more, found \(branches.count)")
        }
    }

    func testListAndLongFormAreRead() throws {
        let expected = Network {
            Concatenate(
                Network {
                    Linear(4)
                    ReLU()
                }, Network {})
            Concatenate(Network { Linear(2) }, Network { Linear(3) }, name: "wide")
        }
        let json = """
            [{"concatenate": [[{"linear": 4}, "relu"], []]},
             {"concatenate": {"branches": [[{"linear": 2}], [{"linear": 3}]], "name": "wide"}}]
            """
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        try assertRoundTrips(expected)
        assertRefused(
            #"[{"concatenate": ["relu", "tanh"]}]"#, as: Network.self,
            "[0].concatenate[0]: expected a list of layers, found 'relu'")
        assertRefused(
            #"[{"concatenate": 3}]"#, as: Network.self,
            "[0].concatenate: expected a list or a mapping, found 3")
        assertRefused(
            #"[{"concatenate": {"layers": []}}]"#, as: Network.self,
            "[0].concatenate: unknown key 'layers'. Known keys: branches, name")
    }
}
