import Kernels
import Networks
import Workers

/// Where the time of some steps went, from what a recorder heard.
struct StepProfile {
    private let network: CompiledNetwork
    private let workers: Int
    private let times: PhaseTimes
    /// How many steps were recorded, and rows in them.
    private(set) var steps = 0
    private(set) var rows = 0
    /// Seconds they took.
    private var duration = 0.0

    init(network: CompiledNetwork, workers: Int) {
        self.network = network
        self.workers = workers
        times = PhaseTimes(operations: network.trainingPlan.operations.count, workers: workers)
    }

    /// Adds a step, or some.
    mutating func add(_ recorded: PhaseTimes, steps: Int = 1, rows: Int, seconds: Double) {
        times.add(recorded)
        self.steps += steps
        self.rows += rows
        duration += seconds
    }

    var phases: StepMeasurement.Phases {
        func share(_ stage: StepPhase) -> Double { self.share(times.seconds(stage)) }
        let recorded = StepPhase.allCases.reduce(0) { $0 + share($1) }
        return StepMeasurement.Phases(
            data: share(.data), forward: share(.forward), backward: share(.backward),
            reduceAndUpdate: share(.reduceAndUpdate), waiting: max(0, 1 - recorded))
    }

    /// Where each worker's time goes, in shares of the duration that add up to 1.
    var workerPhases: [StepMeasurement.Phases] {
        (0..<workers).map { worker in
            func share(_ stage: StepPhase) -> Double { times.seconds(stage, worker: worker) / duration }
            let recorded = StepPhase.allCases.reduce(0) { $0 + share($1) }
            return StepMeasurement.Phases(
                data: share(.data), forward: share(.forward), backward: share(.backward),
                reduceAndUpdate: share(.reduceAndUpdate), waiting: max(0, 1 - recorded))
        }
    }

    /// Operations by the layer they belong to, in the order of the plan.
    var layers: [StepMeasurement.Layer] {
        let operations = network.trainingPlan.operations
        var indices: [(layer: String, operations: [Int])] = []
        for (index, operation) in operations.enumerated() {
            if let place = indices.firstIndex(where: { $0.layer == operation.layer }) {
                indices[place].operations.append(index)
            } else {
                indices.append((operation.layer, [index]))
            }
        }
        return indices.map { layer, operations in measurement(of: layer, operations) }
    }

    private func measurement(of layer: String, _ operations: [Int]) -> StepMeasurement.Layer {
        func seconds(_ stage: StepPhase) -> Double {
            operations.reduce(0) { $0 + times.seconds(stage, operation: $1) }
        }
        func gflops(_ flopsPerRow: Int, _ seconds: Double) -> Double? {
            guard flopsPerRow > 0, seconds > 0 else { return nil }
            return Double(flopsPerRow) * Double(rows) * Double(workers) / seconds / 1e9
        }
        let flops = operations.map { network.flopsPerRow(operation: $0) }
        let (forward, backward) = (seconds(.forward), seconds(.backward))
        return StepMeasurement.Layer(
            layer: layer, forwardMilliseconds: milliseconds(forward), backwardMilliseconds: milliseconds(backward),
            forwardGflops: gflops(flops.reduce(0) { $0 + $1.forward }, forward),
            backwardGflops: gflops(flops.reduce(0) { $0 + $1.backward }, backward), share: share(forward + backward))
    }

    private func share(_ seconds: Double) -> Double { seconds / (Double(workers) * duration) }

    /// A step's part of the seconds of all workers.
    private func milliseconds(_ seconds: Double) -> Double { 1e3 * seconds / Double(workers * steps) }
}
