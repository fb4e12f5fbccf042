/// How much of a row's target each class has: labelSmoothing / columns · w[c], and (1 − labelSmoothing) · w[label] more
/// for the label.
@usableFromInline
struct SmoothedTargets {
    @usableFromInline let classWeights: UnsafePointer<Float>?
    /// Σ w[c]
    @usableFromInline let weightSum: Float
    @usableFromInline let labelSmoothing: Float
    /// labelSmoothing / columns
    @usableFromInline let smoothing: Float

    @inlinable @inline(__always)
    init(classWeights: UnsafePointer<Float>?, weightSum: Float, labelSmoothing: Float, columns: Int) {
        self.classWeights = classWeights
        self.weightSum = weightSum
        self.labelSmoothing = labelSmoothing
        smoothing = labelSmoothing / Float(columns)
    }
}

extension InstructionSet {
    @inlinable @inline(never)
    package static func softmaxCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, classWeights: UnsafePointer<Float>?,
        labelSmoothing: Float, rows: Int, columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>?
    ) {
        let targets = SmoothedTargets(
            classWeights: classWeights, weightSum: classWeights.map { sum($0, count: columns) } ?? Float(columns),
            labelSmoothing: labelSmoothing, columns: columns)
        if 1...RowsInLanes.mostColumns ~= columns {
            return crossEntropyOfFewColumns(logits, labels, targets, rows, columns, scale, losses, gradient)
        }
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
            @inline(__always) func body(j: Int, lanes: Int) {
                let e = Lanes16.exp(.load(x + j, lanes: lanes, fill: -.infinity) - largest)
                totals += e
                if let out { e.store(out + j, lanes: lanes) }
            }
            forEach16(columns, body)
            let total = totals.foldedSum
            let logTotal = Lanes16.log(Lanes16(repeating: total))[0]
            let labelWeight = (1 - labelSmoothing) * (classWeights?[label] ?? 1)
            let loss = labelWeight * (logTotal - labelLogit)
            if labelSmoothing == 0 {
                losses[r] = loss
            } else {
                let spread = (-weightedLogits).addingProduct(targets.weightSum, logTotal)
                losses[r] = loss.addingProduct(targets.smoothing, spread)
            }

            guard let out else { continue }
            // ∂/∂x[j] = softmax[j] · Σ q − q[j]
            let perExponential = scale * labelWeight.addingProduct(targets.smoothing, targets.weightSum) / total
            if labelSmoothing == 0 {
                Self.scale(out, by: perExponential, count: columns)
            } else {
                let perWeight = -(scale * targets.smoothing)
                @inline(__always) func body(j: Int, lanes: Int) {
                    let target = perWeight * weights(classWeights, j, lanes)
                    Lanes16.fma(.load(out + j, lanes: lanes), perExponential, target).store(out + j, lanes: lanes)
                }
                forEach16(columns, body)
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
        @inline(__always) func body(j: Int, lanes: Int) {
            let shifted = Lanes16.load(x + j, lanes: lanes, fill: largest) - largest
            lanes16 = .fma(weights(classWeights, j, lanes), shifted, lanes16)
        }
        forEach16(columns, body)
        return lanes16.foldedSum
    }

    @inlinable @inline(__always)
    static func weights(_ classWeights: UnsafePointer<Float>?, _ j: Int, _ lanes: Int) -> Lanes16 {
        if let classWeights { .load(classWeights + j, lanes: lanes) } else { Lanes16(repeating: 1) }
    }
}
