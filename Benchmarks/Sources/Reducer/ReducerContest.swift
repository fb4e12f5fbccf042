import Benchmarking
import Datasets
import Gradients
import Kernels
import Networks
import Optimization
import Workers

/// Trains one workload with two reducers in turn: the same model, batches, kernels and workers, and the same update but
/// for where it gets its gradients from.
final class ReducerContest {
    let workload: Workload
    let team: WorkerTeam
    let shards: Int
    let batchSize: Int
    let kernels: any KernelTable.Type
    private let network: CompiledNetwork
    private let state: TrainingState
    private let batches: [PreparedBatch]
    private let treeOrder: Contestant
    private let anyOrder: Contestant

    /// One way to take a step.
    private struct Contestant {
        let computeGradients: (_ batch: PreparedBatch, _ step: Int) -> Double
        let updater: ParameterUpdater
    }

    /// Seconds of each step of a round.
    struct Round {
        var treeOrder: [Double] = []
        var anyOrder: [Double] = []
    }

    /// - Parameters:
    ///   - workload: a built-in one: of classes, trained by SGD with momentum.
    ///   - workers: nil for as many as there are cores and shards.
    init(_ workload: Workload, workers: Int?, kernels: any KernelTable.Type) throws {
        let configuration = workload.configuration.resolved
        guard let sgd = configuration.optimizer as? SGD, sgd.momentum > 0 else {
            preconditionFailure("\(workload.name) is not trained by SGD with momentum")
        }
        self.workload = workload
        self.kernels = kernels
        let (shards, batchSize, seed) = (configuration.shards!, configuration.batchSize, configuration.seed)
        self.shards = shards
        self.batchSize = batchSize
        let dataset = try Dataset.load(configuration.dataset, relativeTo: nil)
        let table = try dataset.table(.train)
        let order = SampleOrder(count: table.count, seed: seed, epoch: 0)
        batches = (0..<table.count / batchSize).map {
            PreparedBatch($0 * batchSize..<($0 + 1) * batchSize, of: order, table: table, kernels: kernels)
        }
        let network = try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(dataset.inputShape),
            targets: nil)
        let state = TrainingState(sgd, network: network, seed: seed, kernels: kernels)
        let team = WorkerTeam(workerCount: workers ?? min(UsableCores.count, shards))
        self.network = network
        self.state = state
        self.team = team

        let own = GradientEngine(
            network: network, model: state.model, batchSize: batchSize, shards: shards, seed: seed, team: team,
            kernels: kernels)
        let orderFree = OrderFreeEngine(
            network: network, model: state.model, batchSize: batchSize, shards: shards, seed: seed,
            microBatch: own.microBatch, team: team, kernels: kernels)
        func updater(_ source: any GradientSource) -> ParameterUpdater {
            ParameterUpdater(
                network: network, model: state.model, gradients: source, optimizer: state.optimizer, clipping: nil,
                team: team, kernels: kernels)
        }
        treeOrder = Contestant(
            computeGradients: { own.computeGradients(inputs: $0, targets: $0.targets, rows: $0.rows, step: $1) },
            updater: updater(own.reducer))
        anyOrder = Contestant(
            computeGradients: { orderFree.computeGradients(inputs: $0, targets: $0.targets, rows: $0.rows, step: $1) },
            updater: updater(orderFree))
    }

    /// The largest difference between what both make of one step from the same state, relative to the largest gradient
    /// of the same parameter tensor; infinite where a gradient is not finite. In a region of the team.
    ///
    /// Each has taken steps before, so what one of them left in its memory would show.
    func largestDifference() -> Double {
        func gradients(_ contestant: Contestant) -> [Float] {
            for step in 0..<3 { take(step, contestant) }
            state.restart()
            take(0, contestant)
            return Array(UnsafeBufferPointer(start: state.velocity.pointer, count: state.velocity.count))
        }
        let (ours, theirs) = (gradients(treeOrder), gradients(anyOrder))
        guard ours.allSatisfy(\.isFinite), theirs.allSatisfy(\.isFinite) else { return .infinity }
        return network.layout.parameters.map { parameter in
            let largest = parameter.range.reduce(0) { max($0, abs(ours[$1])) }
            let difference = parameter.range.reduce(0) { max($0, abs(ours[$1] - theirs[$1])) }
            return difference == 0 ? 0 : Double(difference / largest)
        }.max()!
    }

    /// Takes steps of the one, the other, the other, and the one, so that what changes steadily is in both alike. In a
    /// region of the team.
    func round(seconds: Double) -> Round {
        var round = Round()
        round.treeOrder += leg(treeOrder, seconds: seconds / 4)
        round.anyOrder += leg(anyOrder, seconds: seconds / 4)
        round.anyOrder += leg(anyOrder, seconds: seconds / 4)
        round.treeOrder += leg(treeOrder, seconds: seconds / 4)
        return round
    }

    /// Times steps for a while, one at least, after one that brings the contestant's memory back into the caches.
    private func leg(_ contestant: Contestant, seconds: Double) -> [Double] {
        let clock = ContinuousClock()
        take(0, contestant)
        var times: [Double] = []
        let start = clock.now
        repeat {
            times.append(clock.measure { take(times.count + 1, contestant) } / .seconds(1))
        } while start.duration(to: clock.now) < .seconds(seconds)
        return times
    }

    private func take(_ step: Int, _ contestant: Contestant) {
        let loss = contestant.computeGradients(batches[step % batches.count], step)
        precondition(loss.isFinite, "\(workload.name): the loss is \(loss)")
        contestant.updater.update()
    }
}
