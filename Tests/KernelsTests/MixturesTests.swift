import Kernels
import XCTest

final class MixturesTests: XCTestCase {
    func testTheKernelEqualsTheReference() {
        var numbers = TestNumbers(seed: 11)
        for columns in raggedCounts where columns > 0 {
            let logits = numbers.floats(5 * columns, in: -9...9)
            let labels = numbers.integers(5, below: columns)
            // The last row's other label is outside.
            let others = numbers.integers(4, below: columns) + [Int32(columns)]
            let shares: [Float] = [1, 0.5, 0.75, 0.9, 0.6]
            let weights = numbers.floats(columns, in: 0...3)
            for smoothing: Float in [0, 0.1] {
                let buffers = [logits, weights, [0, 0, 0, 0, 0], logits]
                assertEqualsReference("\(columns), smoothing \(smoothing)", buffers) { kernels, buffers in
                    for (weights, gradient) in [
                        (nil, nil), (UnsafePointer(buffers[1]), buffers[3]), (nil, buffers[0]),
                    ] {
                        kernels.mixedCrossEntropy(
                            logits: buffers[0], labels: labels, otherLabels: others, shares: shares,
                            classWeights: weights, labelSmoothing: smoothing, rows: 5, columns: columns, scale: 0.25,
                            losses: buffers[2], gradient: gradient)
                    }
                }
            }
        }
    }

    /// share · (loss of one label) + (1 - share) · (loss of the other), and gradients likewise.
    func testTheLossIsThatOfBothLabelsByTheirShares() {
        var numbers = TestNumbers(seed: 12)
        let (rows, columns) = (6, 7)
        let logits = numbers.floats(rows * columns, in: -3...3)
        let (labels, others) = (numbers.integers(rows, below: columns), numbers.integers(rows, below: columns))
        let shares: [Float] = [1, 0.5, 0.8, 0.99, 0.7, 0.6]
        let weights = numbers.floats(columns, in: 0.5...2)
        for kernels in testedKernels {
            for smoothing: Float in [0, 0.2] {
                func plain(_ labels: [Int32]) -> (losses: [Float], gradient: [Float]) {
                    var losses = [Float](repeating: 0, count: rows)
                    var gradient = [Float](repeating: 0, count: rows * columns)
                    kernels.softmaxCrossEntropy(
                        logits: logits, labels: labels, classWeights: weights, labelSmoothing: smoothing, rows: rows,
                        columns: columns, scale: 0.5, losses: &losses, gradient: &gradient)
                    return (losses, gradient)
                }
                let (one, other) = (plain(labels), plain(others))
                var losses = [Float](repeating: 0, count: rows)
                var gradient = [Float](repeating: 0, count: rows * columns)
                kernels.mixedCrossEntropy(
                    logits: logits, labels: labels, otherLabels: others, shares: shares, classWeights: weights,
                    labelSmoothing: smoothing, rows: rows, columns: columns, scale: 0.5, losses: &losses,
                    gradient: &gradient)
                for row in 0..<rows {
                    let share = shares[row]
                    let loss = share * one.losses[row] + (1 - share) * other.losses[row]
                    XCTAssertEqual(losses[row], loss, accuracy: 1e-5, kernels.name)
                    for place in row * columns..<(row + 1) * columns {
                        let slope = share * one.gradient[place] + (1 - share) * other.gradient[place]
                        XCTAssertEqual(gradient[place], slope, accuracy: 1e-6, kernels.name)
                    }
                }
            }
        }
    }
}
