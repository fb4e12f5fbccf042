import Kernels
import XCTest

final class PoolingTests: XCTestCase {
    private func axis(_ input: Int, _ output: Int, size: Int, stride: Int, before: Int = 0) -> PoolWindow.Axis {
        .init(input: input, output: output, size: size, stride: stride, before: before)
    }

    private var windows: [PoolWindow] {
        [1, 3, 16, 17, 40].flatMap { channels in
            [
                (axis(4, 2, size: 2, stride: 2), axis(6, 3, size: 2, stride: 2)),
                (axis(5, 3, size: 3, stride: 2, before: 1), axis(4, 2, size: 3, stride: 2, before: 1)),
                (axis(3, 2, size: 2, stride: 1), axis(7, 2, size: 3, stride: 4)),
                (axis(1, 1, size: 1, stride: 1), axis(5, 1, size: 5, stride: 1)),
            ].map { PoolWindow(rows: $0, columns: $1, channels: channels) }
        }
    }

    func testPoolingEqualsTheReference() {
        var numbers = TestNumbers()
        for window in windows {
            for images in [0, 1, 3] {
                var x = numbers.floats(images * window.inputCount)
                // Equal elements, of which the first counts, and one that must not be hidden.
                for index in x.indices where index % 3 == 0 { x[index] = 0.5 }
                if images == 3 { x[x.count / 2] = .nan }
                let dy = numbers.floats(images * window.outputCount)
                let (y, dx) = (dy.map { _ in Float.nan }, x.map { _ in Float.nan })
                assertEqualsReference("\(window)", [y, y, dx, dx]) { kernels, out in
                    kernels.maxPool(x, into: out[0], images: images, window: window)
                    kernels.averagePool(x, into: out[1], images: images, window: window)
                    kernels.maxPoolGradient(x: x, y: out[0], dy: dy, into: out[2], images: images, window: window)
                    kernels.averagePoolGradient(dy: dy, into: out[3], images: images, window: window)
                }
            }
        }
    }

    func testTheFirstOfEqualElementsGetsTheGradient() {
        let window = PoolWindow(
            rows: axis(1, 1, size: 1, stride: 1), columns: axis(4, 2, size: 3, stride: 1), channels: 1)
        for kernels in testedKernels {
            let x: [Float] = [1, 2, 2, 2]
            var (y, dx) = ([Float](repeating: 0, count: 2), [Float](repeating: 0, count: 4))
            kernels.maxPool(x, into: &y, images: 1, window: window)
            kernels.maxPoolGradient(x: x, y: y, dy: [3, 5], into: &dx, images: 1, window: window)
            XCTAssertEqual(y, [2, 2], kernels.name)
            XCTAssertEqual(dx, [0, 8, 0, 0], kernels.name)
        }
    }

    func testNaNIsTheLargest() {
        let window = PoolWindow(
            rows: axis(1, 1, size: 1, stride: 1), columns: axis(3, 1, size: 3, stride: 1), channels: 1)
        for kernels in testedKernels {
            for place in 0..<3 {
                var x: [Float] = [1, 2, 3]
                x[place] = .nan
                var y: [Float] = [0]
                kernels.maxPool(x, into: &y, images: 1, window: window)
                XCTAssert(y[0].isNaN, "\(kernels.name), NaN at \(place)")
            }
        }
    }
}
