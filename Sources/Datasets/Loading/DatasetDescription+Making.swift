extension DatasetDescription {
    /// The data set of one HDF5 file.
    public static func file(_ path: String) -> DatasetDescription { DatasetDescription(path: path) }

    /// A made-up data set; see `SyntheticDescription`.
    public static func synthetic(
        inputs: [Int], classes: Int, samples: Int, validation: Int = 0, test: Int = 0, seed: UInt64 = 0
    ) -> DatasetDescription {
        DatasetDescription(
            synthetic: SyntheticDescription(
                inputs: inputs, classes: classes, samples: samples, validation: validation, test: test, seed: seed))
    }

    /// The same data sets in another file, the same for all splits.
    public func replacingPath(with path: String) -> DatasetDescription {
        var other = self
        other.path = path
        other.synthetic = nil
        for split in other.splits.keys { other.splits[split]?.path = nil }
        return other
    }
}
