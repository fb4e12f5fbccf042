import Checkpoints
import Datasets
import Networks

/// What class weights make of the rows of a split.
extension SampleTable {
    /// The mean of what its samples weigh in a loss: 1 but for class weights.
    func meanWeight(in loss: Loss) -> Double {
        guard case .crossEntropy(_, let weights?) = loss, case .classes(let labels) = targets, count > 0 else {
            return 1
        }
        var counts = [Int](repeating: 0, count: weights.count)
        for row in 0..<count {
            let label = Int(labels[originalRow(row)])
            if counts.indices.contains(label) { counts[label] += 1 }
        }
        return zip(counts, weights).reduce(0) { $0 + Double($1.0) * Double(Float($1.1)) } / Double(count)
    }

    /// - Throws: `DatasetError` if all samples are of classes that weigh nothing, so that their mean loss is that of
    ///   none.
    func requireWeight(in loss: Loss, split: Split) throws {
        guard !(meanWeight(in: loss) > 0) else { return }
        throw DatasetError(
            .invalidOption, file: origin.file, object: origin.targets,
            expected: "a sample of a class that classWeights of the loss \(loss.name) gives a weight above 0",
            found: "none among the \(count) of the \(split) split, whose mean loss is then no number",
            advice: "Give a class of the split a weight, or leave the split out.")
    }
}

extension Checkpoint.Progress {
    /// The progress with a weight of the epoch's samples, which older versions did not write: their sums are of
    /// batches' means times their rows, and counted as if each batch weighed what it does on average.
    func weighed(by loss: Loss, _ table: SampleTable) -> Checkpoint.Progress {
        guard epochWeight == nil else { return self }
        var progress = self
        let weight = table.meanWeight(in: loss)
        progress.epochLoss *= weight
        progress.epochWeight = Double(samplesIntoEpoch) * weight
        return progress
    }

    /// What to say of an epoch that an older version began; nil if all is known.
    func weightNote(_ loss: Loss) -> String? {
        guard epochWeight == nil, samplesIntoEpoch > 0, case .crossEntropy(_, .some) = loss else { return nil }
        return
            "expected what the \(samplesIntoEpoch) samples of the epoch weigh, found no such number, as an older version "
            + "wrote it: the training loss of epoch \(epoch + 1) counts batches until here by rows"
    }
}
