import Batches
import Checkpoints
import Datasets
import Gradients
import Kernels
import Networks
import Optimization
import Workers

/// Makes the memory plans of commands: knows what the program itself takes, and what it may have.
struct MemoryPlanner {
    /// The item of the program itself.
    static let program = "program"
    /// Pages of the program and its libraries that are still to come when a command begins, with what they allocate in
    /// small pieces. Measured: `MemoryPlanTests`.
    private static let toCome = 19 << 20

    let limit: UsableMemory.Limit
    /// Whether the training saves checkpoints, and is evaluated by the best of them at the end.
    let isRun: Bool
    private let programBytes: Int

    /// For a command that has not brought anything into memory yet.
    init(isRun: Bool = false) { self.init(programBytes: UsableMemory.resident + Self.toCome, isRun: isRun) }

    /// For what begins with a data set in memory.
    init(beside dataset: Dataset) {
        self.init(programBytes: max(0, UsableMemory.resident - dataset.residentBytes) + Self.toCome)
    }

    init(programBytes: Int, isRun: Bool = false, limit: UsableMemory.Limit = UsableMemory.limit) {
        self.programBytes = programBytes
        self.isRun = isRun
        self.limit = limit
    }

    /// What data take.
    struct Data {
        var outline: DataOutline
        /// In memory, or read into windows.
        var bytes = 0

        /// Data that are still to be read: what is left is for them.
        init(_ outline: DataOutline) { self.outline = outline }

        /// Those of a training.
        init(_ dataset: Dataset, _ configuration: Configuration) {
            outline = dataset.outline
            bytes = saturatingSum([
                dataset.residentBytes,
                dataset.streamedBytes(shuffle: configuration.shuffle, batchSize: configuration.batchSize),
            ])
        }
    }

    // MARK: Training

    /// Bytes that a training takes beside its data, before these are in memory.
    ///
    /// - Returns: 0 for a network that does not fit the data: why is said when they are known.
    /// - Throws: `TrainingError.tooLittleMemory`.
    func bytes(
        _ configuration: Configuration, beside outline: DataOutline, workers: WorkerCount,
        kernels: any KernelTable.Type
    ) throws -> Int {
        let network = try? CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(outline.inputShape),
            targets: nil, isFrozen: configuration.parameterGroups.isFrozen)
        guard let network else { return 0 }
        let plan = training(configuration, network, Data(outline), workers: workers, kernels: kernels)
        try plan.check()
        return plan.bytes
    }

    /// - Throws: `TrainingError.tooLittleMemory` for a training that takes more than there is.
    func check(
        _ configuration: Configuration, _ network: CompiledNetwork, _ dataset: Dataset, workers: WorkerCount,
        kernels: any KernelTable.Type
    ) throws {
        try training(configuration, network, Data(dataset, configuration), workers: workers, kernels: kernels).check()
    }

    /// What a training takes.
    func training(
        _ configuration: Configuration, _ network: CompiledNetwork, _ data: Data, workers: WorkerCount,
        kernels: any KernelTable.Type
    ) -> MemoryPlan {
        let configuration = configuration.resolved
        let workers = workers.resolved(shards: configuration.shards!)
        let sizes = NetworkSizes(network, kernels)
        let moments = configuration.optimizer.stateNames(with: configuration.movingAverage).count
        let samples = max(1, data.outline.counts[.train] ?? 1)
        let batchSize = min(configuration.batchSize, samples)
        let evaluated = data.outline.counts.filter { $0.key != .train }.values.max()

        var plan = begin(data.bytes)
        plan.addParameters(sizes)
        plan.add(
            "optimizer",
            saturatingSum([
                saturatingProduct(moments, sizes.buffer), configuration.movingAverage == nil ? 0 : sizes.packedForward,
                configuration.reducesFirst ? sizes.buffer : 0,
            ]), layer: sizes.largestLayer, advice: "Take a smaller network, or an optimizer that keeps less (sgd)")
        if isRun {
            // One copy in memory, and one in the form of a file.
            plan.add(
                "checkpoints",
                saturatingSum([
                    saturatingProduct(2, moments + 1, sizes.buffer),
                    network.layout.parameters.count * (moments + 1) * LentCheckpoint.bytesOfTensor,
                ]), layer: sizes.largestLayer, time: .working,
                advice: "Take a smaller network, or an optimizer that keeps less (sgd)")
        }
        plan.add("batches", batchBytes(configuration, network, batchSize, workers), advice: Self.smallerBatch)
        let engine = EngineOutline(
            network, batchSize: batchSize, shards: configuration.shards!, passes: configuration.accumulate,
            workers: workers)
        plan.add(
            "gradients", saturatingProduct(engine.gradientBuffers, sizes.buffer), layer: sizes.largestLayer,
            time: .working, advice: "Take a smaller network, fewer shards or fewer --workers")
        plan.add(
            "activations", engine.activationBytes(of: network, kernels: kernels),
            layer: network.trainingPlan.widestLayer, time: .working,
            advice: "Make layers or images smaller, take fewer --workers, or set accumulate")
        guard let evaluated else { return plan }
        let outline = EvaluatorOutline(network, workers: workers)
        plan.addEvaluation(outline, network, samples: evaluated, kernels)
        guard isRun else { return plan }
        plan.add(
            "best checkpoint",
            saturatingSum([
                saturatingProduct(2, sizes.buffer), sizes.packedForward,
                outline.activationBytes(of: network, samples: evaluated, kernels: kernels),
            ]), layer: sizes.largestLayer, time: .ending, advice: "Take a smaller network")
        return plan
    }

    private static let smallerBatch = "Set a smaller batchSize"

    /// Positions and targets of two batches, the loss of each row, and room in which samples are changed.
    private func batchBytes(
        _ configuration: Configuration, _ network: CompiledNetwork, _ batchSize: Int, _ workers: Int
    ) -> Int {
        let width = configuration.loss.isClassification ? 1 : network.trainingPlan.output.shape.count
        let mixes = configuration.augmentation == nil ? 1 : 2
        let rooms = configuration.augmentation == nil ? 0 : 2 * workers * network.inputShape.count
        return saturatingProduct(MemoryLayout<Float>.stride, batchSize, 2 * mixes * (2 + width) + 2) + 4 * rooms
    }

    // MARK: Inference

    /// What it takes to evaluate a model on a split, or to predict with it.
    ///
    /// - Parameters:
    ///   - data: bytes of the data, once they are known.
    ///   - samples: of the split.
    func inference(
        _ network: CompiledNetwork, data: Int = 0, samples: Int, workers: Int, kernels: any KernelTable.Type
    ) -> MemoryPlan {
        let sizes = NetworkSizes(network, kernels)
        var plan = begin(data)
        plan.add(
            "parameters", saturatingSum([sizes.buffer, sizes.packedForward]), layer: sizes.largestLayer,
            advice: "Take a smaller network")
        plan.add(
            "checkpoint", sizes.buffer, layer: sizes.largestLayer, time: .beginning, advice: "Take a smaller network")
        let classes = network.loss.isClassification ? network.inferencePlan.output.shape.count : 0
        plan.add(
            "confusions", ClassificationMetrics.bytes(classes: classes, samples: samples),
            advice: "Evaluate fewer samples at a time")
        plan.addEvaluation(
            EvaluatorOutline(network, workers: workers), network, samples: samples, time: .working, kernels)
        return plan
    }

    private func begin(_ data: Int) -> MemoryPlan {
        var plan = MemoryPlan(limit: limit)
        plan.add(Self.program, programBytes, advice: "")
        plan.add("data", data, advice: "Give data less with --data-memory, which streams what does not fit")
        return plan
    }
}

/// Bytes of a network's parameters in each of their forms.
private struct NetworkSizes {
    /// Parameters, gradients, or a moment.
    let buffer: Int
    let packedForward: Int
    let packedBoth: Int
    let largestLayer: String?

    init(_ network: CompiledNetwork, _ kernels: any KernelTable.Type) {
        let layout = network.layout
        let buffer = saturatingProduct(layout.bufferCount, MemoryLayout<Float>.stride)
        self.buffer = buffer
        let isSane = layout.bufferCount < 1 << 48
        func packed(_ includesBackward: Bool) -> Int {
            isSane ? PackedWeights.bytes(layout: layout, kernels: kernels, includesBackward: includesBackward) : buffer
        }
        packedForward = packed(false)
        packedBoth = packed(true)
        largestLayer = layout.parameters.max { $0.count < $1.count }?.layerName
    }
}

extension MemoryPlan {
    fileprivate mutating func addParameters(_ sizes: NetworkSizes) {
        add(
            "parameters", saturatingSum([sizes.buffer, sizes.packedBoth]), layer: sizes.largestLayer,
            advice: "Take a smaller network")
    }

    fileprivate mutating func addEvaluation(
        _ outline: EvaluatorOutline, _ network: CompiledNetwork, samples: Int, time: Time = .always,
        _ kernels: any KernelTable.Type
    ) {
        add(
            "evaluation",
            saturatingSum([
                outline.activationBytes(of: network, samples: samples, kernels: kernels),
                outline.outputBytes(samples: samples),
            ]), layer: network.inferencePlan.widestLayer, time: time,
            advice: "Make layers or images smaller, or take fewer --workers")
    }
}

extension Configuration {
    /// Whether all gradients are summed before the first parameter moves.
    fileprivate var reducesFirst: Bool { (clipping?.needsNorms ?? false) || optimizer.isLayerwise }
}
