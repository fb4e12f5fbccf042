extension ReferenceKernels {
    package static func activate(
        _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count { y[i] = value(of: activation, at: x[i]) }
    }

    static func value(of activation: Activation, at x: Float) -> Float {
        switch activation {
        case .identity: x
        case .relu: x < 0 ? 0 : x
        case .leakyRelu(let slope): x > 0 ? x : slope * x
        case .sigmoid: ScalarMath.sigmoid(x)
        case .tanh: ScalarMath.tanh(x)
        case .gelu: ScalarMath.gelu(x)
        case .silu: ScalarMath.silu(x)
        }
    }

    package static func activationGradient(
        _ activation: Activation, saved: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count {
            let s = saved[i]
            switch activation {
            case .identity: dx[i] = dy[i]
            case .relu: dx[i] = s <= 0 ? 0 : dy[i]
            case .leakyRelu(let slope): dx[i] = s > 0 ? dy[i] : slope * dy[i]
            case .sigmoid: dx[i] = dy[i] * (s * (1 - s))
            case .tanh: dx[i] = dy[i] * fma(-s, s, 1)
            case .gelu: dx[i] = dy[i] * ScalarMath.geluGradient(s)
            case .silu: dx[i] = dy[i] * ScalarMath.siluGradient(s)
            }
        }
    }

    package static func add(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { y[i] += x[i] }
    }

    package static func clamp(_ x: UnsafeMutablePointer<Float>, count: Int, limit: Float) {
        for i in 0..<count { x[i] = x[i] < -limit ? -limit : x[i] > limit ? limit : x[i] }
    }

    package static func gather(
        _ x: UnsafePointer<UInt8>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        for r in 0..<rows {
            let row = x + Int(indices[r]) * columns
            for j in 0..<columns { y[r * columns + j] = fma(Float(row[j]), scale[j], offset[j]) }
        }
    }

    package static func gather(
        _ x: UnsafePointer<Float>, indices: UnsafePointer<Int32>, rows: Int, columns: Int, scale: UnsafePointer<Float>,
        offset: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
    ) {
        for r in 0..<rows {
            let row = x + Int(indices[r]) * columns
            for j in 0..<columns { y[r * columns + j] = fma(row[j], scale[j], offset[j]) }
        }
    }
}
