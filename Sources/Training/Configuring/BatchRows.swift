import Batches
import Networks

/// Whether the batches of an epoch, and their shards, have the rows that batch normalization needs: two, where a row
/// has one value a channel. And if not, which batch sizes and numbers of shards would do.
struct BatchRows {
    private let configuration: Configuration
    private let samples: Int
    /// Rows that are left of the epoch that a run stands in.
    private let left: Int
    private let ofShard: Int
    private let ofBatch: Int
    private let layer: String

    /// - Parameters:
    ///   - configuration: with every default filled in or not.
    ///   - samples: rows of the train split.
    ///   - samplesIntoEpoch: those of the current epoch that are behind a run.
    /// - Returns: nil for a network that is content with any.
    init?(_ configuration: Configuration, plan: Plan, samples: Int, samplesIntoEpoch: Int) {
        guard let first = plan.operations.first(where: { $0.leastRows.ofBatch > 1 }) else { return nil }
        self.configuration = configuration
        self.samples = samples
        left = samples - samplesIntoEpoch
        (ofShard, ofBatch) = (plan.leastRowsOfShard, plan.leastRowsOfBatch)
        // The one that asks for most.
        layer = (plan.operations.first { $0.leastRows.ofShard > 1 } ?? first).layer
    }

    /// - Parameter isShardsNamed: whether the configuration names the number of shards, rather than leave it to the
    ///   default.
    /// - Throws: `TrainingError` that names what would do.
    func check(isShardsNamed: Bool) throws {
        let (batchSize, shards) = (configuration.batchSize, configuration.resolved.shards!)
        guard samples >= ofBatch else {
            throw TrainingError.invalid(
                "batchSize", "at least \(ofBatch) rows to train on, \(reason)",
                "\(samples) in the train split: add rows")
        }
        let fixedShards = isShardsNamed ? shards : nil
        if batchSize < ofBatch {
            let other = nearest(to: batchSize, by: 1, fixedShards)
            throw TrainingError.invalid(
                "batchSize", "at least \(ofBatch), \(reason)", "\(batchSize)\(other.map { ": set it to \($0)" } ?? "")")
        }
        if batchSize / shards < ofShard { throw tooManyShards(batchSize, shards) }
        guard let rows = [samples, left].first(where: { isTooFew($0 % batchSize) }) else { return }
        let others = [-1, 1].compactMap { nearest(to: batchSize, by: $0, fixedShards) }.map { "\($0)" }
        throw TrainingError.invalid(
            "batchSize", "at least \(ofBatch) rows in each batch, \(reason)",
            "\(rows % batchSize) in the last of \(rows) rows\(rows < samples ? " left of the epoch" : "") in batches of "
                + "\(batchSize): "
                + (others.isEmpty
                    ? "no batchSize leaves another number of this epoch, so begin a new run"
                    : "set batchSize to \(others.joined(separator: " or "))"))
    }

    private func tooManyShards(_ batchSize: Int, _ shards: Int) -> TrainingError {
        var advice: [String] = []
        let fewer = batchSize / ofShard
        if suits(batchSize, fewer) { advice.append("shards to \(fewer == 1 ? "1" : "at most \(fewer)")") }
        if let larger = nearest(to: shards * ofShard - 1, by: 1, shards) { advice.append("batchSize to \(larger)") }
        advice.append("synchronized: true for the layer")
        return .invalid(
            "shards", "at least \(ofShard) rows in each, \(reason)",
            "\(batchSize / shards) with a batchSize of \(batchSize) and \(shards) shards: set "
                + advice.joined(separator: ", or "))
    }

    private var reason: String { "since layer \(layer) needs two values a channel for a variance" }

    private func isTooFew(_ rows: Int) -> Bool { 1..<ofBatch ~= rows }

    /// Whether all batches and shards have enough rows.
    private func suits(_ batchSize: Int, _ shards: Int) -> Bool {
        batchSize >= ofBatch && batchSize / shards >= ofShard && shards >= configuration.accumulate
            && !isTooFew(samples % batchSize) && !isTooFew(left % batchSize)
    }

    /// The nearest batch size that suits, below or above. What does not is a divisor of one number, and few.
    private func nearest(to batchSize: Int, by direction: Int, _ shards: Int?) -> Int? {
        var other = batchSize + direction
        let limit = min(Configuration.mostRows, max(samples, batchSize) + 2)
        while other >= ofBatch, other <= limit {
            if suits(other, shards ?? Sharding.defaultShards(batchSize: other)) { return other }
            other += direction
        }
        return nil
    }
}
