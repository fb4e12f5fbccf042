import Foundation
import Kernels
import XCTest

final class LossesTests: XCTestCase {
    func testCrossEntropyEqualsTheReference() {
        var numbers = TestNumbers()
        for columns in raggedCounts where columns > 0 {
            let logits = numbers.floats(4 * columns, in: -9...9)
            let labels = numbers.integers(4, below: columns)
            let weights = numbers.floats(columns, in: 0...3)
            for smoothing: Float in [0, 0.1] {
                let buffers = [logits, weights, [0, 0, 0, 0], logits]
                assertEqualsReference("\(columns), smoothing \(smoothing)", buffers) { kernels, buffers in
                    for weights in [nil, UnsafePointer(buffers[1])] {
                        kernels.softmaxCrossEntropy(
                            logits: buffers[0], labels: labels, classWeights: weights, labelSmoothing: smoothing,
                            rows: 4, columns: columns, scale: 0.25, losses: buffers[2], gradient: buffers[3])
                    }
                }
                assertEqualsReference("\(columns), no gradient", buffers) { kernels, buffers in
                    kernels.softmaxCrossEntropy(
                        logits: buffers[0], labels: labels, classWeights: buffers[1], labelSmoothing: smoothing,
                        rows: 4, columns: columns, scale: 0.25, losses: buffers[2], gradient: nil)
                }
            }
        }
    }

    func testCrossEntropyOfFewColumnsEqualsTheReferenceForEveryNumberOfRows() {
        var numbers = TestNumbers(seed: 6)
        for columns in fewColumns {
            let weights = numbers.floats(columns, in: 0...3)
            for rows in fewRows {
                let logits =
                    rows % 2 == 0
                    ? numbers.floats(rows * columns, in: -9...9) : numbers.floatsWithSpecialOnes(rows * columns)
                // One label in eight is outside.
                let labels = numbers.integers(rows, below: columns).map { numbers.word() % 8 == 0 ? ~$0 : $0 }
                let losses = [Float](repeating: 0, count: rows)
                for smoothing: Float in [0, 0.1] {
                    let buffers = [logits, weights, losses, logits, losses]
                    assertEqualsReference("\(rows) × \(columns), smoothing \(smoothing)", buffers) { kernels, buffers in
                        for (weights, losses, gradient) in [
                            (nil, buffers[4], nil), (UnsafePointer(buffers[1]), buffers[2], buffers[3]),
                            (nil, buffers[4], buffers[0]),
                        ] {
                            kernels.softmaxCrossEntropy(
                                logits: buffers[0], labels: labels, classWeights: weights, labelSmoothing: smoothing,
                                rows: rows, columns: columns, scale: 0.25, losses: losses, gradient: gradient)
                        }
                    }
                }
            }
        }
    }

    func testGradientsMayReplaceTheInputs() {
        var numbers = TestNumbers(seed: 2)
        let columns = 21
        let (x, t) = (numbers.floats(3 * columns), numbers.floats(3 * columns, in: 0...1))
        let labels = numbers.integers(3, below: columns)
        for kernels in testedKernels {
            for kind in 0..<4 {
                var (losses, lossesInPlace) = ([Float](repeating: 0, count: 3), [Float](repeating: 0, count: 3))
                var gradient = x
                var inPlace = x
                x.withUnsafeBufferPointer {
                    loss(kind, kernels, $0.baseAddress!, t, labels, 3, columns, &losses, &gradient)
                }
                inPlace.withUnsafeMutableBufferPointer {
                    let x = $0.baseAddress!
                    loss(kind, kernels, UnsafePointer(x), t, labels, 3, columns, &lossesInPlace, x)
                }
                XCTAssertEqual(losses, lossesInPlace, "\(kernels.name) loss \(kind)")
                XCTAssertEqual(gradient, inPlace, "\(kernels.name) loss \(kind)")
            }
        }
    }

    func testALabelOutOfRangeMakesItsRowNaN() {
        for kernels in testedKernels + [ReferenceKernels.self] {
            for label: Int32 in [-1, 3, .max, .min] {
                var (losses, gradient) = ([Float](repeating: 0, count: 2), [Float](repeating: 0, count: 6))
                kernels.softmaxCrossEntropy(
                    logits: [0, 1, 2, 0, 1, 2], labels: [label, 1], classWeights: nil, labelSmoothing: 0, rows: 2,
                    columns: 3, scale: 1, losses: &losses, gradient: &gradient)
                XCTAssertEqual(losses.map(\.isNaN), [true, false], kernels.name)
                XCTAssertEqual(gradient.map(\.isNaN), [true, true, true, false, false, false], kernels.name)
            }
        }
    }

    func testElementwiseLossesEqualTheReference() {
        var numbers = TestNumbers(seed: 3)
        for columns in raggedCounts {
            let (x, t) = (numbers.floats(3 * columns, in: -5...5), numbers.floats(3 * columns, in: 0...1))
            for kind in 1..<4 {
                assertEqualsReference("loss \(kind), \(columns)", [x, t, [0, 0, 0], x]) { kernels, buffers in
                    loss(kind, kernels, buffers[0], buffers[1], [], 3, columns, buffers[2], buffers[3])
                }
                assertEqualsReference("loss \(kind), \(columns), no gradient", [x, t, [0, 0, 0]]) { kernels, buffers in
                    loss(kind, kernels, buffers[0], buffers[1], [], 3, columns, buffers[2], nil)
                }
            }
        }
    }

    func testLossesEqualTheReferenceAtSpecialValues() {
        let n = specialFloats.count
        let t = (0..<n).map { Float($0 % 2) }
        for kind in 0..<4 {
            // One column a row, so that each value shows in a loss of its own; labels are all 0 then.
            let labels = [Int32](repeating: 0, count: n)
            let zeros = [Float](repeating: 0, count: n)
            assertEqualsReference("loss \(kind)", [specialFloats, t, zeros, zeros]) { kernels, buffers in
                loss(kind, kernels, buffers[0], buffers[1], labels, n, 1, buffers[2], buffers[3])
            }
        }
    }

    func testHugeLogitsGiveFiniteLosses() {
        var (losses, gradient): ([Float], [Float]) = ([0, 0], [0, 0, 0, 0])
        let logits: [Float] = [1e30, -1e30, -1e4, 1e4]
        ReferenceKernels.softmaxCrossEntropy(
            logits: logits, labels: [0, 1], classWeights: nil, labelSmoothing: 0, rows: 2, columns: 2, scale: 1,
            losses: &losses, gradient: &gradient)
        XCTAssertEqual(losses, [0, 0])
        ReferenceKernels.binaryCrossEntropy(
            logits: logits, targets: [1, 0, 0, 1], rows: 2, columns: 2, scale: 1, losses: &losses, gradient: &gradient)
        XCTAssertEqual(losses, [0, 0])
    }

    /// PyTorch's formula, written out naively in Double.
    func testCrossEntropyIsCloseToTheFormulaInDouble() {
        var numbers = TestNumbers(seed: 4)
        let (rows, columns) = (5, 12)
        let logits = numbers.floats(rows * columns, in: -4...4)
        let labels = numbers.integers(rows, below: columns)
        let weights = numbers.floats(columns, in: 0.1...2)
        let smoothing = 0.2
        func naive(_ x: [Double], _ label: Int) -> Double {
            let total = x.reduce(0) { $0 + exp($1) }
            let negativeLogs = x.map { -log(exp($0) / total) }
            let spread = zip(weights, negativeLogs).reduce(0) { $0 + Double($1.0) * $1.1 }
            return (1 - smoothing) * Double(weights[label]) * negativeLogs[label] + smoothing / Double(columns) * spread
        }
        var losses = [Float](repeating: 0, count: rows)
        var gradient = logits
        ReferenceKernels.softmaxCrossEntropy(
            logits: logits, labels: labels, classWeights: weights, labelSmoothing: Float(smoothing), rows: rows,
            columns: columns, scale: 0.5, losses: &losses, gradient: &gradient)
        for r in 0..<rows {
            let x = logits[r * columns..<(r + 1) * columns].map(Double.init)
            XCTAssertEqual(Double(losses[r]), naive(x, Int(labels[r])), accuracy: 1e-5)
            for j in 0..<columns {
                let h = 1e-5
                var (above, below) = (x, x)
                above[j] += h
                below[j] -= h
                let slope = (naive(above, Int(labels[r])) - naive(below, Int(labels[r]))) / (2 * h)
                XCTAssertEqual(Double(gradient[r * columns + j]), 0.5 * slope, accuracy: 1e-6)
            }
        }
    }

    func testElementwiseLossesAreCloseToTheirFormulasInDouble() {
        let formulas: [Int: (Double, Double) -> Double] = [
            1: { x, t in -t * log(1 / (1 + exp(-x))) - (1 - t) * log(1 - 1 / (1 + exp(-x))) },
            2: { p, t in (p - t) * (p - t) },
            3: { p, t in abs(p - t) <= 0.75 ? (p - t) * (p - t) / 2 : 0.75 * (abs(p - t) - 0.375) },
        ]
        var numbers = TestNumbers(seed: 5)
        let (x, t) = (numbers.floats(40, in: -4...4), numbers.floats(40, in: 0...1))
        for (kind, formula) in formulas {
            var (losses, gradient) = ([Float](repeating: 0, count: 40), x)
            loss(kind, ReferenceKernels.self, x, t, [], 40, 1, &losses, &gradient)
            for i in 0..<40 {
                let (x, t) = (Double(x[i]), Double(t[i]))
                XCTAssertEqual(Double(losses[i]), formula(x, t), accuracy: 1e-5, "loss \(kind)")
                let h = 1e-6
                let slope = (formula(x + h, t) - formula(x - h, t)) / (2 * h)
                XCTAssertEqual(Double(gradient[i]), 0.25 * slope, accuracy: 1e-5, "loss \(kind)")
            }
        }
    }

    // MARK: Helpers

    /// The four losses by number: cross-entropy, binary cross-entropy, squared error, Huber.
    private func loss(
        _ kind: Int, _ kernels: any KernelTable.Type, _ x: UnsafePointer<Float>, _ t: UnsafePointer<Float>,
        _ labels: [Int32], _ rows: Int, _ columns: Int, _ losses: UnsafeMutablePointer<Float>,
        _ gradient: UnsafeMutablePointer<Float>?
    ) {
        switch kind {
        case 0:
            kernels.softmaxCrossEntropy(
                logits: x, labels: labels, classWeights: nil, labelSmoothing: 0.1, rows: rows, columns: columns,
                scale: 0.25, losses: losses, gradient: gradient)
        case 1:
            kernels.binaryCrossEntropy(
                logits: x, targets: t, rows: rows, columns: columns, scale: 0.25, losses: losses, gradient: gradient)
        case 2:
            kernels.squaredError(
                predictions: x, targets: t, rows: rows, columns: columns, scale: 0.25, losses: losses,
                gradient: gradient)
        default:
            kernels.huber(
                predictions: x, targets: t, delta: 0.75, rows: rows, columns: columns, scale: 0.25, losses: losses,
                gradient: gradient)
        }
    }
}
