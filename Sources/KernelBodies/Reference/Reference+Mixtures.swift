extension ReferenceKernels {
    package static func mixedCrossEntropy(
        logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, otherLabels: UnsafePointer<Int32>,
        shares: UnsafePointer<Float>, classWeights: UnsafePointer<Float>?, labelSmoothing: Float, rows: Int,
        columns: Int, scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        let smoothing = labelSmoothing / Float(columns)
        let weightSum = classWeights.map { sum($0, count: columns) } ?? Float(columns)
        func weight(_ j: Int) -> Float { classWeights?[j] ?? 1 }

        for r in 0..<rows {
            let x = logits + r * columns
            let out = gradient.map { $0 + r * columns }
            guard 0..<columns ~= Int(labels[r]), 0..<columns ~= Int(otherLabels[r]) else {
                losses[r] = .nan
                for j in 0..<columns { out?[j] = .nan }
                continue
            }
            let (a, b) = (Int(labels[r]), Int(otherLabels[r]))
            let largest = largest(of: x, columns)
            let (logitA, logitB) = (x[a] - largest, x[b] - largest)
            let total = Lanes(count: columns, initial: 0) { lane, j in lane + ScalarMath.exp(x[j] - largest) }.sum
            let logTotal = ScalarMath.log(total)
            let weightA = (1 - labelSmoothing) * shares[r] * weight(a)
            let weightB = (1 - labelSmoothing) * (1 - shares[r]) * weight(b)
            var loss = fma(weightB, logTotal - logitB, weightA * (logTotal - logitA))
            if labelSmoothing != 0 {
                let weighted = Lanes(count: columns, initial: 0) { lane, j in fma(weight(j), x[j] - largest, lane) }.sum
                loss = fma(smoothing, fma(weightSum, logTotal, -weighted), loss)
            }
            losses[r] = loss

            guard let out else { continue }
            let perExponential = scale * fma(smoothing, weightSum, weightA + weightB) / total
            let perWeight = -(scale * smoothing)
            for j in 0..<columns {
                out[j] = fma(ScalarMath.exp(x[j] - largest), perExponential, perWeight * weight(j))
            }
            out[a] -= scale * weightA
            out[b] -= scale * weightB
        }
    }
}
