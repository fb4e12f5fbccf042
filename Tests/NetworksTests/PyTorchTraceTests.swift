import HDF5
import Kernels
import StrictCoding
import TestSupport
import XCTest
import Yams

@testable import Networks

/// Layers, losses and networks against what PyTorch computed in float64 from the same float32 numbers.
///
/// A difference is then our rounding alone: chains of at most 33 additions and functions good to a few units in the
/// last place. The tolerance is relative to 1 + |reference|.
final class PyTorchTraceTests: HDF5TestCase {
    private let tolerance = 2e-6

    private func network(of group: HDF5Group) throws -> Network {
        let text = try XCTUnwrap(try group.attributes.string("network"))
        return try strictly { try YAMLDecoder().decode(Network.self, from: text) }
    }

    private func names(_ group: HDF5Group) throws -> [String] {
        try XCTUnwrap(try group.attributes.string("parameters")).split(separator: "\n").map(String.init)
    }

    private func floats(_ group: HDF5Group, _ name: String) throws -> [Float] { try group.dataset(name).read() }
    private func doubles(_ group: HDF5Group, _ name: String) throws -> [Double] { try group.dataset(name).read() }

    private func parameters(_ group: HDF5Group) throws -> [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: try names(group).map { ($0, try floats(group, "parameters/\($0)")) })
    }

    /// Calls `body` with every case `/<kind>/<case>` of a file.
    private func forEachCase(_ file: String, _ body: (_ name: String, _ group: HDF5Group) throws -> Void) throws -> Int
    {
        var count = 0
        try withFile(try fixture(file)) { file in
            let root = try file.root
            for kind in try root.children() {
                for child in try root.group(kind.name).children() {
                    let name = "\(kind.name)/\(child.name)"
                    try body(name, root.group(name))
                    count += 1
                }
            }
        }
        return count
    }

    func testLayers() throws { XCTAssertEqual(try checkLayers(of: "layers.h5"), 6 + 8 * 5 + 3 + 3) }

    func testLayersForImagesAndSignals() throws {
        XCTAssertEqual(try checkLayers(of: "images.h5"), 14 + 2 + 2 * 3 + 2 + 6)
    }

    /// Walks the layers of every case forward and backward, and returns how many there are.
    private func checkLayers(of file: String) throws -> Int {
        try forEachCase(file) { name, group in
            let input = try group.dataset("input")
            let network = try network(of: group)
            for kernels in availableKernels() {
                let run = try LayerRun(
                    network, inputShape: Shape(Array(input.shape.dropFirst())), rows: input.shape[0], kernels: kernels)
                let found = run.run(
                    input: try input.read(), outputGradient: try floats(group, "outputGradient"),
                    parameters: try parameters(group))
                let name = "\(kernels.name) \(name)"
                assertClose(found.output, try doubles(group, "output"), tolerance: tolerance, "\(name) output")
                assertClose(
                    found.inputGradient, try doubles(group, "inputGradient"), tolerance: tolerance, "\(name) input")
                XCTAssertEqual(run.layout.parameters.map(\.name), try names(group), name)
                for parameter in run.layout.parameters.map(\.name) {
                    assertClose(
                        found.gradients[parameter]!, try doubles(group, "gradients/\(parameter)"), tolerance: tolerance,
                        "\(name) \(parameter)")
                }
            }
        }
    }

    func testLosses() throws {
        let count = try forEachCase("losses.h5") { name, group in
            let loss = try loss(name, group)
            let predictions = try group.dataset("predictions")
            let (rows, columns) = (predictions.shape[0], predictions.shape[1])
            let output: [Float] = try predictions.read()
            let labels: [Int32] = loss.isClassification ? try group.dataset("labels").read() : []
            let targets = loss.isClassification ? [] : try floats(group, "targets")
            for kernels in availableKernels() {
                let function = LossFunction(loss, width: columns, kernels: kernels)
                var losses = [Float](repeating: .nan, count: rows)
                var gradient = [Float](repeating: .nan, count: output.count)
                let weight = labels.withUnsafeBufferPointer { labels in
                    targets.withUnsafeBufferPointer { targets in
                        let all: TargetRows =
                            loss.isClassification ? .labels(labels.baseAddress!) : .values(targets.baseAddress!)
                        let weight = function.weight(of: all, rows: rows)
                        function.evaluate(
                            output: output, targets: all, rows: rows, weight: weight, losses: &losses,
                            gradient: &gradient)
                        return weight
                    }
                }
                let name = "\(kernels.name) \(name)"
                assertClose(losses, try doubles(group, "rowLosses"), tolerance: tolerance, "\(name) row losses")
                assertClose(gradient, try doubles(group, "gradient"), tolerance: tolerance, "\(name) gradient")
                let mean = losses.reduce(0) { $0 + Double($1) } / weight
                let expected = try XCTUnwrap(try group.attributes.number("loss"))
                XCTAssertEqual(mean, expected, accuracy: tolerance * (1 + abs(expected)), name)
            }
        }
        XCTAssertEqual(count, 8 * 5)
    }

    private func loss(_ name: String, _ group: HDF5Group) throws -> Loss {
        let kind = name.prefix { $0 != "/" && $0 != "-" }
        if kind.hasPrefix("crossEntropy") {
            let weights = try group.contains("classWeights") ? try doubles(group, "classWeights") : nil
            return .crossEntropy(
                labelSmoothing: try XCTUnwrap(try group.attributes.number("labelSmoothing")), classWeights: weights)
        }
        switch kind {
        case "binaryCrossEntropy": return .binaryCrossEntropy
        case "meanSquaredError": return .meanSquaredError
        default: return .huber(delta: try XCTUnwrap(try group.attributes.number("delta")))
        }
    }

    func testNetworks() throws {
        try withFile(try fixture("networks.h5")) { file in
            let root = try file.root
            XCTAssertEqual(try root.children().map(\.name), ["classifier", "regression", "residual"])
            for child in try root.children() {
                for kernels in availableKernels() {
                    try checkNetwork(try root.group(child.name), "\(kernels.name) \(child.name)", kernels)
                }
            }
        }
    }

    private func checkNetwork(_ group: HDF5Group, _ name: String, _ kernels: any KernelTable.Type) throws {
        let lossName = try XCTUnwrap(try group.attributes.string("lossName"))
        let loss = try strictly { try YAMLDecoder().decode(Loss.self, from: lossName) }
        let input = try group.dataset("input")
        let rows = input.shape[0]
        let run = try LayerRun(
            try network(of: group), inputShape: Shape([input.shape[1]]), rows: rows, learnsInput: false,
            kernels: kernels)
        let parameters = try parameters(group)
        let inputs: [Float] = try input.read()
        let width = run.plan.output.shape.count
        let zeros = [Float](repeating: 0, count: rows * width)
        let output = run.run(input: inputs, outputGradient: zeros, parameters: parameters).output
        assertClose(output, try doubles(group, "output"), tolerance: tolerance, "\(name) output")

        let function = LossFunction(loss, width: width, kernels: kernels)
        var losses = zeros
        var upstream = zeros
        let labels: [Int32] = loss.isClassification ? try group.dataset("labels").read() : []
        let targets = loss.isClassification ? [] : try floats(group, "targets")
        let weight = Double(loss.isClassification ? rows : rows * width)
        labels.withUnsafeBufferPointer { labels in
            targets.withUnsafeBufferPointer { targets in
                function.evaluate(
                    output: output,
                    targets: loss.isClassification ? .labels(labels.baseAddress!) : .values(targets.baseAddress!),
                    rows: rows, weight: weight, losses: &losses, gradient: &upstream)
            }
        }
        let mean = losses.prefix(rows).reduce(0) { $0 + Double($1) } / weight
        XCTAssertEqual(mean, try XCTUnwrap(try group.attributes.number("loss")), accuracy: tolerance, name)

        let gradients = run.run(input: inputs, outputGradient: upstream, parameters: parameters).gradients
        XCTAssertEqual(run.layout.parameters.map(\.name), try names(group), name)
        for parameter in try names(group) {
            assertClose(
                gradients[parameter]!, try doubles(group, "gradients/\(parameter)"), tolerance: tolerance,
                "\(name) \(parameter)")
        }
    }
}
