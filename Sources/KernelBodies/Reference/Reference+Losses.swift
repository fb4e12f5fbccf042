extension ReferenceKernels {
    package static func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
    {
        for r in 0..<rows {
            let (row, out) = (x + r * columns, y + r * columns)
            let largest = largest(of: row, columns)
            for j in 0..<columns { out[j] = ScalarMath.exp(row[j] - largest) }
            let reciprocal = 1 / Lanes(count: columns, initial: 0) { lane, j in lane + out[j] }.sum
            for j in 0..<columns { out[j] *= reciprocal }
        }
    }

    package static func softmaxGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        for r in 0..<rows {
            let first = r * columns
            let dot = Lanes(count: columns, initial: 0) { lane, j in fma(y[first + j], dy[first + j], lane) }.sum
            for i in first..<first + columns { dx[i] = y[i] * (dy[i] - dot) }
        }
    }

    package static func softmaxCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, classWeights: UnsafePointer<Float>?,
        labelSmoothing: Float, rows: Int, columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>?
    ) {
        let smoothing = labelSmoothing / Float(columns)
        let weightSum = classWeights.map { sum($0, count: columns) } ?? Float(columns)
        func weight(_ j: Int) -> Float { classWeights?[j] ?? 1 }

        for r in 0..<rows {
            let x = logits + r * columns
            let out = gradient.map { $0 + r * columns }
            guard 0..<columns ~= Int(labels[r]) else {
                losses[r] = .nan
                for j in 0..<columns { out?[j] = .nan }
                continue
            }
            let label = Int(labels[r])
            let largest = largest(of: x, columns)
            let labelLogit = x[label] - largest
            let total = Lanes(count: columns, initial: 0) { lane, j in lane + ScalarMath.exp(x[j] - largest) }.sum
            let logTotal = ScalarMath.log(total)
            let labelWeight = (1 - labelSmoothing) * weight(label)
            var loss = labelWeight * (logTotal - labelLogit)
            if labelSmoothing != 0 {
                let weighted = Lanes(count: columns, initial: 0) { lane, j in fma(weight(j), x[j] - largest, lane) }.sum
                loss = fma(smoothing, fma(weightSum, logTotal, -weighted), loss)
            }
            losses[r] = loss

            guard let out else { continue }
            // ∂/∂x[j] = softmax[j] · Σ q − q[j]
            let perExponential = scale * fma(smoothing, weightSum, labelWeight) / total
            let perWeight = -(scale * smoothing)
            for j in 0..<columns {
                let e = ScalarMath.exp(x[j] - largest)
                out[j] = labelSmoothing == 0 ? e * perExponential : fma(e, perExponential, perWeight * weight(j))
            }
            out[label] -= scale * labelWeight
        }
    }

    package static func binaryCrossEntropy(
        logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        rowwise(logits, targets, rows, columns, losses, gradient) { x, t in
            let z = ScalarMath.exp(-x.magnitude)
            let sigmoid = (x < 0 ? z : 1) / (1 + z)
            return (fma(-x, t, x < 0 ? 0 : x) + ScalarMath.log1p(z), scale * (sigmoid - t))
        }
    }

    package static func squaredError(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        rowwise(predictions, targets, rows, columns, losses, gradient) { p, t in
            let e = p - t
            return (e * e, scale * (2 * e))
        }
    }

    package static func huber(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, delta: Float, rows: Int, columns: Int,
        scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        rowwise(predictions, targets, rows, columns, losses, gradient) { p, t in
            let e = p - t
            let size = e.magnitude
            let loss = size <= delta ? 0.5 * e * e : delta * (size - 0.5 * delta)
            return (loss, scale * ScalarMath.minimum(ScalarMath.maximum(e, -delta), delta))
        }
    }

    /// A loss that is a sum over elements: losses by 16 lanes a row, gradients element by element.
    private static func rowwise(
        _ x: UnsafePointer<Float>, _ t: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
        _ losses: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
        _ element: (_ x: Float, _ t: Float) -> (loss: Float, gradient: Float)
    ) {
        for r in 0..<rows {
            let first = r * columns
            losses[r] =
                Lanes(count: columns, initial: 0) { lane, j in
                    lane + element(x[first + j], t[first + j]).loss
                }.sum
            guard let gradient else { continue }
            for i in first..<first + columns { gradient[i] = element(x[i], t[i]).gradient }
        }
    }

    /// The largest element; NaN loses every comparison, and comes back through the exponentials.
    static func largest(of x: UnsafePointer<Float>, _ count: Int) -> Float {
        Lanes(count: count, initial: -.infinity) { lane, j in lane < x[j] ? x[j] : lane }
            .fold { lower, upper in lower < upper ? upper : lower }
    }
}
