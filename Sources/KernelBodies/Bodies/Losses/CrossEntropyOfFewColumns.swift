import CSystem

extension InstructionSet {
    /// `softmaxCrossEntropy` with a row a lane; the same operations in the same order for each row.
    @inlinable @inline(__always)
    static func crossEntropyOfFewColumns(
        _ logits: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>, _ targets: SmoothedTargets, _ rows: Int,
        _ columns: Int, _ scale: Float, _ losses: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?
    ) {
        let isSmooth = targets.labelSmoothing != 0
        @inline(__always) func run(memory: UnsafeMutableBufferPointer<Lanes16>) {
            let tile = RowsInLanes(memory, columns: columns)
            @inline(__always) func body(first: Int, rows: Int) {
                let label = lockstep_load_ints(labels + first, rows)
                let isValid = ~label.isBelow(0) & label.isBelow(Int32(truncatingIfNeeded: columns))
                tile.load(logits + first * columns, rows: rows)
                let largest = tile.maximum
                let labelLogit = tile.element(at: label) - largest
                var weightedLogits = Lanes16(repeating: 0)
                if isSmooth {
                    for j in 0..<columns {
                        let weight = targets.classWeights?[j] ?? 1
                        tile[j] = .fma(tile[j] - largest, weight, Lanes16(repeating: 0))
                    }
                    weightedLogits = tile.sum
                    tile.load(logits + first * columns, rows: rows)
                }

                for j in 0..<columns { tile[j] = .exp(tile[j] - largest) }
                let total = tile.sum
                let logTotal = Lanes16.log(total)
                var labelWeight = Lanes16(repeating: 1)
                if let weights = targets.classWeights {
                    for j in 0..<columns {
                        labelWeight = labelWeight.replaced(
                            by: weights[j], where: label.isEqual(to: Int32(truncatingIfNeeded: j)))
                    }
                }
                labelWeight = (1 - targets.labelSmoothing) * labelWeight
                var loss = labelWeight * (logTotal - labelLogit)
                if isSmooth {
                    let spread = Lanes16.fma(logTotal, targets.weightSum, -weightedLogits)
                    loss = .fma(spread, targets.smoothing, loss)
                }
                Lanes16(repeating: .nan).replaced(by: loss, where: isValid).store(losses + first, lanes: rows)

                guard let gradient else { return }
                // ∂/∂x[j] = softmax[j] · Σ q − q[j]
                let weight = Lanes16.fma(Lanes16(repeating: targets.smoothing), targets.weightSum, labelWeight)
                let perExponential = Lanes16(repeating: .nan).replaced(by: scale * weight / total, where: isValid)
                let perWeight = -(scale * targets.smoothing)
                let labelShare = (scale * labelWeight).bits
                for j in 0..<columns {
                    let e = tile[j]
                    let spread =
                        isSmooth
                        ? Lanes16.fma(e, perExponential, perWeight * (targets.classWeights?[j] ?? 1))
                        : e * perExponential
                    // Subtracting zero elsewhere changes nothing.
                    tile[j] = spread - .bits(labelShare & label.isEqual(to: Int32(truncatingIfNeeded: j)))
                }
                tile.store(gradient + first * columns, rows: rows)
            }
            forEach16Rows(rows, body)
        }
        // 1 KiB, which is certain to come from the stack.
        withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: RowsInLanes.mostColumns, run)
    }
}
