import Datasets
import Foundation
import Kernels
import Optimization
import TestSupport
import XCTest

@testable import Networks
@testable import Training

/// LARS, LAMB, clipping, groups and averages, against the formulas of their papers in plain Double.
///
/// A network of one linear layer under the squared error: its gradient is a short formula, so that all of a step can be
/// followed in Double.
final class LargeBatchTests: HDF5TestCase {
    private let rows = 12
    private let inputs = 4
    private let outputs = 3

    /// A trainer of the linear layer, and its data.
    private func trainer(_ change: (inout Configuration) -> Void) throws -> (Trainer, LinearModel) {
        let path = path("data-\(UUID().uuidString).h5")
        let x: [Float] = (0..<rows * inputs).map { index in Float((index * 7 + 3) % 11) / 5 - 1 }
        let y: [Float] = (0..<rows * outputs).map { index in Float((index * 5 + 1) % 13) / 6 - 1 }
        try withNewFile(path) { file in
            try file.root.write("x_train", x, shape: [rows, inputs])
            try file.root.write("y_train", y, shape: [rows, outputs])
        }
        var configuration = Configuration(
            dataset: .file(path), network: Network { Linear(outputs) }, loss: .meanSquaredError, batchSize: rows,
            shards: 3, epochs: 8, shuffle: .none)
        change(&configuration)
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
        var model = LinearModel(x: x.map(Double.init), y: y.map(Double.init), rows: rows, inputs, outputs)
        for parameter in trainer.model.network.layout.parameters {
            let values = UnsafeBufferPointer(
                start: trainer.model.parameters.pointer + parameter.offset, count: parameter.count)
            model.tensors[parameter.name] = values.map(Double.init)
        }
        return (trainer, model)
    }

    /// Takes eight steps of both, and compares all parameters after each.
    private func compare(
        _ name: String, _ change: (inout Configuration) -> Void,
        _ update: (_ model: inout LinearModel, _ tensor: String, _ gradient: [Double], _ step: Int) -> Void
    ) throws {
        var (trainer, model) = try trainer(change)
        try trainer.team.region {
            for step in 1...8 {
                let gradients = model.gradients()
                _ = try trainer.step()
                trainer.beginNextEpoch()
                for (tensor, gradient) in gradients { update(&model, tensor, gradient, step) }
                for parameter in trainer.model.network.layout.parameters {
                    for (index, expected) in model.tensors[parameter.name]!.enumerated() {
                        XCTAssertEqual(
                            Double(trainer.model.parameters.pointer[parameter.offset + index]), expected,
                            accuracy: 2e-6, "\(name), step \(step), \(parameter.name)[\(index)]")
                    }
                }
            }
        }
    }

    // MARK: LARS and LAMB

    func testLARSFollowsItsFormula() throws {
        for (momentum, nesterov) in [(0.0, false), (0.9, false), (0.9, true)] {
            var velocity: [String: [Double]] = [:]
            try compare(
                "momentum \(momentum)",
                {
                    $0.optimizer = .lars(
                        .init(
                            learningRate: 0.4, momentum: momentum, nesterov: nesterov, weightDecay: 0.01,
                            trustCoefficient: 0.2))
                }
            ) { model, tensor, gradient, _ in
                let w = model.tensors[tensor]!
                let isMatrix = tensor.hasSuffix("weight")
                let decay = isMatrix ? 0.01 : 0
                let ratio =
                    isMatrix ? 0.2 * norm(w) / (norm(gradient) + decay * norm(w)) : 1
                let scaled = zip(gradient, w).map { 0.4 * ratio * ($0 + decay * $1) }
                let v = zip(velocity[tensor] ?? w.map { _ in 0 }, scaled).map { momentum * $0 + $1 }
                velocity[tensor] = v
                let moved = nesterov ? zip(v, scaled).map { momentum * $0 + $1 } : v
                model.tensors[tensor] = zip(w, moved).map { $0 - $1 }
            }
        }
    }

    func testLAMBFollowsItsFormula() throws {
        var moments: [String: ([Double], [Double])] = [:]
        try compare("lamb", { $0.optimizer = .lamb(.init(learningRate: 0.05, epsilon: 1e-6, weightDecay: 0.1)) }) {
            model, tensor, gradient, step in
            let w = model.tensors[tensor]!
            let isMatrix = tensor.hasSuffix("weight")
            let zeros = w.map { _ in 0.0 }
            var (m, v) = moments[tensor] ?? (zeros, zeros)
            m = zip(m, gradient).map { 0.9 * $0 + 0.1 * $1 }
            v = zip(v, gradient).map { 0.999 * $0 + 0.001 * $1 * $1 }
            moments[tensor] = (m, v)
            let (c1, c2) = (1 - pow(0.9, Double(step)), 1 - pow(0.999, Double(step)))
            let u = w.indices.map { m[$0] / c1 / ((v[$0] / c2).squareRoot() + 1e-6) + (isMatrix ? 0.1 * w[$0] : 0) }
            let ratio = isMatrix ? norm(w) / norm(u) : 1
            model.tensors[tensor] = zip(w, u).map { $0 - 0.05 * ratio * $1 }
        }
    }

    func testATensorOfZerosIsMovedByLARSAndLAMBAllTheSame() throws {
        for optimizer in [.lars(.init(learningRate: 0.1)), .lamb(.init())] as [any Optimizer] {
            let (trainer, _) = try trainer {
                $0.optimizer = optimizer
                $0.network = Network { Linear(outputs, initializer: .zeros) }
            }
            try trainer.team.region { _ = try trainer.step() }
            let weight = trainer.model.network.layout.parameters[0]
            let values = UnsafeBufferPointer(
                start: trainer.model.parameters.pointer + weight.offset, count: weight.count)
            XCTAssertTrue(values.allSatisfy { $0.isFinite && $0 != 0 }, "\(optimizer)")
        }
    }

    func testTheMomentumOfSGDIsNotTakenForThatOfLARS() throws {
        let sgd: any Optimizer = .sgd(.init(learningRate: 0.1, momentum: 0.9))
        let lars: any Optimizer = .lars(.init(learningRate: 0.1))
        for (before, after) in [(sgd, lars), (lars, sgd)] {
            let (trainer, _) = try trainer { $0.optimizer = before }
            let checkpoint = try trainer.checkpoint()
            func resume(_ optimizer: any Optimizer) throws -> Trainer {
                var configuration = trainer.configuration
                configuration.optimizer = optimizer
                return try Trainer(
                    resuming: checkpoint, path: "c.h5", configuration: configuration, dataset: trainer.dataset,
                    kernels: availableKernels()[0])
            }
            XCTAssertNoThrow(try resume(before))
            XCTAssertThrowsError(try resume(after)) {
                XCTAssertTrue("\($0)".contains("c.h5: its momentum is that of \(before.name)"), "\($0)")
            }
        }
    }

    // MARK: Clipping, groups, scaling

    func testValuesAreClipped() throws {
        try compare(
            "clipValue",
            {
                $0.optimizer = .sgd(.init(learningRate: 0.5))
                $0.clipValue = 0.05
            }
        ) { model, tensor, gradient, _ in
            XCTAssertTrue(gradient.contains { abs($0) > 0.05 } || tensor.hasSuffix("bias"))
            model.tensors[tensor] = zip(model.tensors[tensor]!, gradient).map { $0 - 0.5 * min(max($1, -0.05), 0.05) }
        }
    }

    func testEachLayersGradientsAreClippedTogether() throws {
        var norms: [Int: Double] = [:]
        let (_, model) = try trainer { _ in }
        norms[0] = norm(model.gradients().flatMap(\.1))
        let limit = norms[0]! / 3
        var together: Double = 0
        try compare(
            "clipLayerNorm",
            {
                $0.optimizer = .sgd(.init(learningRate: 0.5))
                $0.clipLayerNorm = limit
            }
        ) { model, tensor, gradient, _ in
            // Both tensors are updated with the norm from before either was.
            if tensor.hasSuffix("weight") { together = norm(model.gradients().flatMap(\.1)) }
            let scale = min(1, limit / (together + 1e-6))
            model.tensors[tensor] = zip(model.tensors[tensor]!, gradient).map { $0 - 0.5 * scale * $1 }
        }
    }

    func testGroupsHaveTheirOwnRatesAndDecaysAndMayBeFrozen() throws {
        try compare(
            "groups",
            {
                $0.optimizer = .sgd(.init(learningRate: 0.5, weightDecay: 0.1))
                $0.parameterGroups = [ParameterGroup(["linear1/w*"], learningRate: 0.1, weightDecay: 0.02)]
            }
        ) { model, tensor, gradient, _ in
            let (rate, decay) = tensor.hasSuffix("weight") ? (0.1, 0.02) : (0.5, 0.1)
            model.tensors[tensor] = zip(model.tensors[tensor]!, gradient).map { $0 - rate * ($1 + decay * $0) }
        }
        try compare(
            "frozen",
            {
                $0.optimizer = .adamW(.init(learningRate: 0.1, weightDecay: 0))
                $0.parameterGroups = [ParameterGroup(["*"], frozen: false), ParameterGroup(["*/bias"], frozen: true)]
                $0.parameterGroups.removeFirst()
                $0.optimizer = .sgd(.init(learningRate: 0.5, weightDecay: 0.1))
            }
        ) { model, tensor, gradient, _ in
            if tensor.hasSuffix("bias") { return }
            model.tensors[tensor] = zip(model.tensors[tensor]!, gradient).map { $0 - 0.5 * ($1 + 0.1 * $0) }
        }
    }

    func testFrozenGradientsCountInNoNorm() throws {
        let (_, model) = try trainer { _ in }
        let expected = norm(model.gradients().first { $0.0.hasSuffix("weight") }!.1)
        let (trainer, _) = try trainer {
            $0.clipNorm = 1000
            $0.parameterGroups = [ParameterGroup(["*/bias"], frozen: true)]
        }
        let report = try trainer.team.region { try trainer.step() }
        XCTAssertEqual(report.gradientNorm!, expected, accuracy: 1e-6)
    }

    func testPatternsThatMatchNothingListTheNames() throws {
        XCTAssertThrowsError(try trainer { $0.parameterGroups = [ParameterGroup(["linear2/*"], frozen: true)] }) {
            XCTAssertEqual(
                "\($0)",
                "parameterGroups[0].parameters: expected a pattern of one of these names: linear1/weight, linear1/bias, "
                    + "found linear2/*")
        }
        XCTAssertThrowsError(try trainer { $0.parameterGroups = [ParameterGroup(["*"], frozen: true)] }) {
            XCTAssertEqual("\($0)", "parameterGroups: expected a parameter that is not frozen, found all are")
        }
    }

    func testPatterns() {
        func matches(_ pattern: String, _ name: String) -> Bool { ParameterGroup([pattern]).contains(name) }
        for (pattern, name) in [
            ("*", "a/b"), ("*/bias", "linear1/bias"), ("linear?/*", "linear2/weight"), ("a*b*c", "aXbYbc"),
            ("ab", "ab"),
            ("*a*", "a"),
        ] { XCTAssertTrue(matches(pattern, name), "\(pattern) \(name)") }
        for (pattern, name) in [
            ("*/bias", "linear1/bias2"), ("linear?/*", "linear10/weight"), ("a*b*c", "acb"), ("ab", "abc"), ("", "a"),
        ] { XCTAssertFalse(matches(pattern, name), "\(pattern) \(name)") }
    }

    func testTheLearningRateFollowsTheBatchSize() throws {
        for (scaling, expected) in [
            (LearningRateScaling.linear(baseBatchSize: 3), 0.4), (.squareRoot(baseBatchSize: 3), 0.2),
        ] {
            let (trainer, _) = try trainer {
                $0.optimizer = .sgd(.init(learningRate: 0.1))
                $0.learningRateScaling = scaling
            }
            XCTAssertEqual(trainer.learningRate, expected, accuracy: 1e-15)
        }
    }

    // MARK: Averages

    func testTheMovingAverageFollowsItsFormulaAndIsWhatIsEvaluated() throws {
        for warmup in [false, true] {
            let (trainer, _) = try trainer {
                $0.optimizer = .sgd(.init(learningRate: 0.5))
                $0.movingAverage = MovingAverage(decay: 0.8, warmup: warmup)
            }
            let count = trainer.model.parameters.count
            func floats(_ buffer: AlignedBuffer) -> [Double] {
                UnsafeBufferPointer(start: buffer.pointer, count: count).map(Double.init)
            }
            var average = floats(trainer.model.parameters)
            XCTAssertEqual(floats(trainer.optimizer.average!), average)
            try trainer.team.region {
                for step in 1...8 {
                    _ = try trainer.step()
                    trainer.beginNextEpoch()
                    let decay = warmup ? min(0.8, Double(1 + step) / Double(10 + step)) : 0.8
                    average = zip(average, floats(trainer.model.parameters)).map { decay * $0 + (1 - decay) * $1 }
                    for (found, expected) in zip(floats(trainer.optimizer.average!), average) {
                        XCTAssertEqual(found, expected, accuracy: 1e-6)
                    }
                }
            }
            let checkpoint = try trainer.checkpoint()
            let loaded = try Model(checkpoint: checkpoint, path: "memory", kernels: availableKernels()[0])
            XCTAssertEqual(floats(loaded.parameters), floats(trainer.optimizer.average!))
            XCTAssertTrue(trainer.evaluatedModel !== trainer.model)
        }
    }

    // MARK: Noise

    func testTheNoiseScaleIsThatOfTheSamplesGradients() throws {
        let (trainer, model) = try trainer { $0.noiseScaleEvery = 1 }
        let report = try trainer.team.region { try trainer.step() }
        let noise = try XCTUnwrap(report.noise)
        // The estimate from three shards of four rows, in Double.
        let shards = (0..<3).map { norm(model.gradients(rows: 4 * $0..<4 * $0 + 4).flatMap(\.1)) }
        let small = shards.reduce(0) { $0 + $1 * $1 } / 3
        let large = pow(norm(model.gradients().flatMap(\.1)), 2)
        let variance = (small - large) / (1.0 / 4 - 1.0 / 12)
        XCTAssertEqual(noise.variance, variance, accuracy: 1e-5 * variance)
        XCTAssertEqual(noise.squaredGradient, large - variance / 12, accuracy: 1e-5 * large)
    }
}

private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// A linear layer under the mean squared error, in Double.
private struct LinearModel {
    let x: [Double]
    let y: [Double]
    let rows: Int
    let inputs: Int
    let outputs: Int
    var tensors: [String: [Double]] = [:]

    init(x: [Double], y: [Double], rows: Int, _ inputs: Int, _ outputs: Int) {
        (self.x, self.y, self.rows, self.inputs, self.outputs) = (x, y, rows, inputs, outputs)
    }

    /// Of the mean over some rows and all outputs, weight first.
    func gradients(rows range: Range<Int>? = nil) -> [(String, [Double])] {
        let range = range ?? 0..<rows
        let (weight, bias) = (tensors["linear1/weight"]!, tensors["linear1/bias"]!)
        var gradient = (weight: weight.map { _ in 0.0 }, bias: bias.map { _ in 0.0 })
        for row in range {
            for o in 0..<outputs {
                let value = (0..<inputs).reduce(bias[o]) { $0 + x[row * inputs + $1] * weight[$1 * outputs + o] }
                let error = 2 * (value - y[row * outputs + o]) / Double(range.count * outputs)
                gradient.bias[o] += error
                for i in 0..<inputs { gradient.weight[i * outputs + o] += error * x[row * inputs + i] }
            }
        }
        return [("linear1/weight", gradient.weight), ("linear1/bias", gradient.bias)]
    }
}
