import Networks
import Optimization
import XCTest

@testable import Training

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

    /// Every configuration that is there to be run can be: its keys, its network, its parameter groups.
    func testThoseOfTheBenchmarksAreGood() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../Benchmarks")
        let all = try XCTUnwrap(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        let files = all.compactMap { $0 as? URL }.filter {
            $0.pathExtension == "yaml" && !$0.path.contains("/.build")
        }
        XCTAssertGreaterThanOrEqual(files.count, 4)
        for file in files {
            let configuration = try Configuration(contentsOf: file.path)
            try configuration.check()
            let network = try CompiledNetwork(
                network: configuration.network, loss: configuration.loss, inputShape: [28, 28],
                targets: .classes(count: 10))
            _ = try configuration.parameterGroups.settings(of: network.layout, with: configuration.optimizer)
        }
    }

    func testWhatIsWrittenReadsBackEqual() throws {
        let schedules: [Schedule] = [
            .constant, Schedule(warmupSteps: 5), Schedule(.step(everyEpochs: 3, factor: 0.5)),
            Schedule(.cosine(minimum: 1e-5, decaySteps: 90), warmupSteps: 10),
            Schedule(.linear(minimum: 0, decaySteps: nil)), Schedule(warmupEpochs: 2, warmupStart: 0.25),
            Schedule(.polynomial(power: 1.5, minimum: 1e-4, decaySteps: 70)),
            Schedule(.oneCycle(rise: 0.2, startDivisor: 10, endDivisor: 100)),
            Schedule(
                .oneCycle(rise: 0.2, startDivisor: 10, endDivisor: 100, momentum: .init(base: 0.5, maximum: 0.75))),
        ]
        let optimizers: [any Optimizer] = [
            .sgd(.init(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4)), .adam(.init()),
            .adamW(.init(learningRate: 3e-4, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1)),
            .lars(.init(learningRate: 2, nesterov: true, trustCoefficient: 0.02)), .lamb(.init(weightDecay: 0.2)),
        ]
        for schedule in schedules {
            for optimizer in optimizers {
                var configuration = try Configuration(yaml: yaml, path: "test.yaml")
                configuration.schedule = schedule
                configuration.optimizer = optimizer
                configuration.clipNorm = 1
                configuration.accumulate = 4
                configuration.learningRateScaling = .squareRoot(baseBatchSize: 100)
                configuration.parameterGroups = [
                    ParameterGroup(["a*", "b"], learningRate: 0.1, weightDecay: 0), ParameterGroup(["c"], frozen: true),
                ]
                configuration.movingAverage = MovingAverage(decay: 0.99, warmup: false)
                configuration.noiseScaleEvery = 7
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
        XCTAssertEqual(short.optimizer as? Adam, Adam())
        XCTAssertEqual(
            try Configuration(yaml: "{dataset: a.h5, network: [], optimizer: adamW}", path: "").optimizer as? AdamW,
            AdamW(weightDecay: 0.01))
        XCTAssertEqual(
            try Configuration(yaml: "{dataset: a.h5, network: [], optimizer: lamb}", path: "").optimizer as? LAMB,
            LAMB(epsilon: 1e-6, weightDecay: 0.01))
        XCTAssertEqual(
            try Configuration(yaml: "{dataset: a.h5, network: [], movingAverage: 0.9}", path: "").movingAverage,
            MovingAverage(decay: 0.9))
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
        expect("seed: 1", "clipValue: -1", "clipValue: expected a positive number")
        expect(
            "seed: 1", "clipNorm: 1\nclipLayerNorm: 1", "clipLayerNorm: expected one way of clipping, found clipNorm")
        expect("seed: 1", "accumulate: 0", "accumulate: expected at least 1")
        expect("seed: 1", "accumulate: 9", "accumulate: expected at most the number of shards, 8")
        expect("seed: 1", "learningRateScaling: {linear: 0}", "learningRateScaling.linear: expected at least 1")
        expect("seed: 1", "learningRateScaling: linear", "'linear' needs a value")
        expect("seed: 1", "movingAverage: 1", "movingAverage.decay: expected a number above 0 and below 1")
        expect("seed: 1", "noiseScaleEvery: 0", "noiseScaleEvery: expected at least 1")
        expect("seed: 1", "parameterGroups: [{parameters: a}]", "parameterGroups[0]: expected learningRate")
        expect("seed: 1", "parameterGroups: [{parameters: []}]", "parameterGroups[0].parameters: expected a pattern")
        expect("seed: 1", "parameterGroups: [{parameters: a, learningRate: -1}]", "parameterGroups[0].learningRate")
        expect(
            "seed: 1", "parameterGroups: [{parameters: a, layerwise: true}]",
            "parameterGroups[0].layerwise: expected the optimizer lars or lamb, found adamW")
        expect("adamW: {learningRate: 0.001, weightDecay: 0.01}", "lars: {}", "the key 'learningRate' is missing")
        expect(
            "adamW: {learningRate: 0.001, weightDecay: 0.01}", "lars: {learningRate: 1, trustCoefficient: 0}",
            "optimizer.lars.trustCoefficient: expected a positive number")
        expect(
            "warmupSteps: 100", "warmupSteps: 100, warmupEpochs: 1", "warmupEpochs: expected no warmupSteps beside it")
        expect("warmupSteps: 100", "warmupEpochs: 1, warmupStart: 2", "warmupStart: expected a number in 0 ... 1")
        expect("cosine: {warmupSteps: 100}", "oneCycle: {warmupSteps: 1}", "unknown key 'warmupSteps'")
        expect("cosine: {warmupSteps: 100}", "oneCycle: {rise: 1}", "rise: expected a number above 0 and below 1")
        expect("cosine: {warmupSteps: 100}", "polynomial: {power: 0.3}", "power: expected a multiple of 0.5")
        expect("cosine: {warmupSteps: 100}", "step", "'step' needs a value")
        expect(
            "cosine: {warmupSteps: 100}", "oneCycle: {cycleMomentum: true, baseMomentum: 1}",
            "schedule.oneCycle.baseMomentum: expected a number in 0 ..< 1")
        expect(
            "cosine: {warmupSteps: 100}", "oneCycle: {cycleMomentum: true, maximumMomentum: 0.8}",
            "schedule.oneCycle.maximumMomentum: expected a number from the base, 0.85, to below 1, found 0.8")
        expect(
            "cosine: {warmupSteps: 100}", "oneCycle: {maximumMomentum: 0.9}",
            "'maximumMomentum' needs cycleMomentum: true beside it")
    }

    func testACycleOfMomentumNeedsAnOptimizerThatHasOne() throws {
        var configuration = try Configuration(yaml: yaml, path: "test.yaml")
        configuration.schedule = Schedule(
            .oneCycle(rise: 0.2, startDivisor: 10, endDivisor: 100, momentum: .init()))
        try configuration.check()
        configuration.optimizer = .sgd(.init(learningRate: 0.1))
        XCTAssertThrowsError(try configuration.check()) {
            XCTAssertEqual(
                "\($0)",
                "schedule.oneCycle.cycleMomentum: expected an optimizer with a momentum to vary, found sgd with none")
        }
    }

    func testNumbersThatAreNoneAsFloatsAreRefused() {
        func expect(_ optimizer: String, _ words: String) {
            let found = error(
                yaml.replacingOccurrences(of: "adamW: {learningRate: 0.001, weightDecay: 0.01}", with: optimizer))
            XCTAssertTrue(found.contains(words), "\(optimizer): \(found)")
        }
        let range = "expected a number that a Float holds"
        expect("adamW: {epsilon: 1e-60}", "optimizer.adamW.epsilon: \(range)")
        expect("adamW: {weightDecay: 1e39}", "optimizer.adamW.weightDecay: \(range)")
        expect("sgd: {learningRate: 1e-50}", "optimizer.sgd.learningRate: \(range)")
        expect("lars: {learningRate: 1, trustCoefficient: 1e300}", "optimizer.lars.trustCoefficient: \(range)")
        expect("adamW: {beta2: 0.99999999}", "optimizer.adamW.beta2: expected at most 0.9999999")
        expect("sgd: {learningRate: 1, momentum: 0.99999999}", "optimizer.sgd.momentum: expected at most 0.9999999")
        for (line, words) in [
            ("movingAverage: 0.99999999", "movingAverage.decay: expected at most 0.9999999"),
            ("clipValue: 1e-60", "clipValue: \(range)"),
            ("parameterGroups: [{parameters: a, learningRate: 1e300}]", "parameterGroups[0].learningRate: \(range)"),
        ] {
            let found = error(yaml.replacingOccurrences(of: "seed: 1", with: line))
            XCTAssertTrue(found.contains(words), "\(line): \(found)")
        }
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

    func testNumbersThatNoArithmeticHoldsAreRefused() {
        let most = "at most 1073741824, found 9223372036854775807"
        for field in ["epochs", "noiseScaleEvery", "checkpointEvery", "keepCheckpoints", "keepEvery"] {
            let text = yaml.replacingOccurrences(of: "epochs: 15\n", with: field == "epochs" ? "" : "epochs: 15\n")
            let found = error(text + "\n\(field): \(Int.max)")
            XCTAssertTrue(found.contains("\(field): expected \(most)"), found)
        }
        let warmup = error(yaml.replacingOccurrences(of: "warmupSteps: 100", with: "warmupEpochs: \(Int.max)"))
        XCTAssertTrue(warmup.contains("schedule.cosine.warmupEpochs: expected \(most)"), warmup)
        let minutes = error(yaml + "\ncheckpointMinutes: 1e300")
        XCTAssertTrue(minutes.contains("checkpointMinutes: expected a positive number, at most 1000000000"), minutes)
    }
}
