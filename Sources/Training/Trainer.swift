import Checkpoints
import Datasets
import Foundation
import Kernels
import Networks
import Parallel

/// Trains a network: holds everything a step needs, and takes steps.
///
/// `data set → batch → shard → worker → gradient → reducer → optimizer → checkpoint`: read `step` first.
public final class Trainer {
    /// What is trained, with every default filled in.
    public let configuration: Configuration
    public let dataset: Dataset
    public let model: Model
    /// How far training has come. A function of the steps taken.
    public private(set) var progress: Checkpoint.Progress
    /// Steps of an epoch: batches of the train split, the last of which may be smaller.
    public let stepsPerEpoch: Int
    /// Steps at the end of the last epoch: those taken, perhaps by a run with batches of another size, and those to come.
    public let totalSteps: Int

    /// The threads that compute. Steps are taken in a region of it.
    public let team: WorkerTeam
    public let kernels: any KernelTable.Type
    private let gradients: GradientEngine
    private let updater: ParameterUpdater
    private let optimizer: OptimizerState
    private let batches: BatchQueue
    private let table: SampleTable
    private let template: CheckpointTemplate
    private var order: SampleOrder

    /// What one step did.
    public struct StepReport: Sendable {
        /// Steps taken since the start of the run, this one included.
        public let step: Int
        /// The epoch it belongs to, counted from 1.
        public let epoch: Int
        /// The mean loss of the batch, before the update.
        public let loss: Double
        public let learningRate: Double
        public let rows: Int
        /// The global norm of the gradients before clipping; nil when there is no clipping.
        public let gradientNorm: Double?
    }

    /// A trainer at the beginning of a run.
    ///
    /// - Parameter microBatch: rows a worker has in flight at once, which changes the speed and not one bit; nil for a
    ///   good number.
    /// - Throws: `TrainingError`, `NetworkError` for a configuration that does not fit the data set.
    public convenience init(
        _ configuration: Configuration, dataset: Dataset, workers: WorkerCount = .automatic, microBatch: Int? = nil,
        kernels: any KernelTable.Type
    ) throws {
        let network = try Self.compile(configuration, for: dataset)
        let model = Model(network: network, seed: configuration.seed, kernels: kernels)
        try self.init(
            configuration, dataset: dataset, model: model, progress: Checkpoint.Progress(), workers: workers,
            microBatch: microBatch, kernels: kernels)
    }

    /// A trainer at the beginning of a run that takes something over from another one, if `origin` says so.
    ///
    /// - Throws: `CheckpointError` if the checkpoint cannot be read; `TrainingError.incompatible` if it does not fit.
    convenience init(
        _ configuration: Configuration, from origin: TrainingRun.Origin?, dataset: Dataset, workers: WorkerCount,
        kernels: any KernelTable.Type
    ) throws {
        switch origin {
        case nil:
            try self.init(configuration, dataset: dataset, workers: workers, kernels: kernels)
        case .parameters(let path):
            let network = try Self.compile(configuration, for: dataset)
            let model = try Model(
                network: network, checkpoint: try Checkpoint.read(path), path: path, kernels: kernels)
            try self.init(
                configuration, dataset: dataset, model: model, progress: Checkpoint.Progress(), workers: workers,
                microBatch: nil, kernels: kernels)
        case .branch(let path):
            var checkpoint = try Checkpoint.read(path)
            // The best of the other run is none of this one.
            (checkpoint.progress.bestMetric, checkpoint.progress.bestEpoch) = (nil, nil)
            checkpoint.progress.epochsWithoutImprovement = 0
            try self.init(
                resuming: checkpoint, path: path, configuration: configuration, dataset: dataset, workers: workers,
                kernels: kernels)
        }
    }

    /// A trainer where a checkpoint was written. It continues with the bits of the run that was never stopped.
    ///
    /// - Parameter path: where the checkpoint came from, for messages.
    /// - Throws: `TrainingError.incompatible` if the data set is another one or a tensor does not fit.
    public convenience init(
        resuming checkpoint: Checkpoint, path: String, configuration: Configuration, dataset: Dataset,
        workers: WorkerCount = .automatic, kernels: any KernelTable.Type
    ) throws {
        guard checkpoint.datasetDigest == dataset.digest else {
            throw TrainingError.incompatible(
                path: path,
                problem: "it was trained on a data set with digest \(checkpoint.datasetDigest), found \(dataset.name) "
                    + "with digest \(dataset.digest): going on needs the same data (--initialize-from takes the "
                    + "parameters alone)")
        }
        let network = try Self.compile(configuration, for: dataset)
        let model = try Model(network: network, checkpoint: checkpoint, path: path, kernels: kernels)
        try self.init(
            configuration, dataset: dataset, model: model, progress: checkpoint.progress, workers: workers,
            microBatch: nil, kernels: kernels)
        let (expected, found) = (Set(optimizer.moments.map(\.name)), Set(checkpoint.optimizerState.keys))
        guard expected == found else {
            func text(_ names: Set<String>) -> String {
                names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
            }
            throw TrainingError.incompatible(
                path: path,
                problem: "it is of another optimizer: expected moments \(text(expected)), found \(text(found)) "
                    + "(--initialize-from takes the parameters alone)")
        }
        for moment in optimizer.moments {
            try network.layout.copy(
                checkpoint.optimizerState[moment.name]!, into: moment.values, path: path, what: moment.name)
        }
    }

    private init(
        _ configuration: Configuration, dataset: Dataset, model: Model, progress: Checkpoint.Progress,
        workers: WorkerCount, microBatch: Int?, kernels: any KernelTable.Type
    ) throws {
        var configuration = configuration.resolved
        table = try dataset.table(.train)
        if configuration.dataset.normalization == .standardize {
            // As numbers, so that the model is given the same inputs by a file without this train split.
            let normalization = table.normalization
            configuration.dataset.normalization = .values(
                .init(scale: normalization.scale.map(Double.init), offset: normalization.offset.map(Double.init)))
        }
        self.configuration = configuration
        self.dataset = dataset
        self.model = model
        self.progress = progress
        self.kernels = kernels
        let network = model.network
        let batchSize = min(configuration.batchSize, table.count)
        func steps(_ samples: Int) -> Int { (samples + configuration.batchSize - 1) / configuration.batchSize }
        stepsPerEpoch = steps(table.count)
        totalSteps =
            progress.epoch < configuration.epochs
            ? progress.step + steps(table.count - progress.samplesIntoEpoch)
                + (configuration.epochs - progress.epoch - 1) * stepsPerEpoch
            : progress.step

        // More workers than shards find nothing to do in the longest phase, so only who asks for them gets them.
        let count = workers == .automatic ? min(workers.resolved, configuration.shards!) : workers.resolved
        team = WorkerTeam(workerCount: count)
        gradients = GradientEngine(
            network: network, model: model.shared, batchSize: batchSize, shards: configuration.shards!,
            seed: configuration.seed, microBatch: microBatch, team: team, kernels: kernels)
        updater = ParameterUpdater(
            network: network, model: model.shared, gradients: gradients.reducer, clipNorm: configuration.clipNorm,
            team: team, kernels: kernels)
        optimizer = OptimizerState(
            configuration.optimizer, layout: network.layout, parameters: model.parameters.pointer, kernels: kernels)
        template = CheckpointTemplate(
            constants: try Self.constants(configuration, dataset, network, workers: count, kernels),
            layout: network.layout, moments: optimizer.moments.map(\.name), kernels: kernels)
        let reader = try SampleReader(
            table, shuffle: configuration.shuffle, seed: configuration.seed, batchSize: batchSize)
        batches = BatchQueue(team: team, reader: reader) {
            Batch(
                reader: reader, capacity: batchSize, usesLabels: configuration.loss.isClassification,
                width: network.trainingPlan.output.shape.count, kernels: kernels)
        }
        order = Self.order(of: table, configuration, epoch: progress.epoch)
    }

    /// The network of a configuration.
    ///
    /// - Throws: `TrainingError`, `NetworkError`, `DatasetError` for one that does not fit the data set.
    static func compile(_ configuration: Configuration, for dataset: Dataset) throws -> CompiledNetwork {
        try configuration.check()
        if configuration.loss.isClassification, case .values = dataset.targetKind {
            // It knows what the values are, and says what can be done.
            try dataset.requireClasses(outputs: .max, for: "loss \(configuration.loss.name)")
        }
        let network = try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(dataset.inputShape),
            targets: dataset.targetSpecification())
        // Parameters, packed parameters, gradients of one shard, and moments: the least that a step needs.
        let floats = network.layout.bufferCount.multipliedReportingOverflow(
            by: 3 + configuration.optimizer.momentNames.count)
        guard !floats.overflow, floats.partialValue <= DataMemory.machine / MemoryLayout<Float>.stride else {
            throw NetworkError.invalidNetwork(
                problem:
                    "the network has \(network.layout.elementCount) parameters: to train them takes more memory than "
                    + "the \(DataMemory.machine >> 20) MiB of this machine")
        }
        return network
    }

    // MARK: Steps

    /// Takes one step. Allocates nothing.
    ///
    /// - Throws: `TrainingError.nonFinite` if the loss is no number, and what reading streamed data meets with;
    ///   parameters are then those before the step.
    public func step() throws -> StepReport {
        let batch = try batches.take(positions(from: progress.samplesIntoEpoch), of: order)
        let loss = gradients.computeGradients(
            inputs: batch, targets: batch.targets, rows: batch.rows, step: progress.step)
        guard loss.isFinite else { throw nonFiniteLoss(loss) }
        let learningRate = self.learningRate
        optimizer.beginStep(progress.step, learningRate: learningRate)
        batches.announce(positions(from: progress.samplesIntoEpoch + batch.rows), of: order)
        let norm = updater.update(with: optimizer, alongside: batches)
        recordStep(loss: loss, rows: batch.rows)
        return StepReport(
            step: progress.step, epoch: progress.epoch + 1, loss: loss, learningRate: learningRate, rows: batch.rows,
            gradientNorm: norm)
    }

    /// The positions in the epoch's order of the batch that begins at `first`.
    private func positions(from first: Int) -> Range<Int> {
        first..<min(first + configuration.batchSize, table.count)
    }

    /// The learning rate of the next step.
    public var learningRate: Double { learningRate(step: progress.step) }

    /// The learning rate of a step, counted from 0.
    func learningRate(step: Int) -> Double {
        configuration.schedule.learningRate(
            step: step, base: configuration.optimizer.learningRate, totalSteps: totalSteps,
            stepsPerEpoch: stepsPerEpoch)
    }

    /// Whether all samples of the current epoch have been trained on.
    public var isEpochComplete: Bool { progress.samplesIntoEpoch == table.count }

    /// Goes on to the next epoch: a new order of the samples.
    public func beginNextEpoch() {
        progress.beginNextEpoch()
        order = Self.order(of: table, configuration, epoch: progress.epoch)
    }

    private static func order(of table: SampleTable, _ configuration: Configuration, epoch: Int) -> SampleOrder {
        SampleOrder(count: table.count, seed: configuration.seed, epoch: epoch, shuffle: configuration.shuffle)
    }

    /// What to say of data whose chunks do not suit the order of samples; nil if all is well.
    public var loadingNote: String? { table.streamingNote(configuration.shuffle) }

    /// How well the order of the current epoch mixes samples; nil for a full shuffle, which leaves nothing to say.
    public var shuffleQuality: ShuffleQuality? {
        let block: Int
        switch configuration.shuffle {
        case .full: return nil
        case .none: block = Shuffle.defaultBlock
        case .blocks(let own, _): block = own
        }
        return ShuffleQuality(of: order, batchSize: configuration.batchSize, block: block, kernels: kernels)
    }

    private func recordStep(loss: Double, rows: Int) {
        progress.step += 1
        progress.samplesIntoEpoch += rows
        progress.epochLoss += loss * Double(rows)
        if configuration.loss.isClassification {
            for row in 0..<rows where gradients.ranks[row] == 0 { progress.epochCorrect += 1 }
        }
    }

    private func nonFiniteLoss(_ loss: Double) -> TrainingError {
        .nonFinite(
            step: progress.step + 1, layer: gradients.firstNonFiniteLayer() ?? "loss", problem: "the loss is \(loss)")
    }

    // MARK: Checkpoints

    /// Records what an epoch's validation said, for early stopping and the best checkpoint.
    func record(_ change: (inout Checkpoint.Progress) -> Void) { change(&progress) }

    /// All that a resume needs.
    ///
    /// - Throws: `TrainingError.nonFinite` if a parameter is no finite number, so that no bad state is ever stored.
    public func checkpoint() throws -> Checkpoint { Checkpoint(copying: try template.lent(state, progress)) }

    /// Memory for copies of the state.
    func makeSnapshot() -> StateSnapshot { StateSnapshot(template, of: state) }

    /// Parameters, then the optimizer's moments.
    private var state: [AlignedBuffer] { [model.parameters] + optimizer.moments.map(\.values) }

    /// What every checkpoint of a run says.
    private static func constants(
        _ configuration: Configuration, _ dataset: Dataset, _ network: CompiledNetwork, workers: Int,
        _ kernels: any KernelTable.Type
    ) throws -> Checkpoint {
        Checkpoint(
            parameters: [], optimizerState: [:], progress: .init(), configuration: try configuration.yaml(),
            seed: configuration.seed, batchSize: configuration.batchSize, shards: configuration.shards!,
            inputShape: dataset.inputShape, classNames: dataset.classNames, datasetDigest: dataset.digest,
            networkDigest: try digest(of: configuration, inputShape: network.inputShape),
            writtenBy: .init(version: lockstepVersion, workers: workers, instructionSet: kernels.name))
    }

    private static func digest(of configuration: Configuration, inputShape: Shape) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var hash = XXH64()
        try encoder.encode(configuration.network).withUnsafeBytes { hash.update($0) }
        try encoder.encode(inputShape.dimensions).withUnsafeBytes { hash.update($0) }
        let digits = String(hash.finalize(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The version of this library.
public let lockstepVersion = "0.1.0"
