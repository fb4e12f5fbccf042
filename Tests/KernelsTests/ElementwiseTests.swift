import Kernels
import XCTest

final class ElementwiseTests: XCTestCase {
    private let activations: [Activation] = [
        .identity, .relu, .leakyRelu(slope: 0.01), .leakyRelu(slope: 0), .sigmoid, .tanh, .gelu, .silu,
    ]

    func testActivationsEqualTheReference() {
        var numbers = TestNumbers()
        for count in raggedCounts {
            let x = numbers.floats(count, in: -12...12)
            for activation in activations {
                assertEqualsReference("\(activation) of \(count)", [x, x]) { kernels, buffers in
                    kernels.activate(activation, buffers[0], into: buffers[1], count: count)
                }
            }
        }
    }

    func testActivationsEqualTheReferenceAtSpecialValues() {
        let x = specialFloats
        for activation in activations {
            assertEqualsReference("\(activation)", [x, x]) { kernels, buffers in
                kernels.activate(activation, buffers[0], into: buffers[1], count: x.count)
            }
            assertEqualsReference("\(activation)′", [x, x, x]) { kernels, buffers in
                kernels.activationGradient(
                    activation, saved: buffers[0], dy: buffers[1], into: buffers[2], count: x.count)
            }
        }
    }

    func testActivationsWorkInPlace() {
        var numbers = TestNumbers(seed: 2)
        let x = numbers.floats(67, in: -6...6)
        for activation in activations {
            assertEqualsReference("\(activation)", [x]) { kernels, buffers in
                kernels.activate(activation, buffers[0], into: buffers[0], count: x.count)
            }
        }
    }

    func testActivationGradientsEqualTheReference() {
        var numbers = TestNumbers(seed: 3)
        for count in raggedCounts {
            let saved = numbers.floats(count, in: -3...3)
            let dy = numbers.floats(count)
            for activation in activations {
                assertEqualsReference("\(activation) of \(count)", [saved, dy, dy]) { kernels, buffers in
                    kernels.activationGradient(
                        activation, saved: buffers[0], dy: buffers[1], into: buffers[2], count: count)
                }
                assertEqualsReference("\(activation) of \(count), in place", [saved, dy]) { kernels, buffers in
                    kernels.activationGradient(
                        activation, saved: buffers[0], dy: buffers[1], into: buffers[1], count: count)
                }
            }
        }
    }

    /// NaN must come out, so that a loss that is not finite is noticed.
    func testActivationsPassNaNOn() {
        for kernels in testedKernels + [ReferenceKernels.self] {
            for activation in activations {
                var y: Float = 0
                kernels.activate(activation, [.nan], into: &y, count: 1)
                XCTAssert(y.isNaN, "\(kernels.name) \(activation)")
                kernels.activationGradient(activation, saved: [1], dy: [.nan], into: &y, count: 1)
                XCTAssert(y.isNaN, "\(kernels.name) \(activation)′")
            }
        }
    }

    func testActivationGradientsAreTheSlopesOfActivations() {
        for activation in activations {
            for x: Float in [-3, -1.25, -0.3, 0.2, 0.9, 2.5] {
                let h: Float = 1.0 / 128
                var values: [Float] = [0, 0, 0]
                ReferenceKernels.activate(activation, [x - h, x, x + h], into: &values, count: 3)
                var slope: Float = 0
                let saved = activation.gradientUsesInput ? x : values[1]
                ReferenceKernels.activationGradient(activation, saved: [saved], dy: [2], into: &slope, count: 1)
                let difference = Double(values[2] - values[0]) / Double(2 * h)
                XCTAssertEqual(Double(slope), 2 * difference, accuracy: 2e-4, "\(activation) at \(x)")
            }
        }
    }

    func testAdditionEqualsTheReference() {
        var numbers = TestNumbers(seed: 4)
        for count in raggedCounts {
            assertEqualsReference("\(count)", [numbers.floats(count), numbers.floats(count)]) { kernels, buffers in
                kernels.add(buffers[0], into: buffers[1], count: count)
            }
        }
    }

    func testGatheringBytesEqualsTheReference() {
        var numbers = TestNumbers(seed: 5)
        for columns in Set(raggedCounts + fewColumns) {
            let table = numbers.integers(11 * columns, below: 256).map(UInt8.init)
            let indices = numbers.integers(70, below: 11)
            let (scale, offset) = (numbers.floats(columns), numbers.floats(columns))
            let y = [Float](repeating: 0, count: 70 * columns)
            assertEqualsReference("\(columns)", [scale, offset, y]) { kernels, buffers in
                kernels.gather(
                    table, indices: indices, rows: 70, columns: columns, scale: buffers[0], offset: buffers[1],
                    into: buffers[2])
            }
        }
    }

    func testGatheringFloatsEqualsTheReference() {
        var numbers = TestNumbers(seed: 6)
        for columns in Set(raggedCounts + fewColumns) {
            let table = numbers.floats(11 * columns)
            let indices = numbers.integers(70, below: 11)
            let (scale, offset) = (numbers.floats(columns), numbers.floats(columns))
            let y = [Float](repeating: 0, count: 70 * columns)
            assertEqualsReference("\(columns)", [scale, offset, y]) { kernels, buffers in
                kernels.gather(
                    table, indices: indices, rows: 70, columns: columns, scale: buffers[0], offset: buffers[1],
                    into: buffers[2])
            }
        }
    }

    func testGatheredBytesAreExact() {
        let table: [UInt8] = Array(0...255)
        var y = [Float](repeating: 0, count: 256)
        let ones = [Float](repeating: 1, count: 256)
        let zeros = [Float](repeating: 0, count: 256)
        for kernels in testedKernels {
            kernels.gather(table, indices: [0], rows: 1, columns: 256, scale: ones, offset: zeros, into: &y)
            XCTAssertEqual(y, (0...255).map(Float.init))
        }
    }
}
