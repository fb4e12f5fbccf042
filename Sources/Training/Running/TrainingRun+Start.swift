import Checkpoints
import Datasets
import Foundation
import HDF5
import Kernels
import Workers

/// How a run begins: anew, from another one, or where it stopped.
extension TrainingRun {
    /// Where the parameters of a new run come from, instead of its seed.
    public enum Origin: Sendable, Equatable {
        /// A checkpoint of another run: its parameters, moments and progress. The new run goes on from there, with
        /// another configuration; the data must be the same.
        case branch(checkpoint: String)
        /// The parameters of a checkpoint alone: training begins at step 0, with whatever data have their shape.
        case parameters(checkpoint: String)
    }

    /// Starts a new run. The directory is made last, when nothing can be wrong with configuration and data any more.
    ///
    /// - Parameters:
    ///   - directory: where the run keeps its files; nil for the next free name under `runs`.
    ///   - relativeTo: the directory that a relative path of the data set starts from; nil for the current one.
    ///   - loading: how much memory data may take.
    ///   - recordsFingerprints: whether `fingerprints.csv` gets a line with digests of the parameters for each step,
    ///     for comparisons; that changes no bit, and costs less than a hundredth of the time of a large step.
    ///   - kernels: nil for the best that this machine has, or what `LOCKSTEP_INSTRUCTION_SET` names.
    /// - Throws: `TrainingError` for a configuration that makes no sense or does not fit the data, a directory that is
    ///   taken or cannot be made, a checkpoint that does not fit, too little memory; `NetworkError` for layers that do
    ///   not fit; `DatasetError` and `HDF5Error` for data that cannot be used or read; `CheckpointError` for a
    ///   checkpoint that cannot be read or written; `UnavailableInstructionSet` for one that is not there.
    public convenience init(
        _ configuration: Configuration, from origin: Origin? = nil, directory: String? = nil,
        relativeTo base: String? = nil, loading: LoadingOptions = LoadingOptions(), recordsFingerprints: Bool = false,
        workers: WorkerCount = .automatic, kernels: (any KernelTable.Type)? = nil
    ) throws {
        try self.init(
            configuration, from: origin, directory: directory, recordsFingerprints: recordsFingerprints,
            workers: workers, kernels: kernels
        ) { configuration, reference, others in
            try configuration.loadDataset(relativeTo: base, loading, matching: reference, beside: others)
        }
    }

    /// Loads the data set of a configuration, which has to agree with a reference, if there is one; `others` is told
    /// what it is before anything of it is in memory, and gives the bytes that the training takes beside it.
    typealias Loading = (
        _ configuration: Configuration, _ reference: DataReference?, _ others: (DataOutline) throws -> Int
    ) throws -> Dataset

    convenience init(
        _ configuration: Configuration, from origin: Origin?, directory: String?, recordsFingerprints: Bool,
        workers: WorkerCount, kernels: (any KernelTable.Type)?, load: Loading
    ) throws {
        let memory = MemoryPlanner(isRun: true)
        try configuration.check()
        try directory.map(RunDirectory.checkFree)
        let kernels = try kernels ?? selectKernels()
        let start = try origin.map { try TrainerStart($0) }
        let dataset = try load(configuration, start?.reference) {
            try memory.bytes(configuration, beside: $0, workers: workers, kernels: kernels)
        }
        let trainer = try Trainer(
            start?.configuration(configuration, for: dataset) ?? configuration, from: start, dataset: dataset,
            memory: memory, workers: workers, kernels: kernels)
        try Self.checkMonitor(trainer)
        let (made, lock) = try RunDirectory.create(directory, for: trainer.dataset.name) { draft in
            try draft.write(trainer.configuration)
            draft.write(trainer.dataset.contents)
            let store = CheckpointStore(directory: draft.checkpointsPath)
            try store.write(try trainer.lent(), buffer: HDF5ImageBuffer())
            return try draft.lock(takesOver: true)
        }
        try self.init(
            trainer: trainer, directory: made, lock: lock, recordsFingerprints: recordsFingerprints)
        notes = dataset.notes
        if trainer.configuration.loss.isClassification, let note = dataset.coverageNote { notes.append(note) }
        for note in notes { self.note(note) }
    }

    /// Continues a run from its newest good checkpoint.
    ///
    /// - Parameters:
    ///   - kinds: what its configuration may name.
    ///   - changes: what shall be otherwise from here on.
    ///   - takesOver: whether to go on although somebody may still train in the directory, on a file system without
    ///     locks.
    ///   - recordsFingerprints: whether to record fingerprints from here on; a run that has recorded them goes on with
    ///     it.
    ///   - observer: hears of damaged checkpoints that were passed over.
    /// - Throws: `TrainingError`, `CheckpointError`, `DatasetError`, `HDF5Error`, `NetworkError`, `StrictCodingError`:
    ///   as a new run does, and for a directory that is none or in which somebody trains.
    public convenience init(
        resuming path: String, kinds: ConfigurationKinds = .standard, changes: RunChanges = RunChanges(),
        relativeTo base: String? = nil,
        loading: LoadingOptions = LoadingOptions(), takesOver: Bool = false, recordsFingerprints: Bool = false,
        workers: WorkerCount = .automatic, kernels: (any KernelTable.Type)? = nil,
        observer: any TrainingObserver = SilentObserver()
    ) throws {
        try self.init(
            resuming: path, kinds: kinds, changes: changes, loading: loading, takesOver: takesOver,
            recordsFingerprints: recordsFingerprints, workers: workers, kernels: kernels, observer: observer
        ) { configuration, loading, reference, others in
            try configuration.loadDataset(relativeTo: base, loading, matching: reference, beside: others)
        }
    }

    convenience init(
        resuming path: String, kinds: ConfigurationKinds, changes: RunChanges, loading: LoadingOptions,
        takesOver: Bool, recordsFingerprints: Bool, workers: WorkerCount, kernels: (any KernelTable.Type)?,
        observer: any TrainingObserver,
        load: (Configuration, LoadingOptions, DataReference, (DataOutline) throws -> Int) throws -> Dataset
    ) throws {
        let memory = MemoryPlanner(isRun: true)
        let kernels = try kernels ?? selectKernels()
        let directory = try RunDirectory.open(path)
        let lock = try directory.lock(takesOver: takesOver)
        var loading = loading
        loading.known = DatasetContents(contentsOf: directory.contentsPath)
        let store = CheckpointStore(directory: directory.checkpointsPath)
        let (checkpoint, checkpointPath) = try store.newest { observer.note($0) }
        if let note = checkpoint.writtenBy.bitsNote { observer.note("\(checkpointPath): \(note)") }
        if checkpointPath == store.bestPath {
            try store.restore(best: checkpoint.progress)
        } else {
            try store.setAside(after: checkpoint.progress.step)
        }
        var configuration = try Configuration(
            yaml: checkpoint.configuration, path: checkpointPath, kinds: kinds)
        // What an earlier resume was told may not be in a checkpoint yet.
        if let stored = directory.changes(from: configuration, note: { observer.note($0) }) {
            stored.apply(to: &configuration)
        }
        changes.apply(to: &configuration)
        try configuration.check()
        let dataset = try load(configuration, loading, checkpoint.reference(on: .resume)) { [configuration] in
            try memory.bytes(configuration, beside: $0, workers: workers, kernels: kernels)
        }
        let trainer = try Trainer(
            resuming: checkpoint, path: checkpointPath, configuration: configuration, dataset: dataset,
            memory: memory, workers: workers, kernels: kernels)
        try self.init(
            trainer: trainer, directory: directory, lock: lock,
            recordsFingerprints: recordsFingerprints
                || FileManager.default.fileExists(atPath: directory.fingerprintsPath))
        if let note = checkpoint.progress.weightNote(configuration.loss) {
            self.note("\(checkpointPath): \(note)", observer)
        }
        directory.write(trainer.dataset.contents)
        if changes.datasetPath != nil { notes = trainer.dataset.notes }
        if changes != RunChanges() { try directory.write(trainer.configuration) }
        do {
            let isBetter = Self.comparison(configuration.monitor)
            try store.repairBest(of: checkpoint.progress) { isBetter($0, checkpoint.progress) }
        } catch {
            note("cannot name the best checkpoint, and training goes on: \(error)", observer)
        }
    }
}
