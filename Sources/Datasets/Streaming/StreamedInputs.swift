import Kernels

/// Inputs that stay in their file, and the memory that they may take.
struct StreamedInputs: Sendable {
    let source: any RowSource
    let memory: StreamMemory

    /// A stream of all samples in the order of the file, once.
    ///
    /// - Parameter rows: the rows that are the samples, ascending; nil for all.
    func streamInFileOrder(count: Int, rows: [Int32]?) throws -> RowStream {
        let (plan, ring) = windowsInFileOrder(count: count)
        return RowStream(
            source, rows: rows, plan: plan, ring: ring, threads: memory.threads, lastWindow: plan.windowsInEpoch - 1)
    }

    /// A stream for training, epoch after epoch.
    func streamForTraining(count: Int, rows: [Int32]?, shuffle: Shuffle, seed: UInt64, batchSize: Int) -> RowStream {
        let (plan, ring) = windowsForTraining(count: count, shuffle: shuffle, seed: seed, batchSize: batchSize)
        return RowStream(source, rows: rows, plan: plan, ring: ring, threads: memory.threads)
    }

    private func windowsInFileOrder(count: Int) -> (WindowPlan, ring: Int) {
        let shape = StreamShape(source)
        let plan = WindowPlan(inFileOrder: count, unit: shape.unit(of: memory.fileOrder))
        return (plan, shape.ring(plan, in: memory.fileOrder))
    }

    private func windowsForTraining(
        count: Int, shuffle: Shuffle, seed: UInt64, batchSize: Int
    ) -> (WindowPlan, ring: Int) {
        let shape = StreamShape(source)
        let plan: WindowPlan
        if case .blocks(let block, let window) = shuffle {
            plan = WindowPlan(count: count, block: block, window: window, seed: seed)
        } else {
            plan = WindowPlan(inFileOrder: count, unit: shape.unit(of: memory.training, batchSize: batchSize))
        }
        return (plan, max(shape.ring(plan, in: memory.training), plan.windowsTouched(by: min(batchSize, count))))
    }

    /// Bytes of the windows of a pass in the order of the file.
    func bytesInFileOrder(count: Int) -> Int {
        let (plan, ring) = windowsInFileOrder(count: count)
        return ring * plan.slots * source.rowBytes
    }

    /// Bytes of the windows of a training.
    func bytesForTraining(count: Int, shuffle: Shuffle, batchSize: Int) -> Int {
        let (plan, ring) = windowsForTraining(count: count, shuffle: shuffle, seed: 0, batchSize: batchSize)
        return ring * plan.slots * source.rowBytes
    }
}

/// How much memory the streams of a split may take.
struct StreamMemory: Sendable {
    /// Bytes for windows to train from.
    var training: Int
    /// Bytes for windows in the order of the file: to evaluate, or to go through the data once.
    var fileOrder: Int
    var threads: Int
    /// Bytes that the threads of all splits decode in.
    var scratch = 0
}

/// What windows of a source look like.
struct StreamShape {
    let rowBytes: Int
    let chunkRows: Int

    init(_ source: any RowSource) {
        rowBytes = source.rowBytes
        chunkRows = source.chunkRows
    }

    /// A window in the order of the file, unless memory is short: large enough that handing it over costs nothing.
    private static let goodWindowBytes = 1 << 20

    /// Rows of a window in the order of the file: whole chunks.
    func unit(of memory: Int, batchSize: Int = 1) -> Int {
        let chunks = max(1, Self.goodWindowBytes / (rowBytes * chunkRows))
        for count in stride(from: chunks, to: 1, by: -1) {
            let unit = count * chunkRows
            if smallestMemory(unit: unit, batchSize: batchSize) <= memory { return unit }
        }
        return chunkRows
    }

    /// Windows in memory.
    func ring(_ plan: WindowPlan, in memory: Int) -> Int {
        let most = min(plan.windowsInEpoch, Int(Int32.max) / plan.slots)
        return max(1, min(memory / (plan.slots * rowBytes), most))
    }

    /// The least memory for a batch, and a window that is filled meanwhile.
    private func smallestMemory(unit: Int, batchSize: Int) -> Int {
        ((batchSize + unit - 2) / unit + 2) * unit * rowBytes
    }

    /// The least memory in which a pass in the order of the file works.
    var smallestForFileOrder: Int { smallestMemory(unit: chunkRows, batchSize: 1) }

    /// The least memory in which training works; nil if all samples must be in memory.
    func smallestForTraining(_ shuffle: Shuffle, batchSize: Int, count: Int) -> Int? {
        switch shuffle {
        case .full: return nil
        case .none: return smallestMemory(unit: chunkRows, batchSize: min(batchSize, count))
        case .blocks(let block, let window):
            let plan = WindowPlan(count: count, block: block, window: window, seed: 0)
            return max(2, plan.windowsTouched(by: min(batchSize, count))) * plan.slots * rowBytes
        }
    }
}
