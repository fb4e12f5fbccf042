import Lockstep

extension EpochReport {
    /// The epoch on one line: `epoch  3/15  step 705  loss 0.3412  accuracy 87.41%  validation loss …`.
    ///
    /// - Parameters:
    ///   - epochs: of the whole run; numbers are as wide as this one, so that lines of a run stand in columns.
    ///   - lastStep: of the run, likewise.
    func line(epochs: Int, lastStep: Int) -> String {
        let epochs = "\(epochs)"
        var parts = [
            "epoch \("\(epoch)".leftPadded(to: epochs.count))/\(epochs)",
            "step \(step.grouped.leftPadded(to: lastStep.grouped.count))",
            "loss \(trainingLoss.brief)",
        ]
        if let trainingAccuracy { parts.append("accuracy \(trainingAccuracy.percent)") }
        if let validation {
            parts.append("validation loss \(validation.loss.brief)")
            if let accuracy = validation.accuracy { parts.append("accuracy \(accuracy.percent)") }
            if let rSquared = validation.rSquared {
                let name = validation.leastOutput.flatMap { validation.targetNames?[$0].escaped.shortened(to: 24) }
                let least = validation.leastRSquared.map { value in
                    " (least of an output \(value.brief)\(name.map { ": \($0)" } ?? ""))"
                }
                parts.append("R² \(rSquared.brief)\(least ?? "")")
            }
        }
        parts.append("\(Int(samplesPerSecond.rounded()).grouped) samples/s")
        if isBest { parts.append("best") }
        return parts.joined(separator: "  ")
    }
}

extension RunSummary {
    /// What a run is about to do, on a few lines.
    var lines: [String] {
        let shards = "\(counted(batchSize, "sample")) in \(counted(self.shards, "shard"))"
        var lines = [
            "data set    \(dataset.escaped), \(counted(trainSamples, "training sample"))",
            "network     \(counted(parameters, "parameter"))",
            "batches     \(shards), \(counted(stepsPerEpoch, "step")) an epoch",
            "machine     \(counted(workers, "worker")), \(instructionSet)",
            "run         \(directory.escaped)",
        ]
        if let shuffleQuality { lines.insert("order       \(shuffleQuality.text)", at: 3) }
        if firstStep > 0 { lines.append("continuing  after step \(firstStep.grouped) of \(lastStep.grouped)") }
        return lines
    }
}
