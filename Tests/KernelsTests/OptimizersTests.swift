import Kernels
import XCTest

final class OptimizersTests: XCTestCase {
    func testSGDEqualsTheReference() {
        var numbers = TestNumbers()
        for count in raggedCounts {
            let buffers = [numbers.floats(count), numbers.floats(count), numbers.floats(count)]
            for nesterov in [false, true] {
                let step = SGDStep(
                    learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, gradientScale: 0.7, nesterov: nesterov)
                assertEqualsReference("\(count)", buffers) { kernels, buffers in
                    kernels.sgd(
                        parameters: buffers[0], gradient: buffers[1], velocity: buffers[2], count: count, step: step)
                    kernels.sgd(parameters: buffers[0], gradient: buffers[1], velocity: nil, count: count, step: step)
                }
            }
        }
    }

    func testAdamEqualsTheReference() {
        var numbers = TestNumbers(seed: 2)
        for count in raggedCounts {
            let buffers = [
                numbers.floats(count), numbers.floats(count), numbers.floats(count), numbers.floats(count, in: 0...2),
            ]
            for decoupled in [false, true] {
                let step = AdamStep(
                    learningRate: 0.01, weightDecay: 0.1, gradientScale: 0.7, biasCorrection1: 0.19,
                    biasCorrection2: 0.002, decoupled: decoupled)
                assertEqualsReference("\(count)", buffers) { kernels, buffers in
                    kernels.adam(
                        parameters: buffers[0], gradient: buffers[1], firstMoment: buffers[2],
                        secondMoment: buffers[3], count: count, step: step)
                }
            }
        }
    }

    func testLAMBsDirectionEqualsTheReference() {
        var numbers = TestNumbers(seed: 3)
        for count in raggedCounts {
            let buffers = [
                numbers.floats(count), numbers.floats(count), numbers.floats(count), numbers.floats(count, in: 0...2),
            ]
            let step = AdamStep(
                learningRate: 0, epsilon: 1e-6, weightDecay: 0.1, gradientScale: 0.7, biasCorrection1: 0.19,
                biasCorrection2: 0.002)
            assertEqualsReference("\(count)", buffers) { kernels, buffers in
                kernels.lambDirection(
                    parameters: buffers[0], gradient: buffers[1], firstMoment: buffers[2], secondMoment: buffers[3],
                    count: count, step: step)
            }
        }
    }

    func testMovingAveragesEqualTheReference() {
        var numbers = TestNumbers(seed: 4)
        for count in raggedCounts {
            assertEqualsReference("\(count)", [numbers.floats(count), numbers.floats(count)]) { kernels, buffers in
                kernels.movingAverage(buffers[0], into: buffers[1], count: count, decay: 0.9)
            }
        }
    }

    func testClampingEqualsTheReference() {
        var numbers = TestNumbers(seed: 5)
        for count in raggedCounts {
            var values = numbers.floats(count)
            for (place, value) in zip(values.indices, [Float.nan, .infinity, -.infinity, 0.25, -0.25]) {
                values[place] = value
            }
            assertEqualsReference("\(count)", [values]) { kernels, buffers in
                kernels.clamp(buffers[0], count: count, limit: 0.25)
            }
        }
    }

    /// Three steps from zero moments against the formulas in Double.
    func testStepsAreCloseToTheirFormulasInDouble() {
        let (lr, beta1, beta2, epsilon, decay) = (0.05, 0.9, 0.999, 1e-8, 0.1)
        for decoupled in [false, true] {
            var (p, m, v) = (1.5, 0.0, 0.0)
            var (q, first, second): (Float, Float, Float) = (1.5, 0, 0)
            for t in 1...3 {
                let gradient = 0.3 * Double(t)
                let g = gradient + (decoupled ? 0 : decay * p)
                m = beta1 * m + (1 - beta1) * g
                v = beta2 * v + (1 - beta2) * g * g
                let correction1 = 1 - PortableMath.power(beta1, t)
                let correction2 = 1 - PortableMath.power(beta2, t)
                if decoupled { p *= 1 - lr * decay }
                p -= lr * (m / correction1) / ((v / correction2).squareRoot() + epsilon)
                ReferenceKernels.adam(
                    parameters: &q, gradient: [Float(gradient)], firstMoment: &first, secondMoment: &second, count: 1,
                    step: AdamStep(
                        learningRate: Float(lr), weightDecay: Float(decay), biasCorrection1: Float(correction1),
                        biasCorrection2: Float(correction2), decoupled: decoupled))
                XCTAssertEqual(Double(q), p, accuracy: 1e-5)
            }
        }
        for nesterov in [false, true] {
            var (p, v) = (1.5, 0.0)
            var (q, velocity): (Float, Float) = (1.5, 0)
            for t in 1...3 {
                let g = 0.3 * Double(t) + decay * p
                v = 0.9 * v + g
                p -= lr * (nesterov ? g + 0.9 * v : v)
                ReferenceKernels.sgd(
                    parameters: &q, gradient: [Float(0.3 * Double(t))], velocity: &velocity, count: 1,
                    step: SGDStep(
                        learningRate: Float(lr), momentum: 0.9, weightDecay: Float(decay), nesterov: nesterov))
                XCTAssertEqual(Double(q), p, accuracy: 1e-5)
            }
        }
    }
}
