import Kernels
import TestSupport
import XCTest

@testable import Networks

final class PoolingLayerTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        let cases: [(any Layer, Shape)] = [
            (MaxPool(2), [4, 6, 3]),
            (MaxPool(3, stride: 2, padding: .of(1)), [5, 6, 2]),
            (MaxPool(2, stride: 1), [3, 3, 1]),
            (MaxPool(3, stride: 2, padding: .same), [4, 5, 2]),
            (MaxPool1D(2), [7, 3]),
            (MaxPool1D(3, stride: 2, padding: .edges(left: 2, right: 1)), [6, 2]),
            (AveragePool(2), [4, 6, 3]),
            (AveragePool(3, stride: 2, padding: .same), [4, 5, 2]),
            (AveragePool(Extent(2, 1), stride: Extent(1, 3)), [4, 5, 2]),
            (AveragePool1D(3, stride: 2), [8, 2]),
            (AveragePool1D(3, padding: .same), [7, 17]),
            (GlobalAveragePool(), [3, 5, 4]),
            (GlobalAveragePool(), [6, 3]),
            (GlobalAveragePool(), [1, 1, 2]),
        ]
        for (layer, shape) in cases {
            try assertMatchesOracle(Network { layer }, inputShape: shape, rows: 2)
        }
    }

    func testTheActivationBeforeAMaximumIsDifferentiated() throws {
        for activation in [ReLU(), LeakyReLU(slope: 0.1), Sigmoid(), GELU()] as [any Layer] {
            let network = Network {
                Convolution(3, kernel: 2)
                activation
                MaxPool(2, stride: 1)
                Linear(2)
            }
            try assertMatchesOracle(network, inputShape: [4, 5, 2], rows: 2, seed: 9)
        }
    }

    func testShapesThatDoNotFitAreRefused() {
        assertRefused(
            Network { MaxPool(3) }, inputShape: [2, 4, 1],
            "layer maxPool1: a window 3 high does not fit an input of shape [2, 4, 1]: "
                + "2 + 0 + 0 of padding - 3 is below 0")
        assertRefused(
            Network { AveragePool(2, padding: .of(2)) }, inputShape: [4, 4, 1],
            "layer averagePool1: padding of 2 and 2 around a window 2 high: a window would have nothing of the input")
        assertRefused(
            Network { MaxPool1D(2, padding: .edges(left: 0, right: 2)) }, inputShape: [4, 1],
            "layer maxPool1D1: padding of 0 and 2 around a window 2 long: a window would have nothing of the input")
        assertRefused(
            Network { AveragePool(2) }, inputShape: [28, 28],
            "layer averagePool1: expected an input of shape [height, width, channels], found [28, 28]: for grey images "
                + "write {reshape: [28, 28, 1]} before it; layers for signals have names that end in 1D")
        assertRefused(
            Network { GlobalAveragePool() }, inputShape: [4],
            "layer globalAveragePool1: expected an input of shape [height, width, channels] or [length, channels], "
                + "found [4]")
    }

    func testDescriptionsAreReadAndWritten() throws {
        let expected = Network {
            MaxPool(2)
            MaxPool(Extent(2, 3))
            AveragePool(3, stride: 2, padding: .same)
            GlobalAveragePool()
            MaxPool1D(2)
            AveragePool1D(3, stride: 1, padding: .edges(left: 1, right: 0))
        }
        let json = """
            [{"maxPool": 2}, {"maxPool": [2, 3]}, {"averagePool": {"size": 3, "stride": 2, "padding": "same"}},
             "globalAveragePool", {"maxPool1D": 2},
             {"averagePool1D": {"size": 3, "stride": 1, "padding": {"left": 1}}}]
            """
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        try assertRoundTrips(expected)
        assertRefused(
            #"[{"maxPool": {"kernel": 2}}]"#, as: Network.self,
            "[0].maxPool: unknown key 'kernel'. Known keys: size, stride, padding")
        assertRefused(
            #"[{"maxPool1D": [2, 2]}]"#, as: Network.self, "[0].maxPool1D: expected a whole number, found a list")
    }
}
