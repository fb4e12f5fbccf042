import Datasets
import Kernels
import Workers

/// Runs on data in arrays of the program.
extension TrainingRun {
    /// Starts a new run on arrays. Bits are those of the same data in a file.
    ///
    /// - Parameters:
    ///   - configuration: its data set says how the arrays are normalized and what is cut off to validate, as
    ///     `.memory(validationFraction: 0.1, normalization: .standardize)` does; a path in it is not looked at.
    ///   - arrays: are copied, and need not be kept.
    ///   - origin, directory, recordsFingerprints, workers, kernels: as for data in a file.
    /// - Throws: as for data in a file; `DatasetError` names the array, the row, what was expected and what was found.
    public convenience init(
        _ configuration: Configuration, on arrays: DatasetArrays, from origin: Origin? = nil,
        directory: String? = nil, recordsFingerprints: Bool = false, workers: WorkerCount = .automatic,
        kernels: (any KernelTable.Type)? = nil
    ) throws {
        var configuration = configuration
        configuration.dataset = configuration.dataset.inMemory(arrays.name)
        try self.init(
            configuration, from: origin, directory: directory, recordsFingerprints: recordsFingerprints,
            workers: workers, kernels: kernels
        ) { configuration, reference, others in
            try Dataset.load(
                arrays, as: configuration.dataset, reading: configuration.loss.reading, matching: reference,
                beside: others)
        }
    }

    /// Continues a run on arrays from its newest good checkpoint: on the same data, whether they were in arrays or in a
    /// file.
    ///
    /// - Parameters: as for data in a file.
    /// - Throws: as for data in a file; `TrainingError.incompatible` if the data are not the same.
    public convenience init(
        resuming path: String, on arrays: DatasetArrays, kinds: ConfigurationKinds = .standard,
        changes: RunChanges = RunChanges(), takesOver: Bool = false, recordsFingerprints: Bool = false,
        workers: WorkerCount = .automatic, kernels: (any KernelTable.Type)? = nil,
        observer: any TrainingObserver = SilentObserver()
    ) throws {
        try self.init(
            resuming: path, kinds: kinds, changes: changes, loading: LoadingOptions(), takesOver: takesOver,
            recordsFingerprints: recordsFingerprints, workers: workers, kernels: kernels, observer: observer
        ) { configuration, _, reference, others in
            try Dataset.load(
                arrays, as: configuration.dataset, reading: configuration.loss.reading, matching: reference,
                beside: others)
        }
    }
}
