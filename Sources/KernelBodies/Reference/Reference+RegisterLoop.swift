extension ReferenceKernels {
    package static var multiplyAddCount: Int { 1 }

    package static func multiplyAdd(_ a: Float, _ b: Float, into x: UnsafeMutablePointer<Float>, rounds: Int) {
        for _ in 0..<rounds { x[0] = fma(a, b, x[0]) }
    }
}
