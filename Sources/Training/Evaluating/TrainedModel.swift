import Checkpoints
import Datasets
import Foundation
import HDF5
import Kernels
import Networks
import Workers

/// The model of a checkpoint, to evaluate it and to predict with it.
///
///     let model = try TrainedModel("runs/digits-1/checkpoints/best.h5")
///     let report = try model.evaluate(split: .test)
///     let answer = try model.predict([0, 0, 5, 13, 9, 1, 0, 0])
///
/// It may be used from any number of threads at once. Samples in memory are then predicted on side by side; of those that
/// go through a file, one call waits for the other.
///
/// `@unchecked Sendable`: the evaluator and its team are used under `turn` alone.
public struct TrainedModel: @unchecked Sendable {
    public let path: String
    /// The checkpoint without its tensors, which are in the model.
    public let checkpoint: Checkpoint
    public let configuration: Configuration
    package private(set) var model: Model
    /// For samples in memory.
    private(set) var predictor: Predictor
    private var evaluator: Evaluator
    private let team: WorkerTeam
    private let turn = NSLock()
    private let loading: LoadingOptions
    private let memory: MemoryPlanner

    /// Reads and verifies a checkpoint.
    ///
    /// - Parameter kinds: what its configuration may name.
    /// - Throws: `CheckpointError` for a file that is none or is damaged; `StrictCodingError`, `NetworkError` and
    ///   `TrainingError.unreadableConfiguration` for a configuration that this version does not know;
    ///   `TrainingError.incompatible` for tensors that do not fit the network, and `.tooLittleMemory`; `DatasetError` for
    ///   a normalization that cannot be applied.
    public init(
        _ path: String, kinds: ConfigurationKinds = .standard, loading: LoadingOptions = LoadingOptions(),
        workers: WorkerCount = .automatic, kernels: (any KernelTable.Type)? = nil
    ) throws {
        memory = MemoryPlanner()
        let kernels = try kernels ?? selectKernels()
        self.path = path
        self.loading = loading
        team = WorkerTeam(workerCount: workers.resolved)
        let constants = try Checkpoint.readConstants(path)
        configuration = try Configuration(yaml: constants.configuration, path: path, kinds: kinds)
        let network = try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(constants.inputShape),
            targets: nil)
        try memory.inference(network, samples: 0, workers: team.workerCount, kernels: kernels).check()
        var checkpoint = try Checkpoint.read(path, keeping: Checkpoint.isEvaluated)
        model = try Model(
            network: network, checkpoint: checkpoint.evaluated, path: path, isTrained: false, kernels: kernels)
        (checkpoint.parameters, checkpoint.optimizerState) = ([], [:])
        self.checkpoint = checkpoint
        predictor = Predictor(
            model: model,
            inputs: try RawInputs(checkpoint.data, inputShape: checkpoint.inputShape, name: path),
            workers: team.workerCount)
        evaluator = Evaluator(model: model, team: team, kernels: kernels)
    }

    /// Goes on with other parameters.
    mutating func replaceModel(_ other: Model) {
        predictor = Predictor(model: other, inputs: predictor.inputs, workers: team.workerCount)
        evaluator = Evaluator(model: other, team: team, kernels: other.kernels)
        model = other
    }

    /// Runs what goes through a file, one call at a time.
    private func inTurn<Result>(_ body: () throws -> Result) rethrows -> Result {
        turn.lock()
        defer { turn.unlock() }
        return try body()
    }

    /// All that is in memory to go through a split.
    ///
    /// - Parameter data: bytes of the data, once they are known.
    private func plan(_ outline: DataOutline, _ split: Split, data: Int = 0) -> MemoryPlan {
        memory.inference(
            model.network, data: data, samples: outline.counts[split] ?? 0, workers: team.workerCount,
            kernels: model.kernels)
    }

    /// Loads the data set the checkpoint was trained on, or another of the same form.
    ///
    /// - Parameters:
    ///   - path: another file; its paths inside are those of the configuration, or else the usual ones.
    ///   - split: the one that is needed.
    private func dataset(
        _ path: String?, _ split: Split, on road: DataRoad, note: (String) -> Void, planned: (MemoryPlan) -> Void
    ) throws -> Dataset {
        var description = configuration.dataset
        if let path { description = description.replacingPath(with: path, for: split) }
        let dataset = try Dataset.load(
            description, relativeTo: nil, targets: road == .predict ? .ignored : .required,
            reading: configuration.loss.reading, matching: checkpoint.reference(on: road),
            only: path == nil ? nil : split,
            loading: loading
        ) {
            let plan = self.plan($0, split)
            try plan.check()
            return plan.bytes
        }
        let plan = self.plan(
            dataset.outline, split, data: dataset.residentBytes + dataset.streamedBytesInFileOrder(split))
        try plan.check()
        planned(plan)
        // Of its own data, everything was said when it was trained.
        if path != nil || dataset.digest != checkpoint.datasetDigest { dataset.notes.forEach(note) }
        try evaluator.check(dataset, needsTargets: road != .predict)
        return dataset
    }

    /// Computes loss and metrics of one split.
    ///
    /// - Parameters:
    ///   - dataset: another file than the one trained on: matched by name, in the units of training.
    ///   - note: hears how it was taken.
    ///   - planned: told what all takes of memory, before the first sample.
    public func evaluate(
        dataset path: String? = nil, split: Split = .test, note: (String) -> Void = { _ in },
        planned: (MemoryPlan) -> Void = { _ in }
    ) throws -> EvaluationReport {
        let table = try dataset(path, split, on: .evaluate, note: note, planned: planned)
            .table(split, isTrained: true)
        var report = try inTurn { try team.region { try evaluator.evaluate(table, split: split) } }
        report.name(by: checkpoint.classNames, checkpoint.data?.targetNames)
        return report
    }

    /// Computes loss and metrics of samples in memory, in the units of the data trained on.
    ///
    /// - Parameter samples: with targets: classes by the indices trained on, numbers in the units trained on.
    /// - Throws: `DatasetError` that names the row, what was expected and what was found; `TrainingError.incompatible`
    ///   for samples of another shape.
    public func evaluate(_ samples: SampleArrays) throws -> EvaluationReport {
        let dataset = try Dataset.load(
            DatasetArrays("samples", samples, as: .test), as: .memory(targetKind: configuration.dataset.targetKind),
            reading: configuration.loss.reading, matching: checkpoint.reference(on: .evaluate))
        try evaluator.check(dataset, needsTargets: true)
        let table = try dataset.table(.test, isTrained: true)
        var report = try inTurn { try team.region { try evaluator.evaluate(table, split: .test) } }
        report.name(by: checkpoint.classNames, checkpoint.data?.targetNames)
        return report
    }

    /// Writes predictions for one split to a new HDF5 file: `probabilities` `[samples, classes]` and `predictions`
    /// `[samples]` for a classifier, `probabilities` `[samples, outputs]` for binary cross-entropy, `predictions`
    /// `[samples, outputs]` for regression.
    ///
    /// - Throws: `DurableFileError` if the file is there already or cannot be written; then none is left.
    public func predict(
        dataset path: String? = nil, split: Split = .test, output: String, note: (String) -> Void = { _ in },
        planned: (MemoryPlan) -> Void = { _ in }
    ) throws {
        let dataset = try dataset(path, split, on: .predict, note: note, planned: planned)
        let table = try dataset.table(split, isTrained: true)
        try PredictionFile.write(to: output) { file in
            try file.describe(checkpoint: checkpoint, dataset: dataset, split: split)
            let width = model.network.inferencePlan.output.shape.count
            let isClassification = model.network.loss.isClassification
            let hasProbabilities = isClassification || model.network.loss == .binaryCrossEntropy
            let values = try file.addColumn(
                hasProbabilities ? "probabilities" : "predictions", shape: [table.count, width], type: .float32)
            let classes =
                isClassification ? try file.addColumn("predictions", shape: [table.count], type: .int32) : nil
            var block: [Int32] = []
            try inTurn {
                try team.region {
                    try evaluator.predict(table) { _, rows, outputs in
                        try values.append(UnsafeBufferPointer(start: outputs, count: rows * width), rows: rows)
                        guard let classes else { return }
                        if block.count != rows { block = [Int32](repeating: 0, count: rows) }
                        model.kernels.argmax(outputs, rows: rows, columns: width, into: &block)
                        try block.withUnsafeBufferPointer { try classes.append($0, rows: rows) }
                    }
                }
            }
        }
    }
}
