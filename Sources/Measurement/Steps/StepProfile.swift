import Kernels
import Networks
import Parallel

/// Where the time of some steps went, from what a recorder heard.
struct StepProfile {
    let network: CompiledNetwork
    let times: StageTimes
    let workers: Int
    /// How many steps were recorded, and rows in them.
    let steps: Int
    let rows: Int
    /// Seconds they took.
    let duration: Double

    var phases: StepMeasurement.Phases {
        func share(_ stage: Stage) -> Double { self.share(times.seconds(stage)) }
        let recorded = Stage.allCases.reduce(0) { $0 + share($1) }
        return StepMeasurement.Phases(
            data: share(.data), forward: share(.forward), backward: share(.backward),
            reduceAndUpdate: share(.reduceAndUpdate), waiting: max(0, 1 - recorded))
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
        func seconds(_ stage: Stage) -> Double {
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
