import Foundation
import Kernels
import TestSupport
import XCTest

@testable import Networks

final class LossFunctionTests: XCTestCase {
    private struct Case {
        var loss: Loss
        var labels: [Int32] = []
        var targets: [Float] = []
        let rows: Int
        let columns: Int
        let output: [Float]

        init(_ loss: Loss, rows: Int, columns: Int, seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            self.loss = loss
            self.rows = rows
            self.columns = columns
            output = random.floats(rows * columns, scale: 3)
            switch loss {
            case .crossEntropy:
                labels = (0..<rows).map { _ in Int32.random(in: 0..<Int32(columns), using: &random) }
            case .binaryCrossEntropy: targets = random.floats(rows * columns).map(abs)
            case .meanSquaredError, .huber: targets = random.floats(rows * columns, scale: 3)
            }
        }

        /// One row of class 0.
        init(_ loss: Loss, output: [Float]) {
            (self.loss, self.output, rows, columns, labels) = (loss, output, 1, output.count, [0])
        }

        /// What `evaluate` gives for some of the rows, with the weight of all.
        func evaluate(
            _ kernels: any KernelTable.Type, rows range: Range<Int>? = nil, withGradient: Bool = true
        ) -> (weight: Double, losses: [Float], gradient: [Float]) {
            let range = range ?? 0..<rows
            let function = LossFunction(loss, width: columns, kernels: kernels)
            var losses = [Float](repeating: .nan, count: range.count)
            var gradient = [Float](repeating: .nan, count: range.count * columns)
            let weight = labels.withUnsafeBufferPointer { labels in
                targets.withUnsafeBufferPointer { targets in
                    let all: TargetRows =
                        loss.isClassification ? .labels(labels.baseAddress!) : .values(targets.baseAddress!)
                    let weight = function.weight(of: all, rows: rows)
                    gradient.withUnsafeMutableBufferPointer { gradient in
                        function.evaluate(
                            output: Array(output[range.lowerBound * columns..<range.upperBound * columns]),
                            targets: all.advanced(by: range.lowerBound, width: columns), rows: range.count,
                            weight: weight, losses: &losses, gradient: withGradient ? gradient.baseAddress! : nil)
                    }
                    return weight
                }
            }
            return (weight, losses, gradient)
        }
    }

    /// The targets of a row are its own class's share and the spread share, each by the weight of its class: PyTorch's.
    func testSmoothingUnderClassWeightsSpreadsInProportionToThem() {
        // A row of class 0 of weights 1, 1 and 100, smoothing 0.1: 0.9 + 0.1/3, 0.1/3 and 10/3, of 4.3 together.
        let targets = [0.9 + 0.1 / 3, 0.1 / 3, 10.0 / 3].map { $0 / 4.3 }
        let row = Case(
            .crossEntropy(labelSmoothing: 0.1, classWeights: [1, 1, 100]), output: targets.map { Float(log($0)) })
        for kernels in availableKernels() {
            let found = row.evaluate(kernels)
            // No gradient where the probabilities are the targets: 77.5% for class 2.
            for element in found.gradient { XCTAssertEqual(element, 0, accuracy: 1e-6, kernels.name) }
            let loss = targets.reduce(0) { $0 - 4.3 * $1 * log($1) }
            XCTAssertEqual(Double(found.losses[0]) / found.weight, loss, accuracy: 1e-5, kernels.name)
        }
        // Evenly without weights.
        let even = [0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3].map { Float(log($0)) }
        for element in Case(.crossEntropy(labelSmoothing: 0.1), output: even).evaluate(availableKernels()[0]).gradient {
            XCTAssertEqual(element, 0, accuracy: 1e-6)
        }
    }

    private func cases(rows: Int, columns: Int) -> [Case] {
        let weights = (0..<columns).map { 0.5 + Double($0 % 3) / 4 }
        let losses: [Loss] = [
            .crossEntropy(), .crossEntropy(labelSmoothing: 0.1), .crossEntropy(classWeights: weights),
            .crossEntropy(labelSmoothing: 0.3, classWeights: weights), .binaryCrossEntropy, .meanSquaredError, .huber(),
            .huber(delta: 0.4),
        ]
        return losses.map { Case($0, rows: rows, columns: columns, seed: UInt64(rows * columns)) }
    }

    func testLossesAndGradientMatchTheOracle() {
        for kernels in availableKernels() {
            for (rows, columns) in [(1, 1), (1, 3), (5, 7), (3, 33)] {
                for example in cases(rows: rows, columns: columns) {
                    let name = "\(kernels.name) \(rows)x\(columns) \(example.loss)"
                    func oracle(_ output: [Double]) -> [Double] {
                        oracleRowLosses(
                            example.loss, output, labels: example.labels.map(Int.init),
                            targets: example.targets.map(Double.init), columns: columns)
                    }
                    let found = example.evaluate(kernels)
                    let output = example.output.map(Double.init)
                    assertClose(found.losses, oracle(output), tolerance: 2e-6, "\(name) losses")
                    let gradient = centralDifferences(output) { oracle($0).reduce(0, +) / found.weight }
                    assertClose(found.gradient, gradient, tolerance: 1e-6, "\(name) gradient")
                }
            }
        }
    }

    func testWithoutGradientTheLossesAreTheSame() {
        for kernels in availableKernels() {
            for example in cases(rows: 5, columns: 7) {
                let evaluated = example.evaluate(kernels, withGradient: false)
                assertSameBits(evaluated.losses, example.evaluate(kernels).losses, "\(example.loss)")
                XCTAssertTrue(evaluated.gradient.allSatisfy(\.isNaN))
            }
        }
    }

    func testCutIntoRaggedShardsEveryRowKeepsItsBits() {
        for kernels in availableKernels() {
            for example in cases(rows: 7, columns: 5) {
                let whole = example.evaluate(kernels)
                let parts = [0..<1, 1..<4, 4..<7].map { example.evaluate(kernels, rows: $0) }
                assertSameBits(parts.flatMap(\.losses), whole.losses, "\(example.loss)")
                assertSameBits(parts.flatMap(\.gradient), whole.gradient, "\(example.loss)")
            }
        }
    }

    func testABatchWeighsItsRowsItsClassWeightsOrItsElements() {
        for example in cases(rows: 6, columns: 5) {
            let expected: Double =
                switch example.loss {
                case .crossEntropy(_, nil): 6
                case .crossEntropy(_, let weights?): example.labels.reduce(0) { $0 + weights[Int($1)] }
                case .binaryCrossEntropy, .meanSquaredError, .huber: 30
                }
            XCTAssertEqual(example.evaluate(availableKernels()[0]).weight, expected, "\(example.loss)")
        }
    }
}
