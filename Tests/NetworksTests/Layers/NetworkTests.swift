import XCTest

@testable import Networks

final class NetworkTests: XCTestCase {
    func testEveryLayerIsWrittenAndReadBack() throws {
        let network = Network {
            Flatten()
            Linear(512)
            Linear(3, bias: false, initializer: .uniform(limit: 0.1), name: "head")
            Dropout(0.25)
            ReLU()
            LeakyReLU(slope: 0.2)
            Sigmoid()
            Tanh()
            GELU()
            SiLU()
            Softmax()
            Residual {
                Linear(3)
                Residual(name: "inner") { Tanh() }
            }
            Residual {}
            Residual {
                Linear(3)
            } projection: {
                Linear(3)
            }
            Concatenate(Network { ReLU() }, Network {})
            Concatenate(Network {}, Network {}, Network {}, name: "joined")
            Reshape([28, 28, 1])
            Dropout(0.25, channels: true)
            Upsample(2)
            Upsample(Extent(1, 3))
            Upsample1D(4)
            Convolution1D(3, kernel: 3, padding: .edges(left: 2, right: 0))
            MaxPool1D(2)
            AveragePool1D(3, stride: 2, padding: .same)
            Convolution(3, kernel: 3, padding: .same)
            MaxPool(2)
            AveragePool(3, stride: 2, padding: .same)
            GlobalAveragePool()
            BatchNormalization()
            LeNet5()
            LeNet5(classes: 3, name: "digits")
            SmallCNN()
            SmallCNN(classes: 5, batchNormalization: true)
            ResNet(depth: 20)
            ResNet(depth: 32, width: 8, classes: 100, name: "deep")
            BatchNormalization(momentum: 0.01, epsilon: 0.001, name: "norm")
            BatchNormalization(synchronized: true)
            GroupNormalization(4)
            GroupNormalization(2, epsilon: 0.001, name: "groups")
            LayerNormalization()
            LayerNormalization(epsilon: 0.001, name: "layer")
        }
        XCTAssertEqual(Set(network.layers.map { type(of: $0).kind }), Set(LayerKinds.standard.names))
        try assertRoundTrips(network)
        try assertRoundTrips(Network([]))
    }

    func testTheYAMLOfTheREADMEIsTheSwiftOfTheREADME() throws {
        let expected = Network {
            Flatten()
            Linear(512)
            ReLU()
            Dropout(0.2)
            Linear(10)
        }
        let json = #"["flatten", {"linear": 512}, "relu", {"dropout": 0.2}, {"linear": 10}]"#
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
    }

    func testTheBuilderTakesLoopsAndConditions() {
        func make(deep: Bool, normalized: Bool) -> Network {
            Network {
                for width in [4, 3] { Linear(width) }
                if deep { Tanh() }
                if normalized { Softmax() } else { Sigmoid() }
            }
        }
        XCTAssertEqual(make(deep: true, normalized: false), Network([Linear(4), Linear(3), Tanh(), Sigmoid()]))
        XCTAssertEqual(make(deep: false, normalized: true), Network([Linear(4), Linear(3), Softmax()]))
    }

    func testNetworksAreEqualLayerByLayer() {
        XCTAssertEqual(Network([Linear(3), ReLU()]), Network([Linear(3), ReLU()]))
        XCTAssertNotEqual(Network([Linear(3), ReLU()]), Network([Linear(3)]))
        XCTAssertNotEqual(Network([Linear(3)]), Network([Linear(4)]))
        XCTAssertNotEqual(Network([Tanh()]), Network([ReLU()]))
        XCTAssertNotEqual(Network([Residual { Tanh() }]), Network([Residual { ReLU() }]))
    }

    func testUnknownLayersSuggestTheNearestName() {
        let names = LayerKinds.standard.names.joined(separator: ", ")
        assertRefused(
            #"["relu", "drpout"]"#, as: Network.self,
            "[1]: unknown layer 'drpout'; did you mean 'dropout'? Choose from: \(names)")
        assertRefused(
            #"[{"conv9": 3}]"#, as: Network.self, "[0]: unknown layer 'conv9'. Choose from: \(names)")
        assertRefused(
            #"[{"dropout": "some"}]"#, as: Network.self, "[0].dropout: expected a number or a mapping, found 'some'")
        assertRefused(#"["dropout"]"#, as: Network.self, "[0]: 'dropout' needs a value: write {dropout: …}")
    }

    func testANetworkThatIsNoListIsRefused() {
        assertRefused(#"{"linear": 3}"#, as: Network.self, "expected a list of layers, found a mapping")
    }
}
