import Kernels
import XCTest

@testable import Networks

final class CompiledNetworkTests: XCTestCase {
    private func compile(
        _ inputShape: Shape = [4], @NetworkBuilder _ layers: () -> [any Layer]
    ) throws -> CompiledNetwork {
        try CompiledNetwork(
            network: Network(layers), loss: .meanSquaredError, inputShape: inputShape, targets: .values(width: 1))
    }

    // MARK: Names

    func testNamesCountTheLayersOfAKindWithinTheLayerAround() throws {
        let network = try compile {
            Linear(4)
            ReLU()
            Residual {
                Linear(4)
                ReLU()
                Linear(4)
            }
            Residual {
                Residual { Linear(4, bias: false) }
            }
            Linear(1)
        }
        XCTAssertEqual(
            network.layout.parameters.map(\.name),
            [
                "linear1/weight", "linear1/bias", "residual1/linear1/weight", "residual1/linear1/bias",
                "residual1/linear2/weight", "residual1/linear2/bias", "residual2/residual1/linear1/weight",
                "linear2/weight", "linear2/bias",
            ])
        XCTAssertEqual(network.layout.parameters.map(\.index), Array(0..<9))
    }

    func testAUsersNameTakesTheAutomaticOnesPlace() throws {
        let network = try compile {
            Linear(4, name: "stem")
            Residual(name: "block") {
                Linear(4)
                Linear(4, name: "stem")
            }
            Linear(1)
        }
        XCTAssertEqual(
            network.layout.parameters.map(\.name).filter { $0.hasSuffix("weight") },
            ["stem/weight", "block/linear1/weight", "block/stem/weight", "linear2/weight"])
    }

    func testTwoLayersOfOneNameAreRefused() {
        assertRefused(
            Network {
                Linear(4, name: "a")
                Linear(1, name: "a")
            }, "two layers are called a: give one of them another name")
        assertRefused(
            Network {
                Residual {
                    Linear(4, name: "linear2")
                    Linear(4)
                }
                Linear(1)
            }, "two layers are called residual1/linear2: give one of them another name")
    }

    func testNamesThatCannotBePathsAreRefused() {
        for name in ["", ".", "a/b", "größe", "a b"] {
            assertRefused(
                Network { Linear(1, name: name) },
                "layer \(name): a layer's name is made of ASCII letters, digits, '_', '-' and '.'")
        }
        assertRefused(
            Network {
                Residual { Linear(4, name: "x/y") }
            }, "layer residual1/x/y: a layer's name is made of ASCII letters, digits, '_', '-' and '.'")
        XCTAssertNoThrow(try compile { Linear(1, name: "Head_2.b-c") })
    }

    // MARK: Shapes

    func testSummaryTellsShapesAndParametersOfEveryLayer() throws {
        let network = try compile([2, 3]) {
            Flatten()
            Residual {
                Linear(5)
                Linear(6, bias: false)
            }
            Dropout(0.5)
            Linear(1)
        }
        XCTAssertEqual(
            network.summary,
            [
                LayerSummary(name: "flatten1", outputShape: [6], parameterCount: 0),
                LayerSummary(name: "residual1", outputShape: [6], parameterCount: 6 * 5 + 5 + 5 * 6),
                LayerSummary(name: "residual1/linear1", outputShape: [5], parameterCount: 6 * 5 + 5),
                LayerSummary(name: "residual1/linear2", outputShape: [6], parameterCount: 5 * 6),
                LayerSummary(name: "dropout1", outputShape: [6], parameterCount: 0),
                LayerSummary(name: "linear1", outputShape: [1], parameterCount: 7),
            ])
        XCTAssertEqual(network.layout.elementCount, 65 + 7)
    }

    func testAnOutputThatDoesNotFitTheTargetsIsRefusedWithBothShapes() {
        assertRefused(
            Network { Linear(3) }, loss: .crossEntropy(), targets: .classes(count: 10),
            "loss crossEntropy: expected a network output of shape [10], one logit a class, found [3]")
    }

    func testANetworkWithNothingToLearnIsRefused() {
        for network in [Network([]), Network([ReLU(), Residual { Tanh() }])] {
            assertRefused(network, "the network has no parameters: add a layer such as linear")
        }
        assertRefused(
            Network { Linear(1) }, inputShape: [0, 3], "the inputs have shape [0, 3]: nothing to learn from")
    }

    func testASigmoidUnderABinaryCrossEntropyIsPartOfTheLoss() throws {
        let network = try CompiledNetwork(
            network: Network {
                Linear(2)
                Sigmoid()
            }, loss: .binaryCrossEntropy, inputShape: [3], targets: .values(width: 2))
        XCTAssertEqual((network.trainingPlan.operations[0] as? LinearOperation)?.activation, .identity)
        XCTAssertEqual((network.inferencePlan.operations[0] as? LinearOperation)?.activation, .identity)
    }

    func testTheContainedLayerMayOnlyBeTheLast() throws {
        let network = try CompiledNetwork(
            network: Network {
                Linear(2)
                Sigmoid()
                Linear(2)
            }, loss: .binaryCrossEntropy, inputShape: [3], targets: .values(width: 2))
        XCTAssertEqual((network.trainingPlan.operations[0] as? LinearOperation)?.activation, .sigmoid)
    }

    // MARK: Work

    func testFlopsCountThreeProductsALayerAndTwoForTheFirst() throws {
        let network = try compile([3, 7]) {
            Linear(5)
            ReLU()
            Flatten()
            Linear(1)
        }
        XCTAssertEqual(network.flopsPerStep(rows: 10), 10 * (2 * 2 * 3 * 7 * 5 + 3 * 2 * 15 * 1))
    }

    func testTrainingAndInferencePlansShareOneLayout() throws {
        let network = try compile {
            Dropout(0.1)
            Linear(4)
            Dropout(0.5)
            ReLU()
            Linear(1)
        }
        XCTAssertEqual(network.inferencePlan.operations.count, 2)
        for (training, inference) in zip(
            network.trainingPlan.operations.compactMap { $0 as? LinearOperation },
            network.inferencePlan.operations.compactMap { $0 as? LinearOperation })
        {
            XCTAssertEqual(training.weight.offset, inference.weight.offset)
            XCTAssertEqual(training.bias?.offset, inference.bias?.offset)
        }
    }

    // MARK: Depth

    /// By a compiler that compares each layer with all others this takes minutes.
    func testTwentyThousandLayersAreCompiledInSeconds() throws {
        let network = try compile {
            for index in 0..<5_000 {
                Linear(2 + index * 7_919 % 97)
                ReLU()
                Residual { LayerNormalization() }
            }
            Linear(1)
        }
        XCTAssertEqual(network.summary.count, 20_001)
    }
}
