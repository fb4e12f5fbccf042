import Kernels
import TestSupport
import XCTest

@testable import Networks

final class ConvolutionTests: XCTestCase {
    func testOutputAndGradientsMatchTheOracle() throws {
        let cases: [(any Layer, Shape)] = [
            (Convolution(3, kernel: 3, padding: .same), [4, 5, 2]),
            (Convolution(1, kernel: 1), [3, 2, 3]),
            (Convolution(17, kernel: 3), [5, 7, 1]),
            (Convolution(4, kernel: 2, padding: .same), [3, 4, 3]),
            (Convolution(3, kernel: 4, padding: .of(2)), [3, 5, 2]),
            (Convolution(2, kernel: 3, stride: 2, padding: .same), [5, 6, 3]),
            (Convolution(2, kernel: 1, stride: 2), [5, 4, 3]),
            (Convolution(2, kernel: 3, stride: 3, padding: .of(1)), [7, 8, 2]),
            (Convolution(2, kernel: Extent(1, 3), stride: Extent(2, 1), padding: .of(Extent(0, 1))), [4, 5, 2]),
            (Convolution(2, kernel: 3, padding: .same, dilation: 2), [5, 6, 2]),
            (Convolution(2, kernel: 2, stride: 2, padding: .of(1), dilation: Extent(3, 2)), [6, 5, 2]),
            (Convolution(4, kernel: 3, padding: .same, groups: 2), [3, 4, 6]),
            (Convolution(7, kernel: 3, stride: 2, padding: .same, groups: 7), [4, 5, 7]),
            (Convolution(6, kernel: 1, groups: 3), [2, 3, 3]),
            (Convolution(2, kernel: 3, padding: .edges(top: 2, left: 0, bottom: 1, right: 3)), [2, 3, 2]),
            (Convolution(2, kernel: 5, padding: .of(2)), [1, 1, 3]),
            (Convolution(2, kernel: 3, stride: 4), [9, 6, 1]),
            (Convolution(2, kernel: 2, padding: .of(3)), [1, 2, 1]),
            (Convolution1D(3, kernel: 3, padding: .same), [6, 2]),
            (Convolution1D(2, kernel: 2, stride: 2, dilation: 2), [7, 3]),
            (Convolution1D(4, kernel: 4, stride: 3, padding: .edges(left: 3, right: 1), groups: 2), [5, 6]),
            (Convolution1D(5, kernel: 5, padding: .of(2), bias: false), [1, 7]),
        ]
        for (layer, shape) in cases {
            try assertMatchesOracle(Network { layer }, inputShape: shape, rows: 2)
        }
    }

    func testActivationsAroundItAreDifferentiated() throws {
        for activation in [ReLU(), Tanh(), GELU()] as [any Layer] {
            let network = Network {
                Convolution(3, kernel: 3, padding: .same)
                activation
                Convolution(2, kernel: 2, stride: 2)
                activation
                Barrier()
            }
            try assertMatchesOracle(network, inputShape: [4, 4, 2], rows: 2, seed: 5)
        }
    }

    func testEveryTableGivesTheBitsOfTheReference() throws {
        let cases: [(Convolution, Shape)] = [
            (Convolution(16, kernel: 3, padding: .same), [8, 9, 3]),
            (Convolution(33, kernel: 3, stride: 2, padding: .same), [9, 7, 18]),
            (Convolution(12, kernel: 3, padding: .of(1), groups: 3), [6, 6, 6]),
        ]
        for (layer, shape) in cases {
            let network = Network {
                layer
                ReLU()
                Convolution(5, kernel: 2)
            }
            func result(_ kernels: any KernelTable.Type, _ microBatches: [Int]) throws -> LayerRun.Result {
                let run = try LayerRun(network, inputShape: shape, rows: 7, kernels: kernels)
                var random = SeededGenerator(seed: 3)
                let input = random.floats(7 * shape.count)
                let upstream = random.floats(7 * run.plan.output.shape.count)
                return run.run(
                    input: input, outputGradient: upstream, parameters: run.randomParameters(&random),
                    microBatches: microBatches)
            }
            let expected = try result(ReferenceKernels.self, [7])
            for kernels in availableKernels() {
                for microBatches in [[7], [3, 4], [1, 1, 5]] {
                    let found = try result(kernels, microBatches)
                    assertSameBits(found.output, expected.output, kernels.name)
                    assertSameBits(found.inputGradient, expected.inputGradient, kernels.name)
                    for (name, gradient) in expected.gradients {
                        assertSameBits(found.gradients[name]!, gradient, "\(kernels.name) \(microBatches) \(name)")
                    }
                }
            }
        }
    }

    func testTheWeightKeepsTheDimensionsOfItsWindow() throws {
        func weight(_ layer: any Layer, _ shape: Shape) throws -> Parameter {
            try LayerRun(Network { layer }, inputShape: shape, rows: 1, kernels: availableKernels()[0])
                .layout.parameters[0]
        }
        let image = try weight(Convolution(8, kernel: Extent(3, 5), groups: 2), [9, 9, 6])
        XCTAssertEqual(image.shape, [3, 5, 3, 8])
        XCTAssertEqual(image.fanIn, 45)
        XCTAssertEqual(try weight(Convolution1D(8, kernel: 3), [9, 6]).shape, [3, 6, 8])
    }

    func testShapesThatDoNotFitAreRefusedWithTheArithmetic() {
        assertRefused(
            Network { Convolution(2, kernel: 5) }, inputShape: [4, 6, 1],
            "layer convolution1: a window 5 high does not fit an input of shape [4, 6, 1]: "
                + "4 + 0 + 0 of padding - 5 is below 0")
        assertRefused(
            Network { Convolution(2, kernel: Extent(1, 3), padding: .of(1), dilation: Extent(1, 4), name: "wide") },
            inputShape: [4, 6, 1],
            "layer wide: a window 3 wide with dilation 4, 9 pixels, does not fit an input of shape [4, 6, 1]: "
                + "6 + 1 + 1 of padding - 9 is below 0")
        assertRefused(
            Network { Convolution(2, kernel: 1) }, inputShape: [4],
            "layer convolution1: expected an input of shape [height, width, channels], found [4]")
        assertRefused(
            Network { Convolution(4, kernel: 1, groups: 2) }, inputShape: [4, 4, 3],
            "layer convolution1: 3 channels cannot be divided into 2 groups of the same size")
        assertRefused(
            Network { Convolution(3, kernel: 1, groups: 2) }, inputShape: [4, 4, 2],
            "layer convolution1: 3 filters cannot be divided into 2 groups of the same size")
        assertRefused(
            Network { Convolution1D(3, kernel: 3) }, inputShape: [2, 4],
            "layer convolution1D1: a window 3 long does not fit an input of shape [2, 4]: "
                + "2 + 0 + 0 of padding - 3 is below 0")
    }

    func testImagesWithoutChannelsAreNotTakenForSignals() {
        assertRefused(
            Network { Convolution(8, kernel: 3) }, inputShape: [28, 28],
            "layer convolution1: expected an input of shape [height, width, channels], found [28, 28]: for grey images "
                + "write {reshape: [28, 28, 1]} before it; layers for signals have names that end in 1D")
        assertRefused(
            Network { Convolution1D(8, kernel: 3) }, inputShape: [28, 28, 3],
            "layer convolution1D1: expected an input of shape [length, channels], found [28, 28, 3]: layers for images "
                + "have names that do not end in 1D")
        assertRefused(
            Network { Convolution1D(8, kernel: 3) }, inputShape: [28],
            "layer convolution1D1: expected an input of shape [length, channels], found [28]: for signals of one channel "
                + "write {reshape: [28, 1]} before it")
    }

    func testAbsurdNumbersAreRefused() {
        for (layer, problem) in [
            (Convolution(0, kernel: 1), "filters is 0, expected at least 1"),
            (Convolution(1, kernel: 0), "kernel is 0 × 0, expected 1 ... 65536 each"),
            (Convolution(1, kernel: Extent(1, -2)), "kernel is 1 × -2, expected 1 ... 65536 each"),
            (Convolution(1, kernel: 65_537), "kernel is 65537 × 65537, expected 1 ... 65536 each"),
            (Convolution(1, kernel: 1, padding: .of(65_537)), "padding at the top is 65537, expected 0 ... 65536"),
            (Convolution(1, kernel: 1, stride: 0), "stride is 0 × 0, expected 1 ... 65536 each"),
            (Convolution(1, kernel: 1, dilation: 0), "dilation is 0 × 0, expected 1 ... 65536 each"),
            (Convolution(1, kernel: Extent(Int.max, 1)), "kernel is \(Int.max) × 1, expected 1 ... 65536 each"),
            (Convolution(1, kernel: Extent(1, 65_537)), "kernel is 1 × 65537, expected 1 ... 65536 each"),
            (Convolution(1, kernel: 1, padding: .of(-1)), "padding at the top is -1, expected 0 ... 65536"),
            (Convolution(1, kernel: 1, groups: 0), "groups is 0, expected at least 1"),
            (
                Convolution(Int.max, kernel: 1),
                "filters is \(Int.max), with an input of shape [4, 4, 1] more than any machine holds"
            ),
        ] {
            assertRefused(Network { layer }, inputShape: [4, 4, 1], "layer convolution1: \(problem)")
        }
        for shape: Shape in [[65_537, 1, 1], [1, 65_537, 1]] {
            assertRefused(
                Network { Convolution(1, kernel: 1) }, inputShape: shape,
                "layer convolution1: an input of shape \(shape) has more than 65536 pixels a side")
        }
        for (layer, problem) in [
            (Convolution1D(1, kernel: -1), "kernel is -1, expected 1 ... 65536"),
            (Convolution1D(1, kernel: 1, stride: 0), "stride is 0, expected 1 ... 65536"),
            (
                Convolution1D(1, kernel: 1, padding: .edges(left: 0, right: -1)),
                "padding at the right is -1, expected 0 ... 65536"
            ),
        ] {
            assertRefused(Network { layer }, inputShape: [4, 1], "layer convolution1D1: \(problem)")
        }
    }

    func testDescriptionsAreReadAndWritten() throws {
        let expected = Network {
            Convolution(8, kernel: 3, padding: .same)
            Convolution(
                4, kernel: Extent(3, 5), stride: 2, padding: .edges(top: 1, left: 0, bottom: 2, right: 0),
                dilation: Extent(1, 2), groups: 2, bias: false, initializer: .glorot(.uniform), name: "second")
            Convolution(2, kernel: 3, padding: .of(Extent(1, 2)))
            Convolution(2, kernel: 3, padding: .of(1))
            Convolution1D(8, kernel: 3, padding: .of(1))
            Convolution1D(
                4, kernel: 5, stride: 2, padding: .edges(left: 4, right: 0), dilation: 3, groups: 2, bias: false,
                name: "causal")
        }
        let json = """
            [{"convolution": {"filters": 8, "kernel": 3, "padding": "same"}},
             {"convolution": {"filters": 4, "kernel": [3, 5], "stride": 2, "padding": {"top": 1, "bottom": 2},
              "dilation": [1, 2], "groups": 2, "bias": false, "initializer": {"glorot": "uniform"}, "name": "second"}},
             {"convolution": {"filters": 2, "kernel": 3, "padding": [1, 2]}},
             {"convolution": {"filters": 2, "kernel": 3, "padding": 1}},
             {"convolution1D": {"filters": 8, "kernel": 3, "padding": 1}},
             {"convolution1D": {"filters": 4, "kernel": 5, "stride": 2, "padding": {"left": 4}, "dilation": 3,
              "groups": 2, "bias": false, "name": "causal"}}]
            """
        XCTAssertEqual(try decodeBoth(json), [expected, expected])
        try assertRoundTrips(expected)
        assertRefused(
            #"[{"convolution": {"filters": 8, "kernel": [1, 2, 3]}}]"#, as: Network.self,
            "[0].convolution.kernel: expected a whole number or two, [height, width]")
        assertRefused(
            #"[{"convolution": {"filters": 8, "kernel": 3, "padding": "some"}}]"#, as: Network.self,
            "[0].convolution.padding: expected same, valid, a number, [height, width] or "
                + "{top, left, bottom, right}, found 'some'")
        assertRefused(
            #"[{"convolution1D": {"filters": 8, "kernel": [3, 3]}}]"#, as: Network.self,
            "[0].convolution1D.kernel: expected a whole number, found a list")
        assertRefused(
            #"[{"convolution1D": {"filters": 8, "kernel": 3, "padding": "some"}}]"#, as: Network.self,
            "[0].convolution1D.padding: expected same, valid, a number or {left, right}, found 'some'")
        assertRefused(
            #"[{"convolution1D": {"filters": 8, "kernel": 3, "padding": {"top": 1}}}]"#, as: Network.self,
            "[0].convolution1D.padding: unknown key 'top'. Known keys: left, right")
        assertRefused(
            #"[{"convolution1D": {"filters": 8}}]"#, as: Network.self,
            "[0].convolution1D: the key 'kernel' is missing")
        assertRefused(
            #"[{"convolution": {"filters": 8, "kernl": 3}}]"#, as: Network.self,
            "[0].convolution: unknown key 'kernl'; did you mean 'kernel'? Known keys: filters, kernel, stride, "
                + "padding, dilation, groups, bias, initializer, name")
    }
}
