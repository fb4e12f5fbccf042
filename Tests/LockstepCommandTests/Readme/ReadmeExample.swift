import Lockstep

/// The README's example, which a test compares with this one, and runs.
func readmeExample() throws {
    let configuration = Configuration(
        dataset: .file("datasets/digits.h5"),
        network: Network {
            Flatten()
            Linear(128)
            ReLU()
            Dropout(0.2)
            Linear(10)
        },
        optimizer: .adamW(.init(learningRate: 0.003, weightDecay: 0.01)),
        schedule: Schedule(.cosine(minimum: 0, decaySteps: nil), warmupSteps: 20),
        batchSize: 64, shards: 4, epochs: 10)

    let run = try TrainingRun(configuration, directory: "runs/mine", workers: .exactly(2))
    _ = try run.train(steps: 50)  // inside the third epoch

    let resumed = try TrainingRun(resuming: "runs/mine", workers: .exactly(3))
    let outcome = try resumed.train()
    print(try resumed.evaluate(.test).accuracy ?? 0)

    let model = try TrainedModel(outcome.checkpoint)
    print(model.checkpoint.fingerprint)  // the same for any workers and stops
    try model.predict(split: .test, output: "predictions.h5")
}
