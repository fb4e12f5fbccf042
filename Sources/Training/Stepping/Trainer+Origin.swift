import Checkpoints
import Datasets
import Foundation
import Kernels
import Networks
import Optimization
import Workers

/// Where a run begins that takes something over from another one: its checkpoint, read once.
struct TrainerStart {
    let origin: TrainingRun.Origin
    let checkpoint: Checkpoint

    /// - Throws: `CheckpointError` if the checkpoint cannot be read.
    init(_ origin: TrainingRun.Origin) throws {
        self.origin = origin
        switch origin {
        case .branch(let path), .parameters(let path): checkpoint = try Checkpoint.read(path)
        }
    }

    /// What the data have to agree with.
    var reference: DataReference {
        switch origin {
        case .branch: checkpoint.reference(on: .branch)
        case .parameters: checkpoint.reference(on: .initialize)
        }
    }

    /// The configuration with the normalization that the parameters bring along, as numbers, unless it names one.
    func configuration(_ configuration: Configuration, for dataset: Dataset) throws -> Configuration {
        guard case .parameters = origin, configuration.dataset.normalization == .stored, checkpoint.data != nil
        else { return configuration }
        var configuration = configuration
        let table = try dataset.table(.train)
        configuration.dataset.normalization = .values(table.normalization.values(inputShape: table.inputShape))
        return configuration
    }
}

/// Trainers that begin where a checkpoint was written, or with its parameters.
extension Trainer {
    /// A trainer at the beginning of a run that takes something over from another one, if `start` says so.
    ///
    /// - Throws: `CheckpointError` if the checkpoint cannot be read; `TrainingError.incompatible` if it does not fit.
    convenience init(
        _ configuration: Configuration, from start: TrainerStart?, dataset: Dataset, memory: MemoryPlanner,
        workers: WorkerCount, kernels: any KernelTable.Type
    ) throws {
        guard let start else {
            try self.init(configuration, dataset: dataset, memory: memory, workers: workers, kernels: kernels)
            return
        }
        var checkpoint = start.checkpoint
        switch start.origin {
        case .parameters(let path):
            let network = try Self.compile(configuration, for: dataset)
            try memory.check(configuration, network, dataset, workers: workers, kernels: kernels)
            let model = try Model(
                network: network, checkpoint: checkpoint.evaluated, path: path, kernels: kernels)
            try self.init(
                configuration, dataset: dataset, model: model, progress: Checkpoint.Progress(), memory: memory,
                workers: workers, microBatch: nil, kernels: kernels)
            if checkpoint.hasMovingAverage {
                notes.append(
                    "beginning with the moving average of the parameters in \(path), which evaluate uses and which its best "
                        + "checkpoint was chosen by; --from goes on with parameters and average both")
            }
        case .branch(let path):
            // The best of the other run is none of this one.
            (checkpoint.progress.bestMetric, checkpoint.progress.bestEpoch) = (nil, nil)
            (checkpoint.progress.countedMetric, checkpoint.progress.epochsWithoutImprovement) = (nil, 0)
            if checkpoint.batchSize != configuration.batchSize {
                checkpoint.progress.changeBatchSize(from: checkpoint.batchSize)
            }
            if configuration.movingAverage == nil {
                checkpoint.progress.averageStart = nil
            } else if !checkpoint.hasMovingAverage {
                checkpoint.progress.averageStart = checkpoint.progress.step
            }
            try self.init(
                resuming: checkpoint, path: path, configuration: configuration, dataset: dataset, memory: memory,
                workers: workers, kernels: kernels)
            if checkpoint.hasMovingAverage, configuration.movingAverage == nil {
                notes.append(
                    "the moving average in \(path) is left behind, since the configuration has no movingAverage: what "
                        + "goes on are the parameters that were trained")
            }
        }
    }

    /// A trainer where a checkpoint was written. It continues with the bits of the run that was never stopped.
    ///
    /// - Parameter path: where the checkpoint came from, for messages.
    /// - Throws: `TrainingError.incompatible` if the data set is another one or a tensor does not fit.
    package convenience init(
        resuming checkpoint: Checkpoint, path: String, configuration: Configuration, dataset: Dataset,
        workers: WorkerCount = .automatic, kernels: any KernelTable.Type
    ) throws {
        try self.init(
            resuming: checkpoint, path: path, configuration: configuration, dataset: dataset,
            memory: MemoryPlanner(beside: dataset), workers: workers, kernels: kernels)
    }

    convenience init(
        resuming checkpoint: Checkpoint, path: String, configuration: Configuration, dataset: Dataset,
        memory: MemoryPlanner, workers: WorkerCount, kernels: any KernelTable.Type
    ) throws {
        guard checkpoint.datasetDigest == dataset.digest else {
            throw TrainingError.incompatible(
                path: path,
                problem: "it was trained on a data set with digest \(checkpoint.datasetDigest), found \(dataset.name) "
                    + "with digest \(dataset.digest): going on needs the same data (--initialize-from takes the "
                    + "parameters alone)")
        }
        let (progress, rows) = (checkpoint.progress, try dataset.table(.train).count)
        guard progress.samplesIntoEpoch <= rows, progress.samplesIntoEpoch == 0 || progress.step > 0 else {
            throw TrainingError.incompatible(
                path: path,
                problem: "it says that step \(progress.step) ended \(progress.samplesIntoEpoch) samples into an epoch, "
                    + "expected at most the \(rows) of \(dataset.name), and 0 before the first step")
        }
        let network = try Self.compile(configuration, for: dataset)
        try memory.check(configuration, network, dataset, workers: workers, kernels: kernels)
        let model = try Model(network: network, checkpoint: checkpoint, path: path, kernels: kernels)
        try self.init(
            configuration, dataset: dataset, model: model, progress: progress, memory: memory, workers: workers,
            microBatch: nil, kernels: kernels)
        try noteRate(after: checkpoint, path: path)
        // A branch may begin a moving average, from these parameters, or leave one behind.
        let (expected, found) = (
            Set(optimizer.moments.map(\.name)).subtracting([MovingAverage.stateName]),
            Set(checkpoint.optimizerState.keys).subtracting([MovingAverage.stateName])
        )
        guard expected == found else {
            func text(_ names: Set<String>) -> String {
                names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
            }
            throw TrainingError.incompatible(
                path: path,
                problem: "it is of another optimizer: expected moments \(text(expected)), found \(text(found)) "
                    + "(--initialize-from takes the parameters alone)")
        }
        try checkMomentum(of: checkpoint, path: path)
        for moment in optimizer.moments {
            guard let tensors = checkpoint.optimizerState[moment.name] else { continue }
            try network.layout.copy(tensors, into: moment.values, path: path, what: moment.name)
        }
    }

    /// Notes a learning rate that goes on otherwise than it would have without a change of the configuration.
    private func noteRate(after checkpoint: Checkpoint, path: String) throws {
        let step = progress.step
        guard step > 0, progress.epoch < configuration.epochs else { return }
        let before = try Configuration(yaml: checkpoint.configuration, path: path, kinds: configuration.kinds)
        var past = checkpoint.progress
        if past.branches.last?.step == step { past.branches.removeLast() }
        let pace = Pace(
            at: past, batchSize: before.batchSize, rows: try dataset.table(.train).count, epochs: before.epochs)
        func rate(_ step: Int) -> Double {
            before.schedule.learningRate(step: step, base: before.scaledLearningRate, pace: pace)
        }
        guard abs(learningRate - rate(step)) > 1e-9 * max(learningRate, rate(step)) else { return }
        func text(_ rate: Double) -> String { String(format: "%.4g", rate) }
        let cause =
            before.schedule == configuration.schedule && before.epochs != configuration.epochs
            ? "schedule \(configuration.schedule.name) now ends after \(configuration.epochs) epochs, no longer after "
                + "\(before.epochs)"
            : "the configuration is another one"
        notes.append(
            "the learning rate goes from \(text(rate(step - 1))) in step \(step) to \(text(learningRate)) in step "
                + "\(step + 1): \(cause)")
    }

    /// Refuses the momentum of `sgd` for `lars`, and the reverse: one has the learning rate in it, and the other not,
    /// so that the first steps would be too large or too small by orders of magnitude.
    private func checkMomentum(of checkpoint: Checkpoint, path: String) throws {
        guard checkpoint.optimizerState["momentum"] != nil else { return }
        let before = try Configuration(yaml: checkpoint.configuration, path: path, kinds: configuration.kinds).optimizer
        guard before.name != configuration.optimizer.name else { return }
        throw TrainingError.incompatible(
            path: path,
            problem:
                "its momentum is that of \(before.name), which \(configuration.optimizer.name) keeps in other units: "
                + "the learning rate is in that of lars (--initialize-from takes the parameters alone)")
    }

    /// The network of a configuration.
    ///
    /// - Throws: `TrainingError`, `NetworkError`, `DatasetError` for one that does not fit the data set.
    static func compile(_ configuration: Configuration, for dataset: Dataset) throws -> CompiledNetwork {
        try configuration.check()
        try configuration.checkAugmentation(for: dataset)
        try dataset.requireTargets(for: configuration.loss)
        try dataset.requireWeight(for: configuration.loss)
        let network: CompiledNetwork
        do {
            network = try CompiledNetwork(
                network: configuration.network, loss: configuration.loss, inputShape: Shape(dataset.inputShape),
                targets: dataset.targetSpecification(), isFrozen: configuration.parameterGroups.isFrozen)
        } catch NetworkError.outputMismatch(let loss, let expected, let found) {
            // Which label has no output, where nothing but labels says how many there should be.
            if configuration.loss.isClassification, dataset.classNames == nil, found.dimensions.count == 1 {
                try dataset.requireTargets(for: configuration.loss, outputs: found.count)
            }
            throw NetworkError.outputMismatch(loss: loss, expected: expected, found: found)
        }
        for split in dataset.splits { try dataset.table(split).requireWeight(in: configuration.loss, split: split) }
        if configuration.accumulate > 1, let layer = network.trainingPlan.meeting(after: 0)?.layer {
            throw TrainingError.invalid(
                "accumulate", "1, as layer \(layer) is synchronized and needs all shards of a step at once",
                configuration.accumulate)
        }
        return network
    }
}
