import Batches

/// A training step of any number of workers, replayed from what its parts cost one: gradients of shards as they are
/// claimed, folded as siblings are finished, then the blocks of the update, beside the next batch.
///
/// What it takes for granted: a core is as fast with others at work as alone, but for memory; every byte of memory is
/// as near to every core; activations stay in a core's caches; nobody else is on the machine.
package struct StepSimulator: Sendable {
    package let costs: StepCosts
    package let machine: SimulatedMachine

    package init(costs: StepCosts, machine: SimulatedMachine) {
        self.costs = costs
        self.machine = machine
    }

    /// What a simulated step came to.
    package struct Step: Codable, Sendable, Equatable {
        package let workers: Int
        package let batchSize: Int
        package let shards: Int
        package let seconds: Double
        /// The seconds of the phase of the shards, and of that of the update.
        package let gradientSeconds: Double
        package let updateSeconds: Double
        /// The share of workers × seconds in which a worker had work.
        package let busyShare: Double
    }

    /// Simulates a step in the middle of a run.
    ///
    /// - Throws: `SimulationError` for a batch that cannot be cut.
    package func step(workers: Int, batchSize: Int? = nil, shards: Int? = nil) throws -> Step {
        let batchSize = batchSize ?? costs.batchSize
        let shards = shards ?? Sharding.defaultShards(batchSize: batchSize)
        guard shards >= 1, shards <= batchSize else {
            throw SimulationError.tooFewRows(rows: batchSize, shards: shards)
        }
        precondition(workers > 0, "a step needs a worker")
        let work = SimulatedStepWork(costs, on: machine, batchSize: batchSize, shards: shards, workers: workers)
        var team = PhaseSimulation(machine: machine, workers: workers)
        // The first step finds everybody awake; the second one is like all that follow.
        let first = simulate(work, &team, at: 0)
        let busyBefore = team.busySeconds.reduce(0, +)
        let second = simulate(work, &team, at: first.end)
        let seconds = second.end - first.end
        let busy = team.busySeconds.reduce(0, +) - busyBefore
        return Step(
            workers: workers, batchSize: batchSize, shards: shards, seconds: seconds, gradientSeconds: second.gradients,
            updateSeconds: second.update, busyShare: busy / (Double(workers) * seconds))
    }

    /// How much faster so many workers are than one, over their number.
    package func efficiency(workers: Int, batchSize: Int? = nil, shards: Int? = nil) throws -> Double {
        let one = try step(workers: 1, batchSize: batchSize, shards: shards).seconds
        return one / (try step(workers: workers, batchSize: batchSize, shards: shards).seconds * Double(workers))
    }

    private func simulate(
        _ work: SimulatedStepWork, _ team: inout PhaseSimulation, at start: Double
    ) -> (gradients: Double, update: Double, end: Double) {
        var gradients = GradientPhase(work)
        let begin = start + work.serialSeconds
        let middle = team.run(&gradients, at: begin)
        var end = middle
        for pass in (0..<costs.updatePasses).reversed() {
            var blocks = BlockPhase(work: work, hasCompanion: pass == 0)
            end = team.run(&blocks, at: end)
        }
        return (middle - begin, end - middle, end)
    }
}

/// Shards and pairs of shards, and the folding of finished siblings: `GradientReducer` without gradients.
private struct GradientPhase: SimulatedPhase {
    let work: SimulatedStepWork
    /// Where the sum that an item has become stands in the tree.
    private var places: [(level: Int, node: Int)]
    /// Whether a sum is finished and waits for its sibling, for each level and node.
    private var waiting: [[Bool]]
    private let counts: [Int]

    init(_ work: SimulatedStepWork) {
        self.work = work
        let shape = work.shape
        places = (0..<shape.items).map { $0 < shape.pairs ? (1, $0) : (0, $0 + shape.pairs) }
        counts = (0...shape.foldLevels).reduce(into: [Int]()) { counts, _ in
            counts.append(counts.last.map { ($0 + 1) / 2 } ?? shape.shards)
        }
        waiting = counts.map { Array(repeating: false, count: $0) }
    }

    var itemCount: Int { work.shape.items }

    mutating func begin(item: Int) -> SimulatedWork {
        guard item < work.shape.pairs else { return work.gradients(shard: item + work.shape.pairs) }
        let (first, second) = (work.gradients(shard: 2 * item), work.gradients(shard: 2 * item + 1))
        return SimulatedWork(seconds: first.seconds + second.seconds, bytes: first.bytes + second.bytes)
    }

    mutating func proceed(item: Int) -> SimulatedWork? {
        while places[item].level < work.shape.foldLevels {
            let (level, node) = places[item]
            let sibling = node ^ 1
            if sibling < counts[level], !waiting[level][sibling] {
                waiting[level][node] = true
                return nil
            }
            places[item] = (level + 1, node / 2)
            if sibling < counts[level] { return work.fold }
        }
        return nil
    }
}

/// The blocks of the parameters, after the preparation of the next batch.
private struct BlockPhase: SimulatedPhase {
    let work: SimulatedStepWork
    let hasCompanion: Bool

    var itemCount: Int { work.costs.blocks.count + (hasCompanion ? 1 : 0) }

    func begin(item: Int) -> SimulatedWork {
        guard hasCompanion else { return work.update(block: item) }
        return item == 0 ? work.fill : work.update(block: item - 1)
    }

    func proceed(item: Int) -> SimulatedWork? { nil }
}
