import Kernels
import XCTest

@testable import Networks

final class ResidualTests: XCTestCase {
    private func check(_ inputShape: Shape = [5], rows: Int = 3, @NetworkBuilder _ layers: () -> [any Layer]) throws {
        try assertMatchesOracle(Network(layers), inputShape: inputShape, rows: rows)
    }

    func testOutputAndGradientsMatchTheOracle() throws {
        try check {
            Residual {
                Linear(19)
                Tanh()
                Linear(5)
            }
        }
    }

    func testNestedBlocksMatchTheOracle() throws {
        try check {
            Linear(7)
            Residual {
                Linear(3)
                SiLU()
                Residual {
                    Linear(3)
                    ReLU()
                    Residual { GELU() }
                }
                Linear(7)
            }
            Tanh()
            Linear(2)
        }
    }

    func testBlocksInARowMatchTheOracle() throws {
        try check {
            Residual { Linear(5) }
            Residual { Linear(5) }
            Sigmoid()
            Residual { Softmax() }
        }
    }

    func testABlockThatStartsWithAnInPlaceOperationMatchesTheOracle() throws {
        try check {
            Residual {
                GELU()
                Linear(5)
                Dropout(0.4)
            }
            Residual {
                Dropout(0.4)
                Linear(5)
            }
        }
    }

    func testASumIsPartOfTheProductBeforeIt() throws {
        let pixels = Network { Convolution(3, kernel: 1) }
        let networks = [
            Network([Residual(Network { Convolution(3, kernel: 3, padding: .same) })]),
            Network([Residual(Network { Convolution(3, kernel: 3, padding: .same, bias: false) }, projection: pixels)]),
            Network([Residual(pixels), ReLU(), Residual(pixels), Tanh(), Residual(pixels, projection: pixels)]),
            Network([
                Convolution(18, kernel: 2), Residual(Network { Convolution(18, kernel: 3, padding: .same) }), ReLU(),
                Residual(Network { Convolution(18, kernel: 3, padding: .same, groups: 2) }), Sigmoid(), Linear(2),
            ]),
            Network([Residual(Network { Linear(3) }), SiLU(), Residual(Network { Linear(3, bias: false) }), ReLU()]),
        ]
        for network in networks {
            try assertMatchesOracle(network, inputShape: [4, 5, 3], rows: 3)
            for mode in [Graph.Mode.training, .inference] {
                let run = try LayerRun(
                    network, inputShape: [4, 5, 3], rows: 3, mode: mode, kernels: availableKernels()[0])
                XCTAssertFalse(run.plan.operations.contains { $0 is SumOperation })
            }
        }
    }

    func testAnEmptyBlockDoublesItsInput() throws {
        try check { Residual {} }
        try check {
            Linear(3)
            Residual { Residual {} }
            Residual { Flatten() }
            Linear(2)
        }
    }

    func testBlocksWithAProjectionMatchTheOracle() throws {
        try check {
            Residual {
                Linear(7)
                Tanh()
                Linear(3)
            } projection: {
                Linear(3, bias: false)
                Dropout(0.3)
            }
            ReLU()
        }
        try check([4, 5, 2], rows: 2) {
            Residual {
                Convolution(3, kernel: 3, stride: 2, padding: .same)
                ReLU()
                Convolution(3, kernel: 3, padding: .same)
            } projection: {
                Convolution(3, kernel: 1, stride: 2)
            }
            ReLU()
            GlobalAveragePool()
        }
        // Where only one of the two has layers, or one is the other's input.
        try check {
            Residual {
            } projection: {
            }
        }
        try check {
            Residual {
            } projection: {
                Linear(5)
            }
        }
        try check {
            Residual {
                Linear(4)
            } projection: {
                Residual {
                } projection: {
                    Linear(5)
                }
                Linear(4)
            }
        }
    }

    func testTheProjectionsLayersAreNamedUnderIt() throws {
        let run = try LayerRun(
            Network {
                Residual(name: "block") {
                    Linear(3)
                } projection: {
                    Linear(3, bias: false)
                }
            }, inputShape: [2], rows: 1, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertEqual(
            run.layout.parameters.map(\.name),
            ["block/linear1/weight", "block/linear1/bias", "block/projection/linear1/weight"])
    }

    func testABlockOnTheInputMatchesTheOracleWithoutGradientOfTheInput() throws {
        // The skip then needs no gradient while the branch does.
        let network = Network {
            Residual {
                Linear(5)
                Tanh()
            }
            Linear(2)
        }
        let compiled = try CompiledNetwork(
            network: network, loss: .meanSquaredError, inputShape: [5], targets: .values(width: 2))
        let fork = try XCTUnwrap(compiled.trainingPlan.operations.compactMap { $0 as? ForkOperation }.first)
        XCTAssertEqual(compiled.trainingPlan.gradientPlaces[fork.second], nil)
        XCTAssertEqual(compiled.trainingPlan.runsBackward, [false, true, true, true])
    }

    func testWorksOnMoreThanOneDimension() throws {
        try check([3, 4], rows: 2) {
            Residual {
                Linear(5)
                Softmax()
                Linear(4)
            }
            Flatten()
            Linear(2)
        }
    }

    func testLayersThatChangeTheShapeAreRefusedWithBothShapes() {
        assertRefused(
            Network {
                Residual(name: "block") { Linear(3) }
            },
            "layer block: its layers turn shape [4] into [3], expected the same shape, or a projection that turns the input "
                + "into [3] too: {layers: [...], projection: [...]}")
        assertRefused(
            Network {
                Residual {
                    Residual { Flatten() }
                }
            }, inputShape: [2, 2],
            "layer residual1/residual1: its layers turn shape [2, 2] into [4], expected the same shape, or a projection "
                + "that turns the input into [4] too: {layers: [...], projection: [...]}")
        assertRefused(
            Network {
                Residual {
                    Linear(3)
                } projection: {
                    Linear(2)
                }
            },
            "layer residual1: its layers turn shape [4] into [3], its projection into [2]: expected the same shape")
    }

    func testListAndLongFormAreRead() throws {
        let expected = Network {
            Residual { ReLU() }
            Residual(name: "block") { Linear(4) }
            Residual {
                Linear(4)
            } projection: {
                Linear(4, bias: false)
            }
        }
        let json = """
            [{"residual": ["relu"]}, {"residual": {"layers": [{"linear": 4}], "name": "block"}},
             {"residual": {"layers": [{"linear": 4}], "projection": [{"linear": {"outputs": 4, "bias": false}}]}}]
            """
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
    }

    func testWrongDescriptionsAreRefusedWithTheirPlace() {
        assertRefused(
            #"[{"residual": [{"liner": 4}]}]"#, as: Network.self,
            "[0].residual[0]: unknown layer 'liner'; did you mean 'linear'? Choose from: "
                + LayerKinds.standard.names.joined(separator: ", "))
        assertRefused(
            #"[{"residual": {"layer": []}}]"#, as: Network.self,
            "[0].residual: unknown key 'layer'; did you mean 'layers'? Known keys: layers, projection, name")
        assertRefused(
            #"[{"residual": {"layers": "relu"}}]"#, as: Network.self,
            "[0].residual.layers: expected a list of layers, found 'relu'")
        assertRefused(
            #"[{"residual": 3}]"#, as: Network.self,
            "[0].residual: expected a list of layers, found 3")
    }
}
