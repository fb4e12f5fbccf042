import Batches
import Checkpoints
import Datasets
import Networks
import Optimization
import StrictCoding

/// All that decides a run's result, besides the data: the same in Swift and in YAML.
///
/// Nothing in it depends on the machine. What it leaves open (`shards`) is resolved from the rest before a run starts,
/// and stored so with the run and in each checkpoint.
public struct Configuration: Sendable, Equatable {
    public var dataset: DatasetDescription
    public var network: Network
    public var loss: Loss
    public var optimizer: any Optimizer {
        get { codedOptimizer.optimizer }
        set { codedOptimizer = CodedOptimizer(newValue) }
    }
    private var codedOptimizer: CodedOptimizer
    public var schedule: Schedule
    /// Rows of a global batch. The last batch of an epoch has what is left.
    public var batchSize: Int
    /// Into how many shards a batch is cut: how many workers can help. nil for a default made from the batch size.
    public var shards: Int?
    public var epochs: Int
    /// Decides initial values, order of samples and dropout.
    public var seed: UInt64
    /// How samples are put in order, epoch by epoch. Data larger than memory may need another way than `full`.
    public var shuffle: Shuffle
    /// What is changed at random about samples that are trained on. nil for nothing.
    public var augmentation: Augmentation?
    /// Into how many passes a step's shards are divided, to have fewer activations at a time. Invisible in the bits.
    public var accumulate: Int
    /// The largest global norm of the gradients; longer ones are scaled down to it. nil for no clipping.
    public var clipNorm: Double?
    /// The largest magnitude of a gradient's element; larger ones become it. nil for no clipping.
    public var clipValue: Double?
    /// The largest norm of each layer's gradients; longer ones are scaled down to it. nil for no clipping.
    public var clipLayerNorm: Double?
    /// How the learning rate follows the batch size. nil for not at all.
    public var learningRateScaling: LearningRateScaling?
    /// Parameters that are trained in another way; the first group that matches a name counts.
    public var parameterGroups: [ParameterGroup]
    /// An average of the parameters over steps, which is evaluated in their place. nil for none.
    public var movingAverage: MovingAverage?
    /// Steps between measurements of the gradient noise scale. nil for none. Invisible in the bits.
    public var noiseScaleEvery: Int?
    /// Which metric of the validation split tells the best checkpoint, and when to stop early.
    public var monitor: MonitoredMetric
    public var earlyStopping: EarlyStopping?
    /// Steps between checkpoints, besides the one at the end of each epoch. nil for those alone.
    public var checkpointEvery: Int?
    /// Minutes between checkpoints, likewise. nil for none by time.
    public var checkpointMinutes: Double?
    /// How many of the newest checkpoints to keep, besides the best.
    public var keepCheckpoints: Int
    /// A checkpoint is written, and kept for ever, at each step that is a multiple of this. nil for none.
    public var keepEvery: Int?
    /// What it may name. No part of what is stored.
    package var kinds = ConfigurationKinds.standard

    public init(
        dataset: DatasetDescription, network: Network, loss: Loss = .crossEntropy(),
        optimizer: any Optimizer = .adam(.init()), schedule: Schedule = .constant, batchSize: Int = 128,
        shards: Int? = nil, epochs: Int = 10, seed: UInt64 = 1, shuffle: Shuffle = .full,
        augmentation: Augmentation? = nil, accumulate: Int = 1,
        clipNorm: Double? = nil, clipValue: Double? = nil, clipLayerNorm: Double? = nil,
        learningRateScaling: LearningRateScaling? = nil, parameterGroups: [ParameterGroup] = [],
        movingAverage: MovingAverage? = nil, noiseScaleEvery: Int? = nil,
        monitor: MonitoredMetric = .loss, earlyStopping: EarlyStopping? = nil, checkpointEvery: Int? = nil,
        checkpointMinutes: Double? = nil, keepCheckpoints: Int = 3, keepEvery: Int? = nil
    ) {
        self.dataset = dataset
        self.network = network
        self.loss = loss
        codedOptimizer = CodedOptimizer(optimizer)
        self.schedule = schedule
        self.batchSize = batchSize
        self.shards = shards
        self.epochs = epochs
        self.seed = seed
        self.shuffle = shuffle
        self.augmentation = augmentation
        self.accumulate = accumulate
        self.clipNorm = clipNorm
        self.clipValue = clipValue
        self.clipLayerNorm = clipLayerNorm
        self.learningRateScaling = learningRateScaling
        self.parameterGroups = parameterGroups
        self.movingAverage = movingAverage
        self.noiseScaleEvery = noiseScaleEvery
        self.monitor = monitor
        self.earlyStopping = earlyStopping
        self.checkpointEvery = checkpointEvery
        self.checkpointMinutes = checkpointMinutes
        self.keepCheckpoints = keepCheckpoints
        self.keepEvery = keepEvery
    }

    /// This configuration with every default filled in.
    package var resolved: Configuration {
        var resolved = self
        resolved.shards = shards ?? Sharding.defaultShards(batchSize: batchSize)
        return resolved
    }

    /// The most that epochs, and steps between events, can be. A table has fewer than 2^31 rows, so that a run of so
    /// many epochs has fewer than 2^61 steps: with those a checkpoint may have behind it,
    /// `Checkpoint.Progress.mostSteps`, an Int holds every sum.
    static let mostCount = Checkpoint.Progress.mostEpochs
    /// The largest batch.
    static let mostRows = 1 << 24
    /// About two thousand years, which a `Duration` holds.
    private static let mostMinutes = 1e9

    /// Checks all that can be checked without the data.
    ///
    /// - Throws: `TrainingError.invalidConfiguration` naming the field, what was expected and what was found.
    public func check() throws {
        func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws {
            guard valid else { throw TrainingError.invalid(field, expected, found) }
        }
        func expectCount(_ value: Int, _ field: String) throws {
            try expect(value > 0, field, "at least 1", value)
            try expect(value <= Self.mostCount, field, "at most \(Self.mostCount)", value)
        }
        try asTrainingError {
            try optimizer.check()
            try schedule.check()
            try schedule.check(with: optimizer)
        }
        try expect(batchSize > 0, "batchSize", "at least 1", batchSize)
        try expect(batchSize <= Self.mostRows, "batchSize", "at most \(Self.mostRows)", batchSize)
        if let shards {
            try expect(shards > 0, "shards", "at least 1", shards)
            try expect(
                shards <= batchSize, "shards", "at most the batch size of \(batchSize), so that each has a row", shards)
        }
        let shards = resolved.shards!
        try expect(accumulate > 0, "accumulate", "at least 1", accumulate)
        try expect(
            accumulate <= shards, "accumulate", "at most the number of shards, \(shards), so that each pass has one",
            accumulate)
        try expectCount(epochs, "epochs")
        if let problem = shuffle.problem {
            try expect(false, "shuffle.\(problem.key)", problem.expected, problem.found)
        }
        if let problem = augmentation?.problem {
            try expect(false, "augmentation.\(problem.key)", problem.expected, problem.found)
        }
        try checkClipping()
        try asTrainingError {
            try learningRateScaling?.check()
            try parameterGroups.check(with: optimizer)
            try movingAverage?.check()
        }
        if let noiseScaleEvery { try expectCount(noiseScaleEvery, "noiseScaleEvery") }
        if let checkpointEvery { try expectCount(checkpointEvery, "checkpointEvery") }
        if let checkpointMinutes {
            try expect(
                checkpointMinutes > 0 && checkpointMinutes <= Self.mostMinutes, "checkpointMinutes",
                "a positive number, at most \(Int(Self.mostMinutes))", checkpointMinutes)
        }
        try expectCount(keepCheckpoints, "keepCheckpoints")
        if let keepEvery { try expectCount(keepEvery, "keepEvery") }
        try earlyStopping?.check()
    }
}

/// A metric of the validation split.
public enum MonitoredMetric: String, Sendable, Codable, CaseIterable {
    /// Lower is better.
    case loss
    /// Higher is better.
    case accuracy
}

/// Ends a run whose monitored metric has stopped getting better.
public struct EarlyStopping: Sendable, Equatable {
    /// Epochs without improvement to wait for.
    public var patience: Int
    /// By how much the metric must get better to count.
    public var minimumImprovement: Double

    public init(patience: Int, minimumImprovement: Double = 0) {
        self.patience = patience
        self.minimumImprovement = minimumImprovement
    }

    func check() throws {
        guard patience > 0 else { throw TrainingError.invalid("earlyStopping.patience", "at least 1", patience) }
        guard minimumImprovement >= 0, minimumImprovement.isFinite else {
            throw TrainingError.invalid(
                "earlyStopping.minimumImprovement", "0 or a positive number", minimumImprovement)
        }
    }
}

extension EarlyStopping: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case patience, minimumImprovement }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        patience = try fields.decode(Int.self, forKey: .patience)
        minimumImprovement = try fields.decodeIfPresent(Double.self, forKey: .minimumImprovement) ?? 0
    }
}

extension Configuration: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case dataset, network, loss, codedOptimizer = "optimizer", schedule, batchSize, shards, epochs, seed, shuffle,
            augmentation,
            accumulate
        case clipNorm, clipValue, clipLayerNorm, learningRateScaling, parameterGroups, movingAverage, noiseScaleEvery,
            monitor
        case earlyStopping, checkpointEvery, checkpointMinutes, keepCheckpoints, keepEvery
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            dataset: try fields.decode(DatasetDescription.self, forKey: .dataset),
            network: try fields.decode(Network.self, forKey: .network))
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            if let given = try fields.decodeIfPresent(Value.self, forKey: key) { value = given }
        }
        try read(.loss, into: &loss)
        try read(.codedOptimizer, into: &codedOptimizer)
        try read(.schedule, into: &schedule)
        try read(.batchSize, into: &batchSize)
        shards = try fields.decodeIfPresent(Int.self, forKey: .shards)
        try read(.epochs, into: &epochs)
        try read(.seed, into: &seed)
        try read(.shuffle, into: &shuffle)
        augmentation = try fields.decodeIfPresent(Augmentation.self, forKey: .augmentation)
        try read(.accumulate, into: &accumulate)
        clipNorm = try fields.decodeIfPresent(Double.self, forKey: .clipNorm)
        clipValue = try fields.decodeIfPresent(Double.self, forKey: .clipValue)
        clipLayerNorm = try fields.decodeIfPresent(Double.self, forKey: .clipLayerNorm)
        learningRateScaling = try fields.decodeIfPresent(LearningRateScaling.self, forKey: .learningRateScaling)
        try read(.parameterGroups, into: &parameterGroups)
        movingAverage = try fields.decodeIfPresent(MovingAverage.self, forKey: .movingAverage)
        noiseScaleEvery = try fields.decodeIfPresent(Int.self, forKey: .noiseScaleEvery)
        try read(.monitor, into: &monitor)
        earlyStopping = try fields.decodeIfPresent(EarlyStopping.self, forKey: .earlyStopping)
        checkpointEvery = try fields.decodeIfPresent(Int.self, forKey: .checkpointEvery)
        checkpointMinutes = try fields.decodeIfPresent(Double.self, forKey: .checkpointMinutes)
        try read(.keepCheckpoints, into: &keepCheckpoints)
        keepEvery = try fields.decodeIfPresent(Int.self, forKey: .keepEvery)
        kinds = ConfigurationKinds(of: decoder)
    }
}

extension Configuration {
    /// The learning rate that the schedule varies: the optimizer's, scaled to the batch size.
    var scaledLearningRate: Double {
        optimizer.learningRate * (learningRateScaling?.factor(batchSize: batchSize) ?? 1)
    }

    /// What is done about gradients that are too large.
    var clipping: GradientClipping? {
        clipNorm.map(GradientClipping.norm) ?? clipLayerNorm.map(GradientClipping.layerNorm)
            ?? clipValue.map(GradientClipping.value)
    }

    /// Checks that samples can be augmented as asked.
    ///
    /// - Throws: `TrainingError.invalidConfiguration` naming the field, what was expected and what was found.
    func checkAugmentation(for dataset: Dataset) throws {
        guard let problem = augmentation?.problem(inputShape: dataset.inputShape) else { return }
        throw TrainingError.invalid(
            "augmentation.\(problem.key)", problem.expected, "\(problem.found) in \(dataset.name)")
    }

    private func checkClipping() throws {
        let limits = [("clipNorm", clipNorm), ("clipValue", clipValue), ("clipLayerNorm", clipLayerNorm)]
        for (name, limit) in limits {
            if let limit, !(limit > 0 && limit.isFinite) {
                throw TrainingError.invalid(name, "a positive number", limit)
            }
            if let limit, !limit.isInRangeOfFloat { throw TrainingError.invalid(name, Double.rangeOfFloat, limit) }
        }
        let given = limits.filter { $0.1 != nil }.map(\.0)
        if given.count > 1 { throw TrainingError.invalid(given[1], "one way of clipping", "\(given[0]) as well") }
    }
}
