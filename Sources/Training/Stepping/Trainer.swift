import Batches
import Checkpoints
import Datasets
import Foundation
import Gradients
import Kernels
import Networks
import Optimization
import Timelines
import Workers

/// Trains a network: holds everything a step needs, and takes steps.
///
/// `data set → batch → shard → worker → gradient → reducer → optimizer → checkpoint`: read `step` first.
package final class Trainer {
    /// What is trained, with every default filled in.
    package let configuration: Configuration
    package let dataset: Dataset
    package let model: Model
    /// How far training has come. A function of the steps taken.
    package internal(set) var progress: Checkpoint.Progress
    /// Where steps lie in epochs, for the schedule.
    let pace: Pace
    /// Steps of an epoch: batches of the train split, the last of which may be smaller.
    package var stepsPerEpoch: Int { pace.stepsPerEpoch }
    /// Steps at the end of the last epoch: those taken, perhaps by a run with batches of another size, and those to
    /// come.
    package let totalSteps: Int

    /// The threads that compute. Steps are taken in a region of it.
    package private(set) var team: WorkerTeam
    package let kernels: any KernelTable.Type
    private var gradients: GradientEngine!
    private var updater: ParameterUpdater!
    private let microBatch: Int?
    private let planner: MemoryPlanner
    /// All that training holds in memory at its peak.
    package private(set) var memoryPlan: MemoryPlan
    let optimizer: RunningOptimizer
    private let batches: BatchQueue
    private let augmenter: Augmenter?
    let table: SampleTable
    let template: CheckpointTemplate
    private(set) var order: SampleOrder
    /// Measures the gradient noise scale; nil if that is not asked for.
    private let noise: NoiseMeter?
    /// What validations are made on: the model, or the moving average of its parameters.
    let evaluatedModel: Model

    /// What to say about where it begins.
    package internal(set) var notes: [String] = []

    /// A trainer at the beginning of a run.
    ///
    /// - Parameter microBatch: rows a worker has in flight at once, which changes the speed and not one bit; nil for a
    ///   good number.
    /// - Throws: `TrainingError`, `NetworkError` for a configuration that does not fit the data set.
    package convenience init(
        _ configuration: Configuration, dataset: Dataset, workers: WorkerCount = .automatic, microBatch: Int? = nil,
        kernels: any KernelTable.Type
    ) throws {
        try self.init(
            configuration, dataset: dataset, memory: MemoryPlanner(beside: dataset), workers: workers,
            microBatch: microBatch, kernels: kernels)
    }

    convenience init(
        _ configuration: Configuration, dataset: Dataset, memory: MemoryPlanner, workers: WorkerCount,
        microBatch: Int? = nil, kernels: any KernelTable.Type
    ) throws {
        let network = try Self.compile(configuration, for: dataset)
        try memory.check(configuration, network, dataset, workers: workers, kernels: kernels)
        let model = Model(network: network, seed: configuration.seed, kernels: kernels)
        try self.init(
            configuration, dataset: dataset, model: model, progress: Checkpoint.Progress(), memory: memory,
            workers: workers, microBatch: microBatch, kernels: kernels)
    }

    init(
        _ configuration: Configuration, dataset: Dataset, model: Model, progress: Checkpoint.Progress,
        memory planner: MemoryPlanner? = nil, workers: WorkerCount, microBatch: Int?, kernels: any KernelTable.Type
    ) throws {
        let isShardsNamed = configuration.shards != nil
        var configuration = configuration.resolved
        table = try dataset.table(.train)
        try BatchRows(
            configuration, plan: model.network.trainingPlan, samples: table.count,
            samplesIntoEpoch: progress.samplesIntoEpoch
        )?.check(isShardsNamed: isShardsNamed)
        if [.standardize, .standardizeChannels].contains(configuration.dataset.normalization) {
            // As numbers, so that the model is given the same inputs by a file without this train split.
            configuration.dataset.normalization = .values(table.normalization.values(inputShape: table.inputShape))
        }
        self.configuration = configuration
        self.dataset = dataset
        self.model = model
        self.progress = progress.weighed(by: configuration.loss, table)
        self.kernels = kernels
        let network = model.network
        let batchSize = min(configuration.batchSize, table.count)
        func steps(_ samples: Int) -> Int { (samples + configuration.batchSize - 1) / configuration.batchSize }
        pace = Pace(
            at: progress, batchSize: configuration.batchSize, rows: table.count, epochs: configuration.epochs)
        totalSteps =
            progress.epoch < configuration.epochs
            ? progress.step + steps(table.count - progress.samplesIntoEpoch)
                + (configuration.epochs - progress.epoch - 1) * pace.stepsPerEpoch
            : progress.step

        self.microBatch = microBatch
        self.planner = planner ?? MemoryPlanner(beside: dataset)
        memoryPlan = self.planner.training(
            configuration, network, .init(dataset, configuration), workers: workers, kernels: kernels)
        team = WorkerTeam(workerCount: workers.resolved(shards: configuration.shards!))
        let settings = try asTrainingError { [totalSteps, pace] in
            try configuration.schedule.check(totalSteps: totalSteps, pace: pace)
            return try configuration.parameterGroups.settings(of: network.layout, with: configuration.optimizer)
        }
        notes = configuration.schedule.notes(pace: pace)
        optimizer = RunningOptimizer(
            configuration.optimizer, movingAverage: configuration.movingAverage, settings: settings,
            network: network, parameters: model.parameters.pointer, kernels: kernels)
        evaluatedModel = optimizer.average.map { Model(network, parameters: $0, kernels: kernels) } ?? model
        noise = configuration.noiseScaleEvery.map {
            NoiseMeter(every: $0, shards: configuration.shards!, network: network) { settings[$0].isFrozen }
        }
        template = CheckpointTemplate(
            constants: try Self.constants(configuration, dataset, network, kernels),
            layout: network.layout, moments: optimizer.moments.map(\.name), kernels: kernels)
        let reader = try SampleReader(
            table, shuffle: configuration.shuffle, seed: configuration.seed, batchSize: batchSize)
        let augmenter = configuration.augmentation.map {
            Augmenter($0, inputShape: dataset.inputShape, seed: configuration.seed)
        }
        self.augmenter = augmenter
        batches = BatchQueue(team: team, reader: reader) {
            Batch(
                reader: reader, capacity: batchSize, usesLabels: configuration.loss.isClassification,
                width: network.trainingPlan.output.shape.count, augmenter: augmenter, kernels: kernels)
        }
        order = Self.order(of: table, configuration, epoch: progress.epoch)
        equip()
    }

    // MARK: Workers

    /// Rows that a worker has in flight at once, at the most.
    package private(set) var microBatchRows = 0

    /// Bytes of the activations, their gradients and the kernels' scratch that all workers have at once in a step:
    /// planned when the trainer is made, and never more.
    package private(set) var activationBytes = 0

    /// Makes what a step needs as often as there are workers.
    private func equip() {
        gradients = GradientEngine(
            network: model.network, model: model.shared, batchSize: min(configuration.batchSize, table.count),
            shards: configuration.shards!, passes: configuration.accumulate, seed: configuration.seed,
            microBatch: microBatch, team: team, kernels: kernels)
        (microBatchRows, activationBytes) = (gradients.microBatch, gradients.activationBytes)
        updater = ParameterUpdater(
            network: model.network, model: model.shared, gradients: gradients.reducer, optimizer: optimizer,
            clipping: configuration.clipping, team: team, kernels: kernels)
        augmenter?.prepare(workers: team.workerCount)
    }

    /// What it would hold with so many workers.
    func plan(workers: WorkerCount) -> MemoryPlan {
        planner.training(
            configuration, model.network, .init(dataset, configuration), workers: workers, kernels: kernels)
    }

    /// Gives back what only steps need; the next one makes it anew. Only outside a region.
    func rest() { (gradients, updater) = (nil, nil) }

    /// Goes on with another number of workers, and memory for them. Not one bit depends on it. Only outside a region:
    /// all helpers have left it then, and nobody but the caller looks at what is exchanged here.
    ///
    /// - Returns: the number of workers from now on.
    @discardableResult
    package func setWorkers(_ workers: WorkerCount) -> Int {
        let count = workers.resolved(shards: configuration.shards!)
        if count != team.workerCount { makeTeam(of: count, processors: team.processors) }
        return count
    }

    /// Binds workers to processors from now on. Only outside a region; best before the first, while each worker's
    /// memory is untouched: it will be near the worker then.
    ///
    /// - Parameter processors: as `ProcessorTopology.placement` has them; nil to let the system choose.
    package func pinWorkers(to processors: [Int]?) { makeTeam(of: team.workerCount, processors: processors) }

    private func makeTeam(of count: Int, processors: [Int]?) {
        let recorder = team.recorder
        // What there was goes first: gradients may be most of the memory.
        (gradients, updater) = (nil, nil)
        team = WorkerTeam(workerCount: count, processors: processors)
        memoryPlan = plan(workers: .exactly(count))
        team.recorder = recorder
        batches.team = team
        equip()
    }

    // MARK: Steps

    /// Takes one step. Allocates nothing.
    ///
    /// - Throws: `TrainingError.nonFinite` if the loss is no number, and what reading streamed data meets with;
    ///   parameters are then those before the step.
    package func step() throws -> StepReport { try step(learningRate: nil) }

    /// - Parameter rate: the learning rate, in the place of the schedule's.
    func step(learningRate rate: Double?) throws -> StepReport {
        if gradients == nil { equip() }
        let batch = try batches.take(positions(from: progress.samplesIntoEpoch), of: order)
        let meter = noise?.isDue(step: progress.step) == true ? noise : nil
        let loss = gradients.computeGradients(
            inputs: batch, targets: batch.targets, rows: batch.rows, step: progress.step, norms: meter?.shards)
        guard loss.isFinite else { throw nonFiniteLoss(loss) }
        let noise = meter?.measure(squaredNorm: updater.squaredNorm(), weight: gradients.weight)
        let learningRate = rate ?? self.learningRate
        optimizer.beginStep(
            progress.step, ofAverage: progress.step - (progress.averageStart ?? 0), learningRate: learningRate,
            momentum: configuration.schedule.momentum(step: progress.step, pace: pace))
        batches.announce(positions(from: progress.samplesIntoEpoch + batch.rows), of: order)
        let norm = updater.update(alongside: batches)
        let weight = configuration.loss.isClassification ? gradients.weight : Double(batch.rows)
        recordStep(loss: loss, rows: batch.rows, weight: weight)
        return StepReport(
            step: progress.step, epoch: progress.epoch + 1, loss: loss, learningRate: learningRate, rows: batch.rows,
            weight: weight,
            gradientNorm: norm, noise: noise)
    }

    /// The positions in the epoch's order of the batch that begins at `first`.
    private func positions(from first: Int) -> Range<Int> {
        first..<min(first + configuration.batchSize, table.count)
    }

    /// The learning rate of the next step.
    package var learningRate: Double { learningRate(step: progress.step) }

    /// The learning rate of a step, counted from 0.
    func learningRate(step: Int) -> Double {
        configuration.schedule.learningRate(step: step, base: configuration.scaledLearningRate, pace: pace)
    }

    /// Whether all samples of the current epoch have been trained on.
    package var isEpochComplete: Bool { progress.samplesIntoEpoch == table.count }

    /// Goes on to the next epoch: a new order of the samples.
    package func beginNextEpoch() {
        progress.beginNextEpoch()
        order = Self.order(of: table, configuration, epoch: progress.epoch)
    }

    private static func order(of table: SampleTable, _ configuration: Configuration, epoch: Int) -> SampleOrder {
        SampleOrder(count: table.count, seed: configuration.seed, epoch: epoch, shuffle: configuration.shuffle)
    }

    /// Has what workers and loading threads do drawn on a timeline, or on none any more. Only outside a region.
    func record(on timeline: RunTimeline?) {
        team.recorder = timeline
        batches.record(on: timeline?.timeline)
    }

    private func recordStep(loss: Double, rows: Int, weight: Double) {
        progress.step += 1
        progress.samplesIntoEpoch += rows
        progress.epochLoss += weight > 0 ? loss * weight : gradients.lossSum
        progress.epochWeight = progress.epochWeight! + weight
        if configuration.loss.isClassification {
            for row in 0..<rows where gradients.ranks[row] == 0 { progress.epochCorrect += 1 }
        }
    }

    private func nonFiniteLoss(_ loss: Double) -> TrainingError {
        .nonFinite(
            step: progress.step + 1, layer: gradients.firstNonFiniteLayer() ?? "loss", problem: "the loss is \(loss)")
    }
}
