import Datasets

/// The state of a run between two steps: all that a resume needs to reach the bits of the run that was never stopped.
///
///     try checkpoint.write(to: "step-00001234.h5")
///     let same = try Checkpoint.read("step-00001234.h5")
///
/// In memory it is plain data. `CheckpointFile.swift` says how it lies in a file, `DurableFile` how the file is made
/// durable.
public struct Checkpoint: Sendable {
    /// A tensor by name, in row-major order.
    public struct Tensor: Sendable {
        /// Layer and tensor, such as `linear1/weight`.
        public var name: String
        public var shape: [Int]
        public var values: [Float]

        public init(name: String, shape: [Int], values: [Float]) {
            let count = shape.contains(0) ? 0 : shape.reduce(1, *)
            precondition(values.count == count, "\(name): \(values.count) values do not have the shape \(shape)")
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// How far the run is.
    public struct Progress: Sendable, Equatable {
        /// Optimizer updates so far.
        public var step = 0
        /// Epochs completed.
        public var epoch = 0
        /// Samples of the current epoch that were trained on: the cursor in its order.
        public var samplesIntoEpoch = 0
        /// Sum of the losses of those samples, what they weigh together, by which it is divided to be their mean (as
        /// much as they are, or the sum of their classes' weights), and how many were classified correctly. The weight
        /// is nil where an older version wrote none, and the sum then of batches' means times their rows.
        public var epochLoss = 0.0
        public var epochWeight: Double? = 0
        public var epochCorrect = 0
        /// The best value of the monitored metric, the epoch it was reached in, and epochs since.
        public var bestMetric: Double?
        public var bestEpoch: Int?
        public var epochsWithoutImprovement = 0
        /// The value of the monitored metric that early stopping compares with: the last one that was an improvement.
        /// nil in checkpoints from before it was stored, where it was the best one.
        public var countedMetric: Double?
        /// The step after which a branch began a moving average of the parameters; nil where it is as old as the run.
        public var averageStart: Int?
        /// Where branches went on with batches of another size, in order.
        public var branches: [Branch] = []

        public init() {}

        /// A change of the batch size: how far the run was then, and the size until then.
        public struct Branch: Sendable, Equatable {
            public var step: Int
            public var epoch: Int
            public var samplesIntoEpoch: Int
            public var batchSize: Int

            public init(step: Int, epoch: Int, samplesIntoEpoch: Int, batchSize: Int) {
                self.step = step
                self.epoch = epoch
                self.samplesIntoEpoch = samplesIntoEpoch
                self.batchSize = batchSize
            }
        }

        /// Batches have another size from here on; unless none of the one before was trained on.
        ///
        /// - Parameter batchSize: the one until now.
        public mutating func changeBatchSize(from batchSize: Int) {
            guard step > branches.last?.step ?? 0 else { return }
            branches.append(
                Branch(step: step, epoch: epoch, samplesIntoEpoch: samplesIntoEpoch, batchSize: batchSize))
        }

        /// The most steps, and epochs, that a checkpoint may say were taken: more than any run takes, and few enough
        /// that those still to come can be added.
        public static let mostSteps = 1 << 60
        public static let mostEpochs = 1 << 30

        /// Whether the epoch that has just ended is the best so far.
        public var isBest: Bool { bestEpoch == epoch && samplesIntoEpoch == 0 && epoch > 0 }

        /// The current epoch is complete.
        public mutating func beginNextEpoch() {
            epoch += 1
            samplesIntoEpoch = 0
            epochLoss = 0
            epochWeight = 0
            epochCorrect = 0
        }
    }

    /// What wrote the checkpoint. For the reader; it must not matter to a resume.
    public struct Writer: Sendable, Equatable {
        public var version: String
        /// The version of the bits it makes; nil for a program from before there was such a number.
        public var bitsVersion: Int?
        public var workers: Int
        public var instructionSet: String

        public init(version: String, bitsVersion: Int?, workers: Int, instructionSet: String) {
            self.version = version
            self.bitsVersion = bitsVersion
            self.workers = workers
            self.instructionSet = instructionSet
        }
    }

    /// The parameters, in the order of the network's layers.
    public var parameters: [Tensor]
    /// The state of the optimizer by moment ("momentum", "firstMoment", "secondMoment"): tensors named and shaped as
    /// the parameters.
    public var optimizerState: [String: [Tensor]]
    public var progress: Progress
    /// The run's configuration as resolved: YAML.
    public var configuration: String
    public var seed: UInt64
    public var batchSize: Int
    public var shards: Int
    /// Shape of one sample.
    public var inputShape: [Int]
    /// What it was trained on, by which other data go; nil in files from before formats had it.
    package var data: DataContract?
    /// The names of the classes, in the order of the network's outputs.
    public var classNames: [String]? { data.map(\.classNames) ?? olderClassNames }
    /// The names of the classes in files without `data`.
    var olderClassNames: [String]?
    public var datasetDigest: String
    public var networkDigest: String
    public var writtenBy: Writer

    /// - Parameter classNames: only where there is no `data` to have them.
    package init(
        parameters: [Tensor], optimizerState: [String: [Tensor]], progress: Progress, configuration: String,
        seed: UInt64, batchSize: Int, shards: Int, inputShape: [Int], classNames: [String]? = nil,
        data: DataContract? = nil, datasetDigest: String, networkDigest: String, writtenBy: Writer
    ) {
        self.parameters = parameters
        self.optimizerState = optimizerState
        self.progress = progress
        self.configuration = configuration
        self.seed = seed
        self.batchSize = batchSize
        self.shards = shards
        self.inputShape = inputShape
        self.olderClassNames = classNames
        self.data = data
        self.datasetDigest = datasetDigest
        self.networkDigest = networkDigest
        self.writtenBy = writtenBy
    }
}
