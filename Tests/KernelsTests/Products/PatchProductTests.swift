import Kernels
import XCTest

final class PatchProductTests: XCTestCase {
    /// A window over an image of `channels`, and the product of its patches with `outputs` columns.
    private struct Case {
        var rows: Int
        var columns: Int
        var window: Int
        var channels: Int
        var outputs: Int
        var stride = 1

        var imageColumns: Int { (columns + 16) * stride + window }
        var imageCount: Int { (rows * stride + window + 1) * imageColumns * channels }
        var offsets: [Int] { (0..<window).map { $0 * imageColumns * channels } }
        var depth: Int { window * channels }

        func view(_ image: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>) -> PatchView {
            PatchView(
                base: image, rows: rows, columns: columns, rowStride: stride * imageColumns * channels,
                columnStride: stride * channels, offsets: offsets, runs: window, depth: depth)
        }
    }

    private let cases = [
        Case(rows: 1, columns: 1, window: 1, channels: 1, outputs: 1),
        Case(rows: 3, columns: 4, window: 3, channels: 1, outputs: 16),
        Case(rows: 2, columns: 6, window: 2, channels: 3, outputs: 7),
        Case(rows: 2, columns: 7, window: 3, channels: 2, outputs: 17, stride: 2),
        Case(rows: 1, columns: 14, window: 3, channels: 5, outputs: 33),
        Case(rows: 2, columns: 28, window: 1, channels: 4, outputs: 32, stride: 3),
        Case(rows: 2, columns: 13, window: 5, channels: 1, outputs: 6),
        Case(rows: 0, columns: 5, window: 2, channels: 2, outputs: 3),
        Case(rows: 2, columns: 3, window: 0, channels: 2, outputs: 9),
    ]

    func testProductsOverPatchesEqualTheReference() {
        var numbers = TestNumbers()
        for value in cases {
            let image = numbers.floats(value.imageCount)
            let b = numbers.floats(value.window * value.depth * value.outputs)
            let bias = numbers.floats(value.outputs)
            let c = numbers.floats(value.rows * value.columns * value.outputs)
            assertEqualsReference("\(value)", [c, c, c, c, c]) { kernels, out in
                bias.withUnsafeBufferPointer { bias in
                    multiply(kernels, value, image, b, out[0], .zero, .none)
                    multiply(kernels, value, image, b, out[1], .output, .none)
                    multiply(kernels, value, image, b, out[2], .bias(bias.baseAddress!), .activation(.relu))
                    multiply(kernels, value, image, b, out[3], .zero, .addition)
                    multiply(kernels, value, image, b, out[4], .bias(bias.baseAddress!), .addition)
                }
            }
        }
    }

    func testDerivativesAreTakenWhereTheOutputLies() {
        var numbers = TestNumbers(seed: 2)
        for value in cases {
            let image = numbers.floats(value.imageCount)
            let b = numbers.floats(value.window * value.depth * value.outputs)
            let saved = numbers.floats(value.rows * value.columns * value.outputs)
            for activation in [Activation.relu, .tanh] {
                assertEqualsReference("\(value) \(activation)", [saved]) { kernels, out in
                    saved.withUnsafeBufferPointer { saved in
                        let saved = saved.baseAddress ?? UnsafePointer(out[0])
                        multiply(
                            kernels, value, image, b, out[0], .zero, .activationGradient(activation, saved: saved))
                    }
                }
            }
        }
    }

    func testRowsOfTheOutputMayLieApart() {
        var numbers = TestNumbers(seed: 3)
        for value in cases {
            let image = numbers.floats(value.imageCount)
            let b = numbers.floats(value.window * value.depth * value.outputs)
            // A pixel of every second row and third column.
            let (columnStride, rowStride) = (3 * value.outputs, 6 * value.columns * value.outputs)
            let c = numbers.floats(value.rows * rowStride)
            assertEqualsReference("\(value)", [c]) { kernels, out in
                multiply(
                    kernels, value, image, b, out[0], .zero, .none,
                    PatchTarget(out[0], rowStride: rowStride, columnStride: columnStride))
            }
        }
    }

    /// As the gradient of weights has it: neighboring elements of the image are rows, pixels the depth.
    func testTheDepthMayHaveAStride() {
        var numbers = TestNumbers(seed: 4)
        for (rows, columns, outputs, depth, runs) in [(3, 9, 16, 7, 4), (1, 3, 5, 28, 2), (2, 48, 33, 5, 3)] {
            let (pixel, row) = (11, 11 * 40)
            let image = numbers.floats((runs + rows) * row + 64)
            let b = numbers.floats(runs * depth * outputs)
            let c = numbers.floats(rows * columns * outputs)
            let offsets = (0..<runs).map { $0 * row }
            assertEqualsReference("\(rows) \(columns) \(outputs)", [c]) { kernels, out in
                image.withUnsafeBufferPointer { image in
                    offsets.withUnsafeBufferPointer { offsets in
                        let view = PatchView(
                            base: image.baseAddress!, rows: rows, columns: columns, rowStride: row, columnStride: 1,
                            offsets: offsets.baseAddress!, runs: runs, depth: depth, depthStride: pixel)
                        multiply(
                            kernels, view, outputs, b, .output, .none,
                            PatchTarget(out[0], rowStride: columns * outputs, columnStride: outputs))
                    }
                }
            }
        }
    }

    func testRowsMayHaveSomeOfTheRunsOnly() {
        var numbers = TestNumbers(seed: 5)
        let inside = [1..<4, 0..<4, 0..<2, 2..<2]
        for (columns, outputs) in [(1, 1), (8, 16), (14, 6), (28, 32), (13, 40)] {
            let value = Case(rows: inside.count, columns: columns, window: 4, channels: 3, outputs: outputs)
            let image = numbers.floats(value.imageCount)
            let b = numbers.floats(value.window * value.depth * outputs)
            let c = numbers.floats(value.rows * columns * outputs)
            assertEqualsReference("\(value)", [c, c]) { kernels, out in
                image.withUnsafeBufferPointer { image in
                    value.offsets.withUnsafeBufferPointer { offsets in
                        inside.withUnsafeBufferPointer { inside in
                            var view = value.view(image.baseAddress!, offsets.baseAddress!)
                            view.inside = inside.baseAddress
                            multiply(
                                kernels, view, outputs, b, .output, .none,
                                PatchTarget(out[0], rowStride: columns * outputs, columnStride: outputs))
                        }
                        // The same of products that have no other runs.
                        for (y, runs) in inside.enumerated() {
                            var view = value.view(image.baseAddress!, offsets.baseAddress! + runs.lowerBound)
                            view.base += y * view.rowStride
                            (view.rows, view.runs) = (1, runs.count)
                            multiply(
                                kernels, view, outputs, Array(b[(runs.lowerBound * value.depth * outputs)...]),
                                .output, .none,
                                PatchTarget(
                                    out[1] + y * columns * outputs, rowStride: 0, columnStride: outputs))
                        }
                    }
                }
                XCTAssertEqual(
                    UnsafeBufferPointer(start: out[0], count: c.count).map(\.bitPattern),
                    UnsafeBufferPointer(start: out[1], count: c.count).map(\.bitPattern), kernels.name)
            }
        }
    }

    private func multiply(
        _ kernels: any KernelTable.Type, _ value: Case, _ image: [Float], _ b: [Float],
        _ c: UnsafeMutablePointer<Float>, _ start: Accumulator, _ epilogue: Epilogue, _ target: PatchTarget? = nil
    ) {
        let dense = PatchTarget(c, rowStride: value.columns * value.outputs, columnStride: value.outputs)
        image.withUnsafeBufferPointer { image in
            (value.offsets + [0]).withUnsafeBufferPointer { offsets in
                multiply(
                    kernels, value.view(image.baseAddress!, offsets.baseAddress!), value.outputs, b, start, epilogue,
                    target ?? dense)
            }
        }
    }

    private func multiply(
        _ kernels: any KernelTable.Type, _ view: PatchView, _ n: Int, _ b: [Float], _ start: Accumulator,
        _ epilogue: Epilogue, _ target: PatchTarget
    ) {
        let k = view.runs * view.depth
        var packed = [Float](repeating: 0, count: max(kernels.packedCount(k: k, n: n), 1))
        b.withUnsafeBufferPointer { b in
            if let base = b.baseAddress {
                kernels.pack(
                    MatrixView(base, columns: n), k: k, n: n, rows: 0..<k, columns: 0..<n, into: &packed)
            }
        }
        let workspace = GuardedFloats([Float](repeating: .nan, count: kernels.patchWorkspaceCount()))
        kernels.gemm(
            view, n: n, packedB: packed, c: target, start: start, epilogue: epilogue, workspace: workspace.pointer)
        XCTAssert(workspace.guardsAreIntact, "\(kernels.name): wrote outside the workspace")
    }
}
