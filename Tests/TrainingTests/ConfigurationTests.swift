import Lockstep
import Training
import XCTest

final class ConfigurationTests: XCTestCase {
    private let yaml = """
        dataset: datasets/fashion-mnist.h5
        network:
          - flatten
          - linear: 512
          - relu
          - dropout: 0.2
          - linear: 10
        loss: crossEntropy
        optimizer: {adamW: {learningRate: 0.001, weightDecay: 0.01}}
        schedule: {cosine: {warmupSteps: 100}}
        batchSize: 256
        shards: 8
        epochs: 15
        seed: 1
        """

    private func error(_ yaml: String) -> String {
        do {
            try Configuration(yaml: yaml, path: "test.yaml").check()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    func testTheExampleMeansWhatItSays() throws {
        let configuration = try Configuration(yaml: yaml, path: "test.yaml")
        let expected = Configuration(
            dataset: .file("datasets/fashion-mnist.h5"),
            network: Network {
                Flatten()
                Linear(512)
                ReLU()
                Dropout(0.2)
                Linear(10)
            },
            loss: .crossEntropy(), optimizer: .adamW(.init(learningRate: 0.001, weightDecay: 0.01)),
            schedule: Schedule(.cosine(minimum: 0, decaySteps: nil), warmupSteps: 100), batchSize: 256, shards: 8,
            epochs: 15, seed: 1)
        XCTAssertEqual(configuration, expected)
    }

    func testWhatIsWrittenReadsBackEqual() throws {
        let schedules: [Schedule] = [
            .constant, Schedule(warmupSteps: 5), Schedule(.step(everyEpochs: 3, factor: 0.5)),
            Schedule(.cosine(minimum: 1e-5, decaySteps: 90), warmupSteps: 10),
            Schedule(.linear(minimum: 0, decaySteps: nil)),
        ]
        let optimizers: [Optimizer] = [
            .sgd(.init(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4)), .adam(.init()),
            .adamW(.init(learningRate: 3e-4, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1)),
        ]
        for schedule in schedules {
            for optimizer in optimizers {
                var configuration = try Configuration(yaml: yaml, path: "test.yaml")
                configuration.schedule = schedule
                configuration.optimizer = optimizer
                configuration.clipNorm = 1
                configuration.monitor = .accuracy
                configuration.earlyStopping = EarlyStopping(patience: 3, minimumImprovement: 0.001)
                configuration.checkpointEvery = 10
                configuration.seed = .max
                XCTAssertEqual(try Configuration(yaml: configuration.yaml(), path: "test.yaml"), configuration)
            }
        }
    }

    func testDefaultsAreFilledIn() throws {
        let short = try Configuration(yaml: "{dataset: a.h5, network: [{linear: 2}]}", path: "test.yaml")
        XCTAssertNil(short.shards)
        XCTAssertEqual(short.resolved.shards, 2)
        XCTAssertEqual(short.optimizer, .adam(.init()))
        XCTAssertEqual(
            try Configuration(yaml: "{dataset: a.h5, network: [], optimizer: adamW}", path: "").optimizer,
            .adamW(.init(weightDecay: 0.01)))
    }

    func testUnknownNamesSuggestTheNearest() {
        XCTAssertTrue(
            error(yaml.replacingOccurrences(of: "batchSize", with: "batchsize")).contains("did you mean 'batchSize'?"))
        XCTAssertTrue(error(yaml.replacingOccurrences(of: "- relu", with: "- rellu")).contains("did you mean 'relu'?"))
        XCTAssertTrue(error(yaml.replacingOccurrences(of: "weightDecay", with: "weightdecay")).contains("weightDecay"))
        XCTAssertTrue(error(yaml.replacingOccurrences(of: "- relu", with: "- rellu")).contains("network[2]"))
    }

    func testValuesOutOfRangeAreNamed() {
        func expect(_ old: String, _ new: String, _ words: String) {
            let found = error(yaml.replacingOccurrences(of: old, with: new))
            XCTAssertTrue(found.contains(words), "\(new): \(found)")
        }
        expect("batchSize: 256", "batchSize: 0", "batchSize: expected at least 1, found 0")
        expect("shards: 8", "shards: 257", "shards: expected at most the batch size of 256")
        expect("epochs: 15", "epochs: 0", "epochs: expected at least 1, found 0")
        expect("learningRate: 0.001", "learningRate: -1", "optimizer.adamW.learningRate: expected a positive number")
        expect("warmupSteps: 100", "warmupSteps: -1", "schedule.cosine.warmupSteps: expected 0 or more")
        expect("seed: 1", "clipNorm: 0", "clipNorm: expected a positive number")
    }

    func testTextThatIsNoYAMLNamesTheFile() {
        XCTAssertTrue(error("network: [").contains("test.yaml"))
        XCTAssertThrowsError(try Configuration(contentsOf: "/nowhere/c.yaml")) { error in
            XCTAssertTrue("\(error)".contains("/nowhere/c.yaml: no such file"), "\(error)")
        }
    }

    func testNumbersAreWrittenAsPeopleDoAndReadBackWithTheSameBits() throws {
        for number in [0.2, 1.0 / 3, 1e-8, 0.1 + 0.2, 123_456.789, 2.5e-300] {
            let configuration = Configuration(
                dataset: .file("data.h5"), network: Network { Linear(3) },
                optimizer: .sgd(.init(learningRate: number)))
            let text = try configuration.yaml()
            XCTAssertTrue(text.contains("learningRate: \(number)\n"), text)
            XCTAssertEqual(try Configuration(yaml: text, path: "test.yaml"), configuration)
        }
    }
}
