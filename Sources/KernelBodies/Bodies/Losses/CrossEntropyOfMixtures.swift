extension InstructionSet {
    @inlinable @inline(never)
    package static func mixedCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, otherLabels: UnsafePointer<Int32>,
        shares: UnsafePointer<Float>, classWeights: UnsafePointer<Float>?, labelSmoothing: Float, rows: Int,
        columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        let weightSum = classWeights.map { sum($0, count: columns) } ?? Float(columns)
        let smoothing = labelSmoothing / Float(columns)
        for r in 0..<rows {
            let x = logits + r * columns
            let out = gradient.map { $0 + r * columns }
            let (a, b) = (Int(labels[r]), Int(otherLabels[r]))
            guard a >= 0, a < columns, b >= 0, b < columns else {
                losses[r] = .nan
                out?.update(repeating: .nan, count: columns)
                continue
            }
            let largest = largest(of: x, columns)
            let (logitA, logitB) = (x[a] - largest, x[b] - largest)
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
            let share = shares[r]
            let weightA = (1 - labelSmoothing) * share * (classWeights?[a] ?? 1)
            let weightB = (1 - labelSmoothing) * (1 - share) * (classWeights?[b] ?? 1)
            let loss = (weightA * (logTotal - logitA)).addingProduct(weightB, logTotal - logitB)
            let spread = (-weightedLogits).addingProduct(weightSum, logTotal)
            losses[r] = labelSmoothing == 0 ? loss : loss.addingProduct(smoothing, spread)

            guard let out else { continue }
            // ∂/∂x[j] = softmax[j] · Σ q − q[j]
            let perExponential = scale * (weightA + weightB).addingProduct(smoothing, weightSum) / total
            let perWeight = -(scale * smoothing)
            @inline(__always) func gradients(j: Int, lanes: Int) {
                let target = perWeight * weights(classWeights, j, lanes)
                Lanes16.fma(.load(out + j, lanes: lanes), perExponential, target).store(out + j, lanes: lanes)
            }
            forEach16(columns, gradients)
            out[a] -= scale * weightA
            out[b] -= scale * weightB
        }
    }
}
