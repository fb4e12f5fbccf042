import Kernels

/// The targets of some rows, in the form their loss reads: `[rows]` class indices or `[rows, width]` numbers.
public enum TargetRows {
    case labels(UnsafePointer<Int32>)
    /// Rows that are mixtures of two samples: the class of each, and the share of the first.
    case mixtures(labels: UnsafePointer<Int32>, others: UnsafePointer<Int32>, shares: UnsafePointer<Float>)
    case values(UnsafePointer<Float>)

    /// The same targets from a later row on.
    public func advanced(by rows: Int, width: Int) -> TargetRows {
        switch self {
        case .labels(let labels): .labels(labels + rows)
        case .mixtures(let labels, let others, let shares):
            .mixtures(labels: labels + rows, others: others + rows, shares: shares + rows)
        case .values(let values): .values(values + rows * width)
        }
    }

    /// The classes of the rows, or those of which mixtures have a larger share; nil for numbers.
    public var labels: UnsafePointer<Int32>? {
        switch self {
        case .labels(let labels), .mixtures(let labels, _, _): labels
        case .values: nil
        }
    }
}

/// A loss made ready to run: its constants as floats, at a fixed address.
///
/// The mean over a batch is exact in weight: every sample's gradient is scaled by the same number, 1 over what the
/// whole batch weighs, whichever shard it lies in; and shards are summed.
package final class LossFunction: Sendable {
    package let loss: Loss
    /// Outputs a sample.
    package let width: Int
    private let classWeights: AlignedBuffer?
    private let kernels: any KernelTable.Type

    package init(_ loss: Loss, width: Int, kernels: any KernelTable.Type) {
        self.loss = loss
        self.width = width
        self.kernels = kernels
        if case .crossEntropy(_, let weights?) = loss {
            let buffer = AlignedBuffer(count: weights.count)
            for (index, weight) in weights.enumerated() { buffer.pointer[index] = Float(weight) }
            classWeights = buffer
        } else {
            classWeights = nil
        }
    }

    /// What a batch weighs: what the sum of its losses is divided by to be their mean. The number of rows for
    /// cross-entropy, or the sum of their classes' weights; the number of elements for the other losses.
    public func weight(of targets: TargetRows, rows: Int) -> Double {
        switch (loss, targets) {
        case (.crossEntropy, .labels(let labels)):
            guard classWeights != nil else { return Double(rows) }
            var sum = 0.0
            for row in 0..<rows { sum += classWeight(labels[row]) }
            return sum
        case (.crossEntropy, .mixtures(let labels, let others, let shares)):
            guard classWeights != nil else { return Double(rows) }
            var sum = 0.0
            for row in 0..<rows {
                let share = Double(shares[row])
                sum += share * classWeight(labels[row]) + (1 - share) * classWeight(others[row])
            }
            return sum
        default:
            return Double(rows * width)
        }
    }

    private func classWeight(_ label: Int32) -> Double {
        guard let classWeights else { return 1 }
        precondition(0..<classWeights.count ~= Int(label), "label \(label) has no class weight")
        return Double(classWeights.pointer[Int(label)])
    }

    /// Computes losses and, when asked, the gradient of the network's output.
    ///
    /// - Parameters:
    ///   - output: the network's output `[rows, width]`.
    ///   - weight: what the whole batch weighs. A batch that weighs nothing has no gradient.
    ///   - losses: gets the loss of each row, not yet divided by the weight: `[rows]`.
    ///   - gradient: gets the gradient of the mean loss: `[rows, width]`.
    package func evaluate(
        output: UnsafePointer<Float>, targets: TargetRows, rows: Int, weight: Double,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        let scale = weight > 0 ? Float(1 / weight) : 0
        switch (loss, targets) {
        case (.crossEntropy(let labelSmoothing, _), .labels(let labels)):
            kernels.softmaxCrossEntropy(
                logits: output, labels: labels, classWeights: classWeights.map { UnsafePointer($0.pointer) },
                labelSmoothing: Float(labelSmoothing), rows: rows, columns: width, scale: scale,
                losses: losses, gradient: gradient)
        case (.crossEntropy(let labelSmoothing, _), .mixtures(let labels, let others, let shares)):
            kernels.mixedCrossEntropy(
                logits: output, labels: labels, otherLabels: others, shares: shares,
                classWeights: classWeights.map { UnsafePointer($0.pointer) }, labelSmoothing: Float(labelSmoothing),
                rows: rows, columns: width, scale: scale, losses: losses, gradient: gradient)
        case (.binaryCrossEntropy, .values(let values)):
            kernels.binaryCrossEntropy(
                logits: output, targets: values, rows: rows, columns: width, scale: scale,
                losses: losses, gradient: gradient)
        case (.meanSquaredError, .values(let values)):
            kernels.squaredError(
                predictions: output, targets: values, rows: rows, columns: width, scale: scale,
                losses: losses, gradient: gradient)
        case (.huber(let delta), .values(let values)):
            kernels.huber(
                predictions: output, targets: values, delta: Float(delta), rows: rows, columns: width, scale: scale,
                losses: losses, gradient: gradient)
        case (.crossEntropy, .values), (_, .labels), (_, .mixtures):
            preconditionFailure("loss \(loss.name) was given targets of another kind")
        }
    }
}
