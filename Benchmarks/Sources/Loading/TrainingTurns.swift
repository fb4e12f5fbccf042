import Datasets
import Foundation
import Networks
import Training

/// A trainer that takes steps in turn with another one, so that both see the same clock and the same neighbors.
final class TrainingTurns {
    private let trainer: Trainer
    private var times: [Double] = []

    var isStreamed: Bool { trainer.dataset[.train]?.isStreamed == true }

    init(_ file: String, _ loading: LoadingOptions) throws {
        let configuration = Configuration(
            dataset: .file(file),
            network: Network {
                Flatten()
                Linear(512)
                ReLU()
                Linear(256)
                ReLU()
                Linear(10)
            },
            batchSize: 4096, epochs: 1000, shuffle: .blocks(block: 256, window: 16_384))
        let dataset = try Dataset.load(
            configuration.dataset, loading: loading,
            use: .training(shuffle: configuration.shuffle, batchSize: configuration.batchSize))
        trainer = try Trainer(configuration, dataset: dataset, kernels: try selectKernels())
    }

    func takeSteps(_ count: Int) throws {
        try trainer.team.region {
            for _ in 0..<count {
                let started = ContinuousClock.now
                _ = try trainer.step()
                times.append((ContinuousClock.now - started) / .seconds(1))
                if trainer.isEpochComplete { trainer.beginNextEpoch() }
            }
        }
    }

    var medianStep: Double { times.sorted()[times.count / 2] }
    var meanStep: Double { times.reduce(0, +) / Double(times.count) }
}

/// The most memory that this process has held at a time, in bytes.
var peakMemory: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1024
}
