import Training
import Workers

/// What grows with the workers.
package enum ScalingMode: String, Codable, Sendable, CaseIterable {
    /// Nothing: the same batch in the same shards, with the same bits.
    case strong
    /// The batch: rows of a shard stay, and there are so many more shards.
    case weak
}

/// Which steps a scaling benchmark times, and for how long.
package struct ScalingPlan: Sendable, Equatable {
    /// Numbers of workers, each once, in ascending order. The first is what the others are compared with.
    package var workers: [Int]
    package var modes: [ScalingMode]
    /// How often everything is measured.
    package var rounds: Int
    /// How long to time steps of one number of workers in one round.
    package var seconds: Double

    package init(
        workers: [Int] = ScalingPlan.defaultWorkers(cores: UsableCores.count), modes: [ScalingMode] = [.strong],
        rounds: Int = 10, seconds: Double = 1
    ) {
        precondition(!workers.isEmpty && workers.allSatisfy { $0 > 0 }, "a plan needs workers")
        precondition(!modes.isEmpty && rounds > 0 && seconds > 0, "a plan needs something to measure")
        self.workers = Set(workers).sorted()
        self.modes = modes
        self.rounds = rounds
        self.seconds = seconds
    }

    /// Powers of two, and all cores.
    package static func defaultWorkers(cores: Int) -> [Int] {
        var workers = [1]
        while workers.last! * 2 < cores { workers.append(workers.last! * 2) }
        return cores > 1 ? workers + [cores] : workers
    }

    /// A batch that some workers are timed with.
    struct Entry: Hashable {
        let workers: Int
        let batchSize: Int
        let shards: Int
    }

    /// What a mode times, by number of workers.
    ///
    /// - Parameters:
    ///   - configuration: resolved; its batch is that of the fewest workers.
    ///   - samples: in the train split.
    /// - Throws: `ScalingPlanError` for a batch that cannot be cut, or that is larger than the data.
    func entries(_ mode: ScalingMode, _ configuration: Configuration, samples: Int) throws -> [Entry] {
        let (batchSize, shards) = (configuration.batchSize, configuration.shards!)
        return try workers.map { count in
            switch mode {
            case .strong:
                guard count <= min(batchSize, samples) else {
                    throw ScalingPlanError.tooFewRows(rows: min(batchSize, samples), workers: count)
                }
                return Entry(workers: count, batchSize: batchSize, shards: shards)
            case .weak:
                guard count.isMultiple(of: workers[0]) else {
                    throw ScalingPlanError.notAMultiple(workers: count, first: workers[0])
                }
                let (factor, overflow) = (count / workers[0], batchSize > samples / (count / workers[0]))
                guard !overflow else {
                    throw ScalingPlanError.tooFewSamples(samples: samples, batchSize: batchSize, factor: factor)
                }
                guard count <= batchSize * factor else {
                    throw ScalingPlanError.tooFewRows(rows: batchSize * factor, workers: count)
                }
                return Entry(workers: count, batchSize: batchSize * factor, shards: shards * factor)
            }
        }
    }
}

/// Why a plan cannot be carried out.
package enum ScalingPlanError: Error, Equatable, CustomStringConvertible {
    case tooFewRows(rows: Int, workers: Int)
    case notAMultiple(workers: Int, first: Int)
    case tooFewSamples(samples: Int, batchSize: Int, factor: Int)
    case tooManyWorkers(workers: Int, cores: Int)
    case busy(cores: Double)

    package var description: String {
        switch self {
        case .tooFewRows(let rows, let workers):
            "a batch of \(rows) rows cannot be cut for \(workers) workers: name fewer workers or a larger batchSize"
        case .notAMultiple(let workers, let first):
            "weak scaling grows the batch of the fewest workers, \(first), by whole numbers: expected multiples of "
                + "\(first), found \(workers) workers"
        case .tooFewSamples(let samples, let batchSize, let factor):
            "weak scaling needs batches of \(factor) times \(batchSize) samples, and the train split has \(samples): "
                + "name fewer workers or a smaller batchSize"
        case .tooManyWorkers(let workers, let cores):
            "\(workers) workers on \(cores) usable core\(cores == 1 ? "" : "s") would measure how the system shares "
                + "cores, not how training scales: name fewer workers, or measure all the same with --force"
        case .busy(let cores):
            "the machine is busy: others take \(rounded(cores, 1)) cores, which would distort every figure; wait "
                + "until it is quiet, or measure all the same with --force"
        }
    }
}
