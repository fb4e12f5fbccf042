import Kernels
import StrictCoding
import TestSupport
import XCTest

@testable import Networks

final class DepthwiseConvolutionOperationTests: XCTestCase {
    private let cases: [(Convolution, Shape)] = [
        (Convolution(7, kernel: 3, padding: .same, groups: 7), [4, 5, 7]),
        (Convolution(16, kernel: 3, stride: 2, padding: .same, groups: 16), [9, 8, 16]),
        (Convolution(17, kernel: Extent(1, 5), stride: Extent(1, 3), padding: .of(2), groups: 17), [3, 8, 17]),
        (Convolution(40, kernel: 2, stride: 3, groups: 40, bias: false), [7, 6, 40]),
        (Convolution(2, kernel: 3, padding: .of(2), dilation: 2, groups: 2), [1, 1, 2]),
        (Convolution(5, kernel: 1, groups: 5), [2, 3, 5]),
    ]

    func testConvolutionsOfOneChannelAFilterTakeIt() throws {
        func operation(_ layer: Convolution, _ shape: Shape) throws -> any Networks.Operation {
            try LayerRun(
                Network { layer }, inputShape: shape, rows: 1, learnsInput: false, kernels: availableKernels()[0]
            ).plan.operations[0]
        }
        for (layer, shape) in cases {
            XCTAssertTrue(try operation(layer, shape) is DepthwiseConvolutionOperation, "\(layer)")
        }
        XCTAssertTrue(try operation(Convolution(4, kernel: 3, groups: 2), [3, 3, 2]) is ConvolutionOperation)
        XCTAssertTrue(try operation(Convolution(1, kernel: 3), [3, 3, 1]) is ConvolutionOperation)
    }

    func testOutputAndGradientsMatchTheOracle() throws {
        for (layer, shape) in cases where shape.count < 200 {
            let network = Network {
                Convolution(shape.features, kernel: 1)
                ReLU()
                layer
                Tanh()
            }
            try assertMatchesOracle(network, inputShape: shape, rows: 2)
        }
        try assertMatchesOracle(
            Network { Convolution1D(3, kernel: 4, stride: 2, padding: .same, groups: 3) }, inputShape: [7, 3], rows: 3)
    }

    func testItsBitsAreThoseOfTheGeneralConvolution() throws {
        for (layer, shape) in cases {
            for activation in [ReLU(), GELU()] as [any Layer] {
                for kernels in availableKernels() {
                    let expected = try result(GeneralConvolution(convolution: layer), activation, shape, kernels, [5])
                    for microBatches in [[5], [2, 3], [1, 1, 3]] {
                        let found = try result(layer, activation, shape, kernels, microBatches)
                        let name = "\(kernels.name) \(shape) \(microBatches)"
                        assertSameBits(found.output, expected.output, name)
                        assertSameBits(found.inputGradient, expected.inputGradient, name)
                        XCTAssertEqual(Set(found.gradients.keys), Set(expected.gradients.keys))
                        for (parameter, gradient) in expected.gradients {
                            assertSameBits(found.gradients[parameter]!, gradient, "\(name) \(parameter)")
                        }
                    }
                }
            }
        }
    }

    private func result(
        _ layer: any Layer, _ activation: any Layer, _ shape: Shape, _ kernels: any KernelTable.Type,
        _ microBatches: [Int]
    ) throws -> LayerRun.Result {
        let network = Network {
            Linear(shape.features, name: "first")
            activation
            layer
            activation
            Linear(3, name: "last")
        }
        let run = try LayerRun(network, inputShape: shape, rows: 5, kernels: kernels)
        // By name, since the two differ in what is packed.
        var random = SeededGenerator(seed: 4)
        let input = random.floats(5 * shape.count)
        let upstream = random.floats(5 * run.plan.output.shape.count)
        let parameters = Dictionary(
            uniqueKeysWithValues: run.layout.parameters.map { ($0.name, random.floats($0.count)) })
        return run.run(
            input: input, outputGradient: upstream, parameters: parameters, microBatches: microBatches)
    }
}

/// A convolution by products of matrices, whatever its groups.
private struct GeneralConvolution: Layer {
    static let kind = Convolution.kind
    let convolution: Convolution

    init(convolution: Convolution) { self.convolution = convolution }
    init(from tagged: Tagged) throws { convolution = try Convolution(from: tagged) }
    func encodeTagged(to encoder: any Encoder) throws { try convolution.encodeTagged(to: encoder) }

    func build(in graph: inout Graph, input: Value) throws -> Value {
        let geometry = try WindowGeometry(convolution.window, over: input.shape, of: .image, layer: graph.scope)
        let plan = ConvolutionPlan(geometry: geometry, groups: convolution.groups, filters: convolution.filters)
        let weight = graph.parameter(
            "weight", shape: [geometry.rows.size, geometry.columns.size, 1, convolution.filters],
            initializer: convolution.initializer, packing: plan.packing(isInputLearning: true))
        let bias =
            convolution.bias
            ? graph.parameter("bias", shape: [convolution.filters], initializer: .zeros) : nil
        let output = graph.value(shape: geometry.outputShape(channels: convolution.filters))
        graph.append(
            ConvolutionOperation(
                layer: graph.scope, input: input.id, output: output.id, weight: weight, bias: bias, plan: plan))
        return output
    }
}
