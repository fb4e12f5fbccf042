import ArgumentParser
import Foundation
import Lockstep

/// Times training steps of the workloads that Benchmarks/peers runs on PyTorch and JAX, one JSON line a workload.
@main
struct StepBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step-benchmark", abstract: "Times training steps of the peers' workloads.")

    @Argument(help: "Workloads: \(Workload.all.map(\.name).joined(separator: ", ")). All when none is given.")
    var workloads: [String] = []

    @Option(help: "Threads that compute.")
    var workers = 2

    @Option(help: "Seconds a workload.")
    var seconds = 5.0

    @Option(help: "Shards of a batch; the default follows from the batch size.")
    var shards: Int?

    @Option(help: "Rows in flight at once a worker.")
    var microBatch: Int?

    mutating func validate() throws {
        if let unknown = workloads.first(where: { name in !Workload.all.contains { $0.name == name } }) {
            throw ValidationError("unknown workload '\(unknown)'")
        }
    }

    func run() throws {
        let kernels = try selectKernels()
        for workload in Workload.all where workloads.isEmpty || workloads.contains(workload.name) {
            let trainer = try Trainer(
                workload.configuration(shards: shards),
                dataset: try Dataset.load(workload.dataset, relativeTo: nil), workers: .exactly(workers),
                microBatch: microBatch, kernels: kernels)
            let times = try trainer.stepTimes(seconds: seconds)
            let median = times.sorted()[times.count / 2]
            let flops = Double(trainer.model.network.flopsPerStep(rows: workload.batchSize))
            let fields = [
                "\"workload\": \"\(workload.name)\"", "\"instructionSet\": \"\(kernels.name)\"",
                "\"workers\": \(workers)", String(format: "\"best_ms\": %.4f", times.min()! * 1e3),
                String(format: "\"median_ms\": %.4f", median * 1e3),
                String(format: "\"gflops\": %.1f", flops / median / 1e9),
            ]
            print("{" + fields.joined(separator: ", ") + "}")
        }
    }
}

/// A network and a batch size, with random inputs.
struct Workload {
    let name: String
    let widths: [Int]
    let batchSize: Int

    static let all = [
        Workload(name: "mlp-128", widths: [784, 512, 256, 10], batchSize: 128),
        Workload(name: "mlp-4096", widths: [784, 512, 256, 10], batchSize: 4096),
        Workload(name: "wide-2048", widths: [784, 2048, 2048, 10], batchSize: 2048),
        Workload(name: "moons-100", widths: [2, 16, 16, 2], batchSize: 100),
    ]

    var dataset: DatasetDescription {
        .synthetic(inputs: [widths[0]], classes: widths.last!, samples: batchSize * 8)
    }

    func configuration(shards: Int?) -> Configuration {
        var layers: [any Layer] = []
        for width in widths.dropFirst() { layers += [Linear(width), ReLU()] }
        return Configuration(
            dataset: dataset, network: Network(layers.dropLast()),
            optimizer: .sgd(.init(learningRate: 0.01, momentum: 0.9)), batchSize: batchSize, shards: shards,
            epochs: 1_000_000)
    }
}
