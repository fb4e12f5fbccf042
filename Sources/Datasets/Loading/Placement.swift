import HDF5
import Workers

/// Where the inputs of a split will be.
enum Placement {
    case memory
    /// The file itself as memory; it is contiguous and of the type that batches are made from.
    case mapping(offset: Int)
    case stream(any RowSource, StreamMemory)

    var isMemory: Bool { if case .memory = self { true } else { false } }
}

/// Decides where the inputs of all splits will be: in memory if they fit, else mapped where that is possible, else
/// streamed.
///
/// What must be in memory anyway (targets, and the rows of a cut split) is taken off the memory for data first, then
/// the scratch memory of loading threads, both of those that train and of those that evaluate meanwhile, then windows
/// to evaluate from, an eighth but no more than 64 MiB; the rest is for windows to train from.
struct PlacementPlan {
    /// Bytes that data may take.
    let memory: Int
    /// Threads that read and decompress.
    let threads: Int
    let use: DataUse
    /// Whether the validation split is cut off the train split.
    var cutsValidation = false

    private static let mostForEvaluation = 64 << 20

    /// - Throws: `DatasetError` if the targets alone, or training in the order asked for, need more memory.
    func placements(_ tables: [Split: TableFiles]) throws -> [Split: Placement] {
        let fixed = fixedBytes(tables)
        func fits(_ tables: some Collection<TableFiles>) -> Bool {
            tables.reduce(fixed) { $0 + $1.decodedBytes } <= memory
        }
        if fits(tables.values) { return tables.mapValues { _ in .memory } }
        var placements: [Split: Placement] = [:]
        for (split, table) in tables {
            if let offset = try table.mappableOffset() { placements[split] = .mapping(offset: offset) }
        }
        let rest = tables.filter { placements[$0.key] == nil }
        if fits(rest.values) { return placements.merging(rest.mapValues { _ in .memory }) { mapped, _ in mapped } }
        // Then it is not the inputs that are too large.
        if rest.isEmpty { throw targetsDoNotFit(tables, needed: fixed) }
        let sources = try rest.mapValues { try $0.makeRowSource() }
        let budget = try self.budget(sources, rest, fixed: fixed)
        for (split, source) in sources { placements[split] = .stream(source, budget) }
        return placements
    }

    /// Checks that what is to be in memory has room in it.
    ///
    /// - Parameter others: bytes that the program takes beside the data; 0 if it did not say.
    /// - Throws: `DatasetError` where more memory for data was asked for than there is.
    func check(_ placements: [Split: Placement], _ tables: [Split: TableFiles], beside others: Int) throws {
        guard others > 0 else { return }
        var (bytes, windows) = (fixedBytes(tables), 0)
        for (split, placement) in placements {
            switch placement {
            case .memory: bytes += tables[split]!.decodedBytes
            case .mapping: break
            case .stream(_, let memory): windows = memory.training + memory.fileOrder + memory.scratch
            }
        }
        bytes += windows
        let limit = UsableMemory.limit
        guard bytes > limit.bytes - others else { return }
        let largest = tables.values.max { $0.decodedBytes < $1.decodedBytes }!
        throw DatasetError(
            .invalidOption, file: largest.file.path, object: largest.inputs.name,
            expected:
                "at most \(wholeSize(max(0, limit.bytes - others))) of memory for data, which is what the rest leaves "
                + "of the \(wholeSize(limit.bytes)) \(limit.origin)",
            found: wholeSize(bytes), advice: "Lower --data-memory, or make the network or the batch size smaller.")
    }

    private func fixedBytes(_ tables: [Split: TableFiles]) -> Int {
        // A row's number is shuffled, and then sorted into one of two lists.
        let cut = cutsValidation ? (tables[.train]?.count ?? 0) * 2 * MemoryLayout<Int32>.stride : 0
        return tables.values.reduce(cut) { $0 + $1.targetBytes }
    }

    /// What loading threads decode in: those that train go on while others evaluate.
    private func scratchBytes(_ sources: [Split: any RowSource]) -> Int {
        func scratch(_ source: any RowSource) -> Int {
            threads * (source.readerBytes + stripLength(source) * source.rowBytes)
        }
        guard case .training = use, let train = sources[.train] else { return sources.values.map(scratch).max() ?? 0 }
        let evaluated = sources.filter { $0.key != .train || cutsValidation }
        return scratch(train) + (evaluated.values.map(scratch).max() ?? 0)
    }

    private func targetsDoNotFit(_ tables: [Split: TableFiles], needed: Int) -> DatasetError {
        let largest = tables.values.max { $0.targetBytes < $1.targetBytes }!
        return DatasetError(
            .invalidOption, file: largest.file.path, object: largest.targets?.name,
            expected: "at least \(wholeSize(needed)) of memory for data, since targets are always in memory",
            found: memory < 1024 ? "\(memory) bytes" : wholeSize(memory), advice: "Raise --data-memory.")
    }

    private func budget(
        _ sources: [Split: any RowSource], _ tables: [Split: TableFiles], fixed: Int
    ) throws -> StreamMemory {
        let scratch = scratchBytes(sources)
        let leastForFileOrder = sources.values.map { StreamShape($0).smallestForFileOrder }.max() ?? 0
        var leastForTraining = 0
        if case .training(let shuffle, let batchSize) = use, let source = sources[.train], let table = tables[.train] {
            let least = StreamShape(source).smallestForTraining(shuffle, batchSize: batchSize, count: table.count)
            guard let least else {
                throw cannotShuffleFully(
                    file: table.file.path, object: table.inputs.name,
                    needed: tables.values.reduce(fixed) { $0 + $1.decodedBytes }, memory: memory,
                    type: table.inputs.elementType, isPacked: table.isUnpacked)
            }
            leastForTraining = least
        }
        let least = fixed + scratch + leastForFileOrder + leastForTraining
        guard memory >= least else {
            let (split, table) = tables.min { $0.key == .train && $1.key != .train }!
            throw DatasetError(
                .invalidOption, file: table.file.path, object: table.inputs.name,
                expected: "at least \(wholeSize(least)) of memory for data to stream the \(split) split",
                found: wholeSize(memory),
                advice: leastForTraining > 0
                    ? "Raise --data-memory, or make the window of shuffle, the batch size or the chunks smaller."
                    : "Raise --data-memory, or make the chunks smaller with lockstep convert.")
        }
        let free = memory - fixed - scratch
        guard leastForTraining > 0 else {
            return StreamMemory(training: 0, fileOrder: free, threads: threads, scratch: scratch)
        }
        let fileOrder = min(max(leastForFileOrder, min(memory / 8, Self.mostForEvaluation)), free - leastForTraining)
        return StreamMemory(
            training: free - fileOrder, fileOrder: fileOrder, threads: threads, scratch: scratch)
    }
}
