import Datasets

extension Configuration {
    /// Loads the data set to train on it as configured.
    ///
    /// - Parameters:
    ///   - matching: what the data have to agree with, if they do not come first.
    ///   - others: told what the data set is before anything of it is in memory; gives the bytes that the training
    ///     takes beside it.
    func loadDataset(
        relativeTo directory: String?, _ loading: LoadingOptions, matching: DataReference? = nil,
        beside others: (DataOutline) throws -> Int = { _ in 0 }
    ) throws -> Dataset {
        try Dataset.load(
            dataset, relativeTo: directory, reading: loss.reading, matching: matching, loading: loading,
            use: .training(shuffle: shuffle, batchSize: batchSize), beside: others)
    }
}
