import Training

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
