import Kernels
import XCTest

final class DepthwiseTests: XCTestCase {
    /// A window of `rows` × `columns` outputs over an image, whose taps lie a pixel, and a row, apart.
    private struct Case {
        var rows: Int
        var columns: Int
        var window: (rows: Int, columns: Int)
        var stride = 1
        var channels = 0

        var imageColumns: Int { max(columns - 1, 0) * stride + window.columns }
        var imageCount: Int { (max(rows - 1, 0) * stride + window.rows) * imageColumns * channels }
        var outputCount: Int { rows * columns * channels }
        var weightCount: Int { taps * channels }
        var taps: Int { window.rows * window.columns }
        var offsets: [Int] {
            (0..<window.rows).flatMap { i in (0..<window.columns).map { (i * imageColumns + $0) * channels } }
        }

        func view(_ image: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>) -> PatchView {
            PatchView(
                base: image, rows: rows, columns: columns, rowStride: stride * imageColumns * channels,
                columnStride: stride * channels, offsets: offsets, runs: taps, depth: 1)
        }
    }

    private var cases: [Case] {
        [0, 1, 2, 15, 16, 17, 33, 48].flatMap { channels in
            [
                Case(rows: 1, columns: 1, window: (1, 1)),
                Case(rows: 2, columns: 3, window: (3, 3)),
                Case(rows: 3, columns: 4, window: (1, 2)),
                Case(rows: 1, columns: 5, window: (2, 3), stride: 2),
                Case(rows: 2, columns: 11, window: (5, 1), stride: 3),
                Case(rows: 0, columns: 5, window: (2, 2)),
                Case(rows: 2, columns: 0, window: (2, 2)),
                Case(rows: 2, columns: 7, window: (0, 3)),
            ].map { value in
                var value = value
                value.channels = channels
                return value
            }
        }
    }

    func testProductsEqualTheReference() {
        var numbers = TestNumbers()
        for value in cases {
            let image = numbers.floats(value.imageCount)
            let (weights, bias) = (numbers.floats(value.weightCount), numbers.floats(value.channels))
            let saved = numbers.floats(value.outputCount)
            let c = numbers.floats(value.outputCount)
            assertEqualsReference("\(value)", [c, c, c, c, c]) { kernels, out in
                saved.withUnsafeBufferPointer { saved in
                    let saved = saved.baseAddress ?? UnsafePointer(out[0])
                    let epilogues: [Epilogue] = [
                        .none, .activation(.relu), .activation(.tanh), .activationGradient(.relu, saved: saved),
                        .activationGradient(.sigmoid, saved: saved),
                    ]
                    for (index, epilogue) in epilogues.enumerated() {
                        multiply(
                            kernels, value, image, weights, index % 2 == 0 ? bias : nil,
                            PatchTarget(
                                out[index], rowStride: value.columns * value.channels, columnStride: value.channels),
                            epilogue)
                    }
                }
            }
        }
    }

    func testRowsOfTheOutputMayLieApart() {
        var numbers = TestNumbers(seed: 2)
        for value in cases {
            let image = numbers.floats(value.imageCount)
            let weights = numbers.floats(value.weightCount)
            // A pixel of every second row and third column.
            let (columnStride, rowStride) = (3 * value.channels, 6 * value.columns * value.channels)
            let (c, saved) = (numbers.floats(value.rows * rowStride), numbers.floats(value.rows * rowStride))
            assertEqualsReference("\(value)", [c]) { kernels, out in
                saved.withUnsafeBufferPointer { saved in
                    multiply(
                        kernels, value, image, weights, nil,
                        PatchTarget(out[0], rowStride: rowStride, columnStride: columnStride),
                        .activationGradient(.relu, saved: saved.baseAddress ?? UnsafePointer(out[0])))
                }
            }
        }
    }

    func testRowsMayHaveSomeOfTheTapsOnly() {
        var numbers = TestNumbers(seed: 4)
        let inside = [3..<9, 0..<9, 0..<6, 4..<4]
        for (columns, channels) in [(1, 3), (7, 16), (4, 40)] {
            let value = Case(rows: inside.count, columns: columns, window: (3, 3), channels: channels)
            let image = numbers.floats(value.imageCount)
            let (weights, bias) = (numbers.floats(value.weightCount), numbers.floats(channels))
            let c = numbers.floats(value.outputCount)
            assertEqualsReference("\(value)", [c]) { kernels, out in
                withView(value, image) { view in
                    inside.withUnsafeBufferPointer { inside in
                        var view = view
                        view.inside = inside.baseAddress
                        kernels.depthwiseProduct(
                            view, channels: channels, weights: weights, bias: bias,
                            c: PatchTarget(out[0], rowStride: columns * channels, columnStride: channels),
                            epilogue: .none)
                    }
                }
                // Row 3 has no tap at all.
                for x in 0..<columns * channels {
                    XCTAssertEqual(out[0][3 * columns * channels + x], bias[x % channels])
                }
            }
        }
    }

    func testWeightGradientsEqualTheReference() {
        var numbers = TestNumbers(seed: 3)
        for value in cases {
            let image = numbers.floats(value.imageCount)
            let dy = numbers.floats(value.outputCount)
            let dw = numbers.floats(value.weightCount)
            let nothing = dw.map { _ in Float.nan }
            assertEqualsReference("\(value)", [dw, nothing]) { kernels, out in
                for (index, start) in [Accumulator.output, .zero].enumerated() {
                    withView(value, image) {
                        kernels.depthwiseWeightGradient(
                            $0, channels: value.channels, dy: dy, into: out[index], start: start)
                    }
                }
            }
        }
    }

    /// So that a border of zeros, a NaN weight on it, and a NaN in the image all count as in a product of matrices.
    func testNaNIsNotHidden() {
        let value = Case(rows: 1, columns: 5, window: (1, 3), channels: 17)
        let image = [Float](repeating: 0, count: value.imageCount)
        var weights = [Float](repeating: 1, count: value.weightCount)
        weights[17 + 16] = .nan
        for kernels in testedKernels {
            var c = [Float](repeating: 1, count: value.outputCount)
            c.withUnsafeMutableBufferPointer {
                multiply(
                    kernels, value, image, weights, nil,
                    PatchTarget($0.baseAddress!, rowStride: 5 * 17, columnStride: 17), .activation(.relu))
            }
            XCTAssertEqual(c.indices.filter { c[$0].isNaN }, (0..<5).map { $0 * 17 + 16 }, kernels.name)
        }
    }

    private func multiply(
        _ kernels: any KernelTable.Type, _ value: Case, _ image: [Float], _ weights: [Float], _ bias: [Float]?,
        _ target: PatchTarget, _ epilogue: Epilogue
    ) {
        withView(value, image) { view in
            if let bias {
                kernels.depthwiseProduct(
                    view, channels: value.channels, weights: weights, bias: bias, c: target, epilogue: epilogue)
            } else {
                kernels.depthwiseProduct(
                    view, channels: value.channels, weights: weights, bias: nil, c: target, epilogue: epilogue)
            }
        }
    }

    private func withView(_ value: Case, _ image: [Float], _ body: (PatchView) -> Void) {
        (image + [0]).withUnsafeBufferPointer { image in
            (value.offsets + [0]).withUnsafeBufferPointer { offsets in
                body(value.view(image.baseAddress!, offsets.baseAddress!))
            }
        }
    }
}
