import Kernels
import XCTest

final class GEMMTests: XCTestCase {
    /// Shapes that fill tiles, leave rests in every direction, or have no extent in one.
    private let shapes: [(m: Int, n: Int, k: Int)] = [
        (0, 5, 3), (5, 0, 3), (5, 3, 0), (1, 1, 1), (1, 16, 1), (6, 16, 4), (12, 32, 8), (7, 17, 5), (13, 33, 11),
        (2, 3, 97), (25, 65, 15), (31, 10, 29), (64, 10, 33), (24, 64, 14), (37, 100, 41), (1, 33, 13),
        (1, 128, 7), (1, 131, 40), (1, 300, 1), (1, 64, 0),
    ]

    func testProductsEqualTheReferenceForEveryTransposition() {
        var numbers = TestNumbers()
        for (m, n, k) in shapes {
            let a = numbers.floats(m * k)
            let b = numbers.floats(k * n)
            let c = numbers.floats(m * n)
            for transposition in 0..<4 {
                assertEqualsReference("\(m)x\(n)x\(k), transposition \(transposition)", [c, c]) { kernels, out in
                    withOperands(a, b, m, n, k, transposition) { a, b in
                        multiply(kernels, m, n, k, a, b, out[0], n, .zero, .none)
                        multiplyPacked(kernels, m, n, k, a, b, out[1], n, .zero, .none)
                    }
                }
            }
        }
    }

    func testChainsStartAtZeroTheOutputOrABias() {
        var numbers = TestNumbers(seed: 2)
        for (m, n, k) in shapes {
            let a = numbers.floats(m * k)
            let b = numbers.floats(k * n)
            let c = numbers.floats(m * n)
            let bias = numbers.floats(n)
            assertEqualsReference("\(m)x\(n)x\(k)", [c, c, c, c]) { kernels, out in
                withOperands(a, b, m, n, k, 0) { a, b in
                    multiply(kernels, m, n, k, a, b, out[0], n, .output, .none)
                    multiplyPacked(kernels, m, n, k, a, b, out[1], n, .output, .none)
                    bias.withUnsafeBufferPointer { bias in
                        let start = Accumulator.bias(bias.baseAddress ?? UnsafePointer(out[0]))
                        multiply(kernels, m, n, k, a, b, out[2], n, start, .none)
                        multiplyPacked(kernels, m, n, k, a, b, out[3], n, start, .none)
                    }
                }
            }
        }
    }

    func testActivationsApplyOnceAfterTheLastProduct() {
        let activations: [Activation] = [.relu, .leakyRelu(slope: 0.1), .sigmoid, .tanh, .gelu, .silu]
        var numbers = TestNumbers(seed: 3)
        for (m, n, k) in [(5, 3, 0), (7, 17, 5), (13, 33, 22), (25, 65, 15), (1, 10, 9), (1, 263, 4)] {
            let a = numbers.floats(m * k)
            let b = numbers.floats(k * n)
            let c = numbers.floats(m * n)
            for activation in activations {
                assertEqualsReference("\(m)x\(n)x\(k) \(activation)", [c]) { kernels, out in
                    withOperands(a, b, m, n, k, 0) { a, b in
                        multiplyPacked(kernels, m, n, k, a, b, out[0], n, .output, .activation(activation))
                    }
                }
            }
        }
    }

    func testAChainFromZeroOrABiasIsAddedToTheOutput() {
        var numbers = TestNumbers(seed: 11)
        for (m, n, k) in shapes {
            let (a, b, c) = (numbers.floats(m * k), numbers.floats(k * n), numbers.floats(m * n))
            let bias = numbers.floats(n)
            assertEqualsReference("\(m)x\(n)x\(k)", [c, c, c]) { kernels, out in
                withOperands(a, b, m, n, k, 1) { a, b in
                    multiply(kernels, m, n, k, a, b, out[0], n, .zero, .addition)
                    multiplyPacked(kernels, m, n, k, a, b, out[1], n, .zero, .addition)
                    bias.withUnsafeBufferPointer { bias in
                        multiplyPacked(kernels, m, n, k, a, b, out[2], n, .bias(bias.baseAddress!), .addition)
                    }
                }
            }
        }
    }

    func testDerivativesMultiplyOnceAfterTheLastProduct() {
        let activations: [Activation] = [.identity, .relu, .leakyRelu(slope: 0.1), .sigmoid, .tanh, .gelu, .silu]
        var numbers = TestNumbers(seed: 10)
        for (m, n, k) in [(5, 3, 0), (7, 17, 5), (13, 33, 22), (25, 65, 15), (24, 64, 14), (1, 10, 9), (1, 263, 4)] {
            let a = numbers.floats(m * k)
            let b = numbers.floats(k * n)
            let c = numbers.floats(m * n)
            var saved = numbers.floats(m * n)
            for index in stride(from: 0, to: saved.count, by: 7) { saved[index] = 0 }
            saved[saved.count / 2] = .nan
            for activation in activations {
                assertEqualsReference("\(m)x\(n)x\(k) \(activation)", [c, c]) { kernels, out in
                    saved.withUnsafeBufferPointer { saved in
                        let epilogue = Epilogue.activationGradient(activation, saved: saved.baseAddress!)
                        withOperands(a, b, m, n, k, 0) { a, b in
                            multiplyPacked(kernels, m, n, k, a, b, out[0], n, .zero, epilogue)
                            multiply(kernels, m, n, k, a, b, out[1], n, .output, epilogue)
                        }
                    }
                }
            }
        }
    }

    func testElementsBetweenTheRowsOfCAreLeftAlone() {
        var numbers = TestNumbers(seed: 4)
        for (m, n, k) in shapes where m > 0 {
            let a = numbers.floats(m * k)
            let b = numbers.floats(k * n)
            let stride = n + 5
            let c = [Float](repeating: .nan, count: m * stride)
            for kernels in testedKernels {
                let out = GuardedFloats(c)
                withOperands(a, b, m, n, k, 0) { a, b in
                    multiplyPacked(kernels, m, n, k, a, b, out.pointer, stride, .zero, .activation(.relu))
                }
                XCTAssert(out.guardsAreIntact)
                for i in 0..<m {
                    XCTAssert(out.values[i * stride..<i * stride + n].allSatisfy { !$0.isNaN })
                    XCTAssert(out.values[i * stride + n..<(i + 1) * stride].allSatisfy(\.isNaN), "\(kernels.name)")
                }
            }
        }
    }

    func testPackingByPartsEqualsPackingAtOnce() {
        var numbers = TestNumbers(seed: 5)
        let (k, n) = (19, 70)
        let b = numbers.floats(k * n)
        for kernels in testedKernels {
            for transposed in [false, true] {
                var whole = [Float](repeating: 0, count: kernels.packedCount(k: k, n: n))
                var parts = whole
                b.withUnsafeBufferPointer { b in
                    let view =
                        transposed
                        ? MatrixView(b.baseAddress!, columns: k).transposed : MatrixView(b.baseAddress!, columns: n)
                    kernels.pack(view, k: k, n: n, rows: 0..<k, columns: 0..<n, into: &whole)
                    for rows in [0..<1, 1..<8, 8..<8, 8..<19] {
                        for columns in [0..<3, 3..<20, 20..<32, 32..<69, 69..<70] {
                            kernels.pack(view, k: k, n: n, rows: rows, columns: columns, into: &parts)
                        }
                    }
                }
                XCTAssertEqual(parts, whole, kernels.name)
            }
        }
    }

    func testNaNInThePaddingOfAPackedMatrixStaysThere() {
        var numbers = TestNumbers(seed: 6)
        let (m, n, k) = (7, 17, 9)
        let (a, b) = (numbers.floats(m * k), numbers.floats(k * n))
        for kernels in testedKernels {
            var packed = [Float](repeating: .nan, count: kernels.packedCount(k: k, n: n))
            var workspace = [Float](repeating: .nan, count: kernels.workspaceCount(m: m, n: n, k: k))
            var c = [Float](repeating: 0, count: m * n)
            withOperands(a, b, m, n, k, 0) { a, b in
                kernels.pack(b, k: k, n: n, rows: 0..<k, columns: 0..<n, into: &packed)
                kernels.gemm(
                    m: m, n: n, k: k, a: a, packedB: packed, c: &c, cRowStride: n, start: .zero,
                    epilogue: .activation(.relu),
                    workspace: &workspace)
            }
            XCTAssert(c.allSatisfy(\.isFinite), kernels.name)
        }
    }

    func testNaNInAnOperandReachesItsRowOrColumnOnly() {
        var numbers = TestNumbers(seed: 7)
        let (m, n, k) = (13, 33, 11)
        var a = numbers.floats(m * k)
        let b = numbers.floats(k * n)
        a[12 * k + 10] = .nan
        assertEqualsReference("NaN in A", [[Float](repeating: 0, count: m * n)]) { kernels, out in
            withOperands(a, b, m, n, k, 0) { a, b in
                multiplyPacked(kernels, m, n, k, a, b, out[0], n, .zero, .activation(.relu))
            }
            XCTAssert((0..<m * n).allSatisfy { out[0][$0].isNaN == ($0 / n == 12) })
        }
    }

    func testTheWorkspaceIsLargeEnough() {
        var numbers = TestNumbers(seed: 8)
        for (m, n, k) in shapes {
            let (a, b) = (numbers.floats(m * k), numbers.floats(k * n))
            for kernels in testedKernels {
                let count = kernels.workspaceCount(m: m, n: n, k: k)
                let workspace = GuardedFloats([Float](repeating: 0, count: count))
                var c = [Float](repeating: 0, count: m * n + 1)
                withOperands(a, b, m, n, k, 0) { a, b in
                    kernels.gemm(
                        m: m, n: n, k: k, a: a, b: b, c: &c, cRowStride: n, start: .zero, epilogue: .none,
                        workspace: workspace.pointer)
                }
                XCTAssert(workspace.guardsAreIntact, "\(kernels.name) \(m)x\(n)x\(k)")
            }
        }
    }

    /// Scratch memory is allocated for the largest micro-batch and used by smaller ones.
    func testTheWorkspaceOfAProductIsLargeEnoughForSmallerOnes() {
        for kernels in testedKernels {
            for (m, n, k) in [(36, 10, 2), (96, 10, 2), (90, 10, 784), (40, 70, 33), (1, 40, 2_000)] {
                let count = kernels.workspaceCount(m: m, n: n, k: k)
                for smaller in 0...m {
                    XCTAssertLessThanOrEqual(
                        kernels.workspaceCount(m: smaller, n: n, k: k), count, "\(kernels.name) \(smaller)x\(n)x\(k)")
                }
                for smaller in 0...n {
                    XCTAssertLessThanOrEqual(
                        kernels.workspaceCount(m: m, n: smaller, k: k), count, "\(kernels.name) \(m)x\(smaller)x\(k)")
                }
                for smaller in 0...k {
                    XCTAssertLessThanOrEqual(
                        kernels.workspaceCount(m: m, n: n, k: smaller), count, "\(kernels.name) \(m)x\(n)x\(smaller)")
                }
            }
        }
    }

    /// The oracle itself, against sums in Double.
    func testTheReferenceIsAProductOfMatrices() {
        var numbers = TestNumbers(seed: 9)
        let (m, n, k) = (5, 7, 40)
        let (a, b) = (numbers.floats(m * k), numbers.floats(k * n))
        var c = [Float](repeating: 0, count: m * n)
        withOperands(a, b, m, n, k, 0) { a, b in
            multiply(ReferenceKernels.self, m, n, k, a, b, &c, n, .zero, .none)
        }
        for i in 0..<m {
            for j in 0..<n {
                let sum = (0..<k).reduce(0.0) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
                XCTAssertEqual(Double(c[i * n + j]), sum, accuracy: 1e-5)
            }
        }
    }

    // MARK: Helpers

    /// Views of A [m, k] and B [k, n]; bit 0 of `transposition` stores A transposed, bit 1 B.
    private func withOperands(
        _ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int, _ transposition: Int,
        _ body: (MatrixView, MatrixView) -> Void
    ) {
        // One more element, so that empty matrices have an address.
        (a + [0]).withUnsafeBufferPointer { a in
            (b + [0]).withUnsafeBufferPointer { b in
                let (a, b) = (a.baseAddress!, b.baseAddress!)
                body(
                    transposition & 1 == 0 ? MatrixView(a, columns: k) : MatrixView(a, columns: m).transposed,
                    transposition & 2 == 0 ? MatrixView(b, columns: n) : MatrixView(b, columns: k).transposed)
            }
        }
    }

    private func multiply(
        _ kernels: any KernelTable.Type, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView, _ b: MatrixView,
        _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ start: Accumulator, _ epilogue: Epilogue
    ) {
        var workspace = [Float](repeating: .nan, count: kernels.workspaceCount(m: m, n: n, k: k) + 1)
        kernels.gemm(
            m: m, n: n, k: k, a: a, b: b, c: c, cRowStride: stride, start: start, epilogue: epilogue,
            workspace: &workspace)
    }

    private func multiplyPacked(
        _ kernels: any KernelTable.Type, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixView, _ b: MatrixView,
        _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ start: Accumulator, _ epilogue: Epilogue
    ) {
        var packed = [Float](repeating: 0, count: kernels.packedCount(k: k, n: n) + 1)
        kernels.pack(b, k: k, n: n, rows: 0..<k, columns: 0..<n, into: &packed)
        var workspace = [Float](repeating: .nan, count: kernels.workspaceCount(m: m, n: n, k: k) + 1)
        kernels.gemm(
            m: m, n: n, k: k, a: a, packedB: packed, c: c, cRowStride: stride, start: start, epilogue: epilogue,
            workspace: &workspace)
    }
}
