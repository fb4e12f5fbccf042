import HDF5
import Kernels
import Optimization
import TestSupport
import XCTest

@testable import Batches
@testable import Gradients
@testable import Networks
@testable import Training
@testable import Workers

/// Ten steps of each optimizer, with and without clipping, against PyTorch (Tests/Fixtures/README.md).
final class OptimizerTraceTests: HDF5TestCase {
    /// What ten steps in Float32 may stray from PyTorch's in Float64; PyTorch's own in Float32 stray 4.5e-7.
    private static let tolerance = 2e-6

    func testTenStepsOfEveryOptimizerFollowPyTorch() throws {
        let file = try HDF5File(reading: fixture("optimizers.h5"))
        let root = try file.root
        let optimizers = try root.group("optimizers")
        let names = try optimizers.children().map(\.name)
        XCTAssertEqual(names.count, 14)
        for name in names {
            for kernels in availableKernels() {
                for shards in [1, 3] {
                    try replay("optimizers/\(name)", of: root, shards: shards, kernels: kernels)
                }
            }
        }
        try file.close()
    }

    func testTenStepsOfACycleOfRateAndMomentumFollowPyTorch() throws {
        let file = try HDF5File(reading: fixture("optimizers.h5"))
        let root = try file.root
        let names = try root.group("cycles").children().map(\.name)
        XCTAssertEqual(names.count, 4)
        let cycle = Schedule(.oneCycle(rise: 0.3, startDivisor: 25, endDivisor: 10_000, momentum: .init()))
        for name in names {
            for kernels in availableKernels() {
                try replay("cycles/\(name)", of: root, shards: 3, schedule: cycle, kernels: kernels)
            }
        }
        try file.close()
    }

    private func replay(
        _ name: String, of root: HDF5Group, shards: Int, schedule: Schedule = .constant, kernels: any KernelTable.Type
    ) throws {
        let trace = try root.group(name)
        let attributes = trace.attributes
        let inputs: [Float] = try root.dataset("inputs").read()
        let labels: [Int32] = try root.dataset("labels").read()
        let rows = 16
        let network = try CompiledNetwork(
            network: Network {
                Linear(8)
                Tanh()
                Linear(3)
            }, loss: .crossEntropy(), inputShape: [4], targets: .classes(count: 3))
        let model = Model(network: network, seed: 0, kernels: kernels)
        for parameter in network.layout.parameters {
            let values: [Float] = try root.dataset("initial/\(parameter.name)").read()
            (model.parameters.pointer + parameter.offset).update(from: values, count: values.count)
        }
        model.packed.refreshAll(network.layout, from: model.parameters.pointer)

        let clipNorm = try XCTUnwrap(attributes.number("clipNorm"))
        let learningRate = try XCTUnwrap(attributes.number("learningRate"))
        let team = WorkerTeam(workerCount: 2)
        let engine = GradientEngine(
            network: network, model: model.shared, batchSize: rows, shards: shards, seed: 0, team: team,
            kernels: kernels)
        let optimizer = try optimizer(attributes)
        let settings = network.layout.parameters.map { _ in
            ParameterSettings(weightDecay: optimizer.weightDecay, isLayerwise: false)
        }
        let running = RunningOptimizer(
            optimizer, settings: settings, network: network, parameters: model.parameters.pointer, kernels: kernels)
        let updater = ParameterUpdater(
            network: network, model: model.shared, gradients: engine.reducer, optimizer: running,
            clipping: clipNorm > 0 ? .norm(clipNorm) : nil, team: team, kernels: kernels)
        let norms: [Double] = try trace.dataset("float64/gradientNorms").read()
        let losses: [Double] = try trace.dataset("float64/losses").read()
        for step in 0..<10 {
            let batch = ArrayInputs(inputs, width: 4, first: step * rows)
            let loss = labels.withUnsafeBufferPointer {
                engine.computeGradients(
                    inputs: batch, targets: .labels($0.baseAddress! + step * rows), rows: rows, step: step)
            }
            XCTAssertEqual(loss, losses[step], accuracy: Self.tolerance, "\(name), step \(step)")
            let rate = schedule.learningRate(step: step, base: learningRate, pace: Pace(length: 10, stepsPerEpoch: 10))
            let momentum = schedule.momentum(step: step, pace: Pace(length: 10, stepsPerEpoch: 10))
            if schedule != .constant {
                let (rates, momenta): ([Double], [Double]) = (
                    try trace.dataset("float64/learningRates").read(), try trace.dataset("float64/momenta").read()
                )
                XCTAssertEqual(rate, rates[step], accuracy: 1e-15, "\(name), step \(step)")
                XCTAssertEqual(try XCTUnwrap(momentum), momenta[step], accuracy: 1e-15, "\(name), step \(step)")
            }
            running.beginStep(step, learningRate: rate, momentum: momentum)
            let norm = updater.update()
            if clipNorm > 0 {
                XCTAssertEqual(try XCTUnwrap(norm), norms[step], accuracy: Self.tolerance, "\(name), step \(step)")
            }
            for parameter in network.layout.parameters {
                let expected: [Double] = try trace.dataset("float64/parameters/\(parameter.name)").read(
                    rows: step..<step + 1)
                for (index, value) in expected.enumerated() {
                    XCTAssertEqual(
                        Double(model.parameters.pointer[parameter.offset + index]), value, accuracy: Self.tolerance,
                        "\(name), \(kernels.name), step \(step), \(parameter.name)[\(index)]")
                }
            }
        }
    }

    private func optimizer(_ attributes: HDF5Attributes) throws -> any Optimizer {
        func number(_ name: String) throws -> Double { try XCTUnwrap(attributes.number(name), name) }
        switch try XCTUnwrap(attributes.string("algorithm")) {
        case "sgd":
            return .sgd(
                .init(
                    learningRate: try number("learningRate"), momentum: try number("momentum"),
                    nesterov: try number("nesterov") != 0, weightDecay: try number("weightDecay")))
        case let algorithm:
            let kind: any MomentEstimation.Type = algorithm == "adam" ? Adam.self : AdamW.self
            return kind.init(
                learningRate: try number("learningRate"), beta1: try number("beta1"), beta2: try number("beta2"),
                epsilon: try number("epsilon"), weightDecay: try number("weightDecay"))
        }
    }
}

/// Inputs from an array, from a row on.
private final class ArrayInputs: BatchInputs {
    private let values: [Float]
    private let width: Int
    private let first: Int

    init(_ values: [Float], width: Int, first: Int) {
        self.values = values
        self.width = width
        self.first = first
    }

    func load(rows: Range<Int>, into inputs: UnsafeMutablePointer<Float>, worker: Int) {
        values.withUnsafeBufferPointer {
            inputs.update(from: $0.baseAddress! + (first + rows.lowerBound) * width, count: rows.count * width)
        }
    }
}
