import Kernels
import XCTest

@testable import Networks

final class UpsampleTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        let cases: [(any Layer, Shape)] = [
            (Upsample(2), [3, 4, 5]),
            (Upsample(Extent(3, 1)), [2, 3, 1]),
            (Upsample(Extent(1, 4)), [1, 1, 17]),
            (Upsample1D(3), [5, 2]),
            (Upsample1D(1), [5, 2]),
        ]
        for (layer, shape) in cases {
            let network = Network {
                Convolution(shape.features, kernel: 1)
                ReLU()
                layer
                Tanh()
            }
            try assertMatchesOracle(
                shape.dimensions.count == 3 ? network : Network { layer }, inputShape: shape, rows: 2)
        }
    }

    func testRepeatsPixels() throws {
        let run = try LayerRun(
            Network { Upsample(Extent(2, 3)) }, inputShape: [1, 2, 2], rows: 1, kernels: availableKernels()[0])
        XCTAssertEqual(run.plan.output.shape, [2, 6, 2])
        let output = run.run(input: [1, 2, 3, 4], outputGradient: Array(repeating: 1, count: 24), parameters: [:])
            .output
        let row: [Float] = [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]
        XCTAssertEqual(output, row + row)
    }

    func testAFactorOfOneIsNoOperation() throws {
        let run = try LayerRun(
            Network { Upsample(1) }, inputShape: [2, 2, 1], rows: 1, learnsInput: false,
            kernels: availableKernels()[0])
        XCTAssertTrue(run.plan.operations.isEmpty)
    }

    func testWrongShapesAndFactorsAreRefused() {
        assertRefused(
            Network { Upsample(2) }, inputShape: [8, 8],
            "layer upsample1: expected an input of shape [height, width, channels], found [8, 8]: for grey images write "
                + "{reshape: [8, 8, 1]} before it; layers for signals have names that end in 1D")
        assertRefused(
            Network { Upsample(Extent(2, 0)) }, inputShape: [8, 8, 1],
            "layer upsample1: the factor is 2 × 0, expected 1 to 65536")
        assertRefused(
            Network { Upsample1D(-1) }, inputShape: [8, 1], "layer upsample1D1: the factor is -1, expected 1 to 65536")
        assertRefused(
            Network { Upsample(65_536) }, inputShape: [32, 32, 3],
            "layer upsample1: the factor is 65536 × 65536, with an input of shape [32, 32, 3] more than any machine holds"
        )
    }

    func testDescriptionsAreReadAndWritten() throws {
        let expected = Network {
            Upsample(2)
            Upsample(Extent(1, 2))
            Upsample1D(2)
        }
        let json = #"[{"upsample": 2}, {"upsample": [1, 2]}, {"upsample1D": 2}]"#
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        assertRefused(
            #"[{"upsample1D": [1, 2]}]"#, as: Network.self, "[0].upsample1D: expected a whole number, found a list")
        assertRefused(
            #"[{"upsample": "twice"}]"#, as: Network.self,
            "[0].upsample: expected a whole number or two, [height, width], found 'twice'")
    }
}
