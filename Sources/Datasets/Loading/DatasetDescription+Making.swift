extension DatasetDescription {
    /// The data set of one HDF5 file.
    package static func file(_ path: String) -> DatasetDescription { DatasetDescription(path: path) }

    /// A made-up data set; see `SyntheticDescription`.
    package static func synthetic(
        inputs: [Int], classes: Int, samples: Int, validation: Int = 0, test: Int = 0, seed: UInt64 = 0
    ) -> DatasetDescription {
        DatasetDescription(
            synthetic: SyntheticDescription(
                inputs: inputs, classes: classes, samples: samples, validation: validation, test: test, seed: seed))
    }

    /// This description with its data sets in another file, which is the same for all splits.
    ///
    /// Names inside a file that a split has for itself are left behind with it: in the other file `x_train` may be
    /// there too and another split, so such a split is found by the usual names.
    package func replacingPath(with path: String) -> DatasetDescription {
        var other = self
        other.path = path
        other.synthetic = nil
        for split in other.splits.keys where other.splits[split]?.path != nil {
            other.splits[split] = SplitDescription()
        }
        return other
    }

    /// A description of one split in another file, of which nothing else is needed: to evaluate and to predict.
    package func replacingPath(with path: String, for split: Split) -> DatasetDescription {
        var other = replacingPath(with: path)
        if split == .validation, (validationFraction ?? 0) > 0 { return other }
        if let own = other.splits[split], own.inputs != nil {
            (other.splits, other.validationFraction) = ([split: own], nil)
        } else {
            other.splits = [:]
        }
        return other
    }
}
