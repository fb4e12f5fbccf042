extension InstructionSet {
    @inlinable @inline(__always)
    public static func softmaxCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, classWeights: UnsafePointer<Float>?,
        labelSmoothing: Float, rows: Int, columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>?
    ) {
        let smoothing = labelSmoothing / Float(columns)
        let weightSum = classWeights.map { sum($0, count: columns) } ?? Float(columns)
        for r in 0..<rows {
            let x = logits + r * columns
            let out = gradient.map { $0 + r * columns }
            let label = Int(labels[r])
            guard label >= 0, label < columns else {
                losses[r] = .nan
                out?.update(repeating: .nan, count: columns)
                continue
            }
            let largest = largest(of: x, columns)
            let labelLogit = x[label] - largest
            // Before the exponentials, which may overwrite the logits.
            let weightedLogits = labelSmoothing == 0 ? 0 : weightedSum(of: x, minus: largest, classWeights, columns)

            var totals = Lanes16(repeating: 0)
            forEach16(columns) { j, lanes in
                let e = Lanes16.exp(.load(x + j, lanes: lanes, fill: -.infinity) - largest)
                totals += e
                if let out { e.store(out + j, lanes: lanes) }
            }
            let total = totals.foldedSum
            let logTotal = Lanes16.log(Lanes16(repeating: total))[0]
            let labelWeight = (1 - labelSmoothing) * (classWeights?[label] ?? 1)
            let loss = labelWeight * (logTotal - labelLogit)
            if labelSmoothing == 0 {
                losses[r] = loss
            } else {
                let spread = (-weightedLogits).addingProduct(weightSum, logTotal)
                losses[r] = loss.addingProduct(smoothing, spread)
            }

            guard let out else { continue }
            // ∂/∂x[j] = softmax[j] · Σ q − q[j]
            let perExponential = scale * labelWeight.addingProduct(smoothing, weightSum) / total
            if labelSmoothing == 0 {
                map(out, into: out, columns) { $0 * perExponential }
            } else {
                let perWeight = -(scale * smoothing)
                forEach16(columns) { j, lanes in
                    let target = perWeight * weights(classWeights, j, lanes)
                    Lanes16.fma(.load(out + j, lanes: lanes), perExponential, target).store(out + j, lanes: lanes)
                }
            }
            out[label] -= scale * labelWeight
        }
    }

    /// Σ w[j] · (x[j] − largest)
    @inlinable @inline(__always)
    static func weightedSum(
        of x: UnsafePointer<Float>, minus largest: Float, _ classWeights: UnsafePointer<Float>?, _ columns: Int
    ) -> Float {
        var lanes16 = Lanes16(repeating: 0)
        forEach16(columns) { j, lanes in
            let shifted = Lanes16.load(x + j, lanes: lanes, fill: largest) - largest
            lanes16 = .fma(weights(classWeights, j, lanes), shifted, lanes16)
        }
        return lanes16.foldedSum
    }

    @inlinable @inline(__always)
    static func weights(_ classWeights: UnsafePointer<Float>?, _ j: Int, _ lanes: Int) -> Lanes16 {
        if let classWeights { .load(classWeights + j, lanes: lanes) } else { Lanes16(repeating: 1) }
    }

    @inlinable @inline(__always)
    public static func binaryCrossEntropy(
        logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        elementwiseLoss(logits, targets, rows, columns, losses, gradient) { x, t in
            let z = Lanes16.exp(-x.magnitude)
            let sigmoid = Lanes16(repeating: 1).replaced(by: z, where: x .< 0) / (1 + z)
            return (.fma(-x, t, x.atLeast(Lanes16(repeating: 0))) + .log1p(z), scale * (sigmoid - t))
        }
    }

    @inlinable @inline(__always)
    public static func squaredError(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        elementwiseLoss(predictions, targets, rows, columns, losses, gradient) { p, t in
            let e = p - t
            return (e * e, (2 * scale) * e)
        }
    }

    @inlinable @inline(__always)
    public static func huber(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, delta: Float, rows: Int, columns: Int,
        scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        elementwiseLoss(predictions, targets, rows, columns, losses, gradient) { p, t in
            let e = p - t
            let size = e.magnitude
            let loss = (delta * (size - 0.5 * delta)).replaced(by: 0.5 * e * e, where: size .<= delta)
            let slope = e.atLeast(Lanes16(repeating: -delta)).atMost(Lanes16(repeating: delta))
            return (loss, scale * slope)
        }
    }

    /// A loss that is a sum over elements: losses by 16 lanes a row, gradients element by element.
    @inlinable @inline(__always)
    static func elementwiseLoss(
        _ x: UnsafePointer<Float>, _ t: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
        _ losses: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
        _ element: (_ x: Lanes16, _ t: Lanes16) -> (loss: Lanes16, gradient: Lanes16)
    ) {
        for r in 0..<rows {
            let first = r * columns
            var total = Lanes16(repeating: 0)
            forEach16(columns) { j, lanes in
                let i = first + j
                let (loss, slope) = element(.load(x + i, lanes: lanes), .load(t + i, lanes: lanes))
                total += loss.keepingFirst(lanes)
                if let gradient { slope.store(gradient + i, lanes: lanes) }
            }
            losses[r] = total.foldedSum
        }
    }
}
