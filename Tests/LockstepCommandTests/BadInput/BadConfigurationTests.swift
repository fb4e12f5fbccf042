import XCTest

/// Configurations that make no sense: each error names the field and, for a misspelled name, the nearest valid one.
final class BadConfigurationTests: CommandTestCase {
    private func train(_ yaml: String) throws -> Outcome {
        try write(yaml, to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--run", "run")
        XCTAssertEqual(try files(), ["config.yaml"], "something was left behind")
        return outcome
    }

    /// `small` with one line replaced.
    private func small(_ line: String, _ replacement: String) throws -> String {
        XCTAssertTrue(Self.small.contains(line))
        return Self.small.replacingOccurrences(of: line, with: replacement)
    }

    func testMissingFile() throws {
        assertFails(try lockstep("train", "none.yaml"), "none.yaml", "no such file")
        XCTAssertEqual(try files(), [])
    }

    func testNotYAML() throws {
        assertFails(try train("network: [linear"), "config.yaml", "YAML")
    }

    func testUnknownKey() throws {
        assertFails(
            try train(small("batchSize", "batchSise")), "config.yaml", "unknown key 'batchSise'",
            "did you mean 'batchSize'?")
    }

    func testUnknownLayer() throws {
        assertFails(
            try train(small("{linear: 8}", "{liner: 8}")), "config.yaml", "network[1]", "unknown layer 'liner'",
            "did you mean 'linear'?")
    }

    func testUnknownKeyOfALayer() throws {
        assertFails(
            try train(small("{linear: 8}", "{linear: {outptus: 8}}")), "network[1].linear", "did you mean 'outputs'?")
    }

    func testUnknownOptimizerLossAndSchedule() throws {
        assertFails(try train(small("adamW", "adamWW")), "optimizer", "did you mean 'adamW'?")
        assertFails(try train(small("cosine", "cosin")), "schedule", "did you mean 'cosine'?")
        assertFails(try train(small("epochs: 3", "loss: crossEntropie")), "loss", "did you mean 'crossEntropy'?")
    }

    func testMissingNetwork() throws {
        assertFails(try train("dataset: data.h5\n"), "config.yaml", "'network' is missing")
    }

    func testAValueOfAnotherKind() throws {
        assertFails(try train(small("batchSize: 15", "batchSize: many")), "batchSize", "a whole number")
    }

    func testBatchOfZero() throws {
        assertFails(
            try train(small("batchSize: 15", "batchSize: 0")), "config.yaml: batchSize", "at least 1", "found 0")
    }

    func testMoreShardsThanSamplesInABatch() throws {
        assertFails(try train(small("shards: 4", "shards: 16")), "shards", "batch size of 15", "found 16")
    }

    func testLearningRateOfZero() throws {
        assertFails(
            try train(small("learningRate: 0.01", "learningRate: 0")), "optimizer.adamW.learningRate", "positive")
    }

    func testOutputsThatDoNotFitTheClasses() throws {
        assertFails(
            try train(small("{linear: 3}", "{linear: 4}")), "crossEntropy", "[3], one logit a class", "[4]")
    }

    func testAResidualThatChangesTheShape() throws {
        assertFails(
            try train(small("{dropout: 0.2}", "{residual: [{linear: 5}]}")), "residual1", "[8]", "[5]")
    }

    func testAnInputThatIsNotFlattened() throws {
        assertFails(try train(small("flatten, ", "")), "[3], one logit a class", "[6, 3]")
    }

    func testEarlyStoppingWithoutAValidationSplit() throws {
        assertFails(
            try train(small("validation: 20, ", "") + "\nearlyStopping: {patience: 2}"), "earlyStopping",
            "validation split", "validationFraction")
    }

    func testAnInstructionSetThatIsNotThere() throws {
        try write(Self.small, to: "config.yaml")
        let outcome = try lockstep(
            "train", "config.yaml", "--run", "run", environment: ["LOCKSTEP_INSTRUCTION_SET": "mmx"])
        assertFails(outcome, "LOCKSTEP_INSTRUCTION_SET=mmx", "portable")
        XCTAssertEqual(try files(), ["config.yaml"])
    }

    func testALossThatStopsBeingANumberNamesStepAndLayerAndLeavesAGoodCheckpoint() throws {
        try write(
            small("{adamW: {learningRate: 0.01}}", "{sgd: {learningRate: 1.0e+30}}")
                .replacingOccurrences(of: "schedule: {cosine: {warmupSteps: 3}}\n", with: ""), to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--run", "run", "--quiet")

        assertFails(outcome, "step ", "linear", "learning rate")
        XCTAssertEqual(try lockstep("fingerprint", newestCheckpoint(of: "run")).status, 0)
    }

    func testWhatNoMachineHasMemoryForIsRefused() throws {
        let data = "dataset: {synthetic: {inputs: [4, 2], classes: 3, samples: 30}}\n"
        try write(data + "network: [flatten, {linear: 20000000000}, {linear: 3}]\n", to: "wide.yaml")
        assertFails(
            try lockstep("train", "wide.yaml", "--run", "run"), "too little memory", "of this machine",
            "layer linear1")
        let wide = "dataset: {synthetic: {inputs: [100000], classes: 3, samples: 9000000}}\n"
        try write(wide + "network: [{linear: 3}]\n", to: "large.yaml")
        assertFails(
            try lockstep("train", "large.yaml", "--run", "run"), "of memory that there is for data",
            "fewer or smaller")
        XCTAssertEqual(try files(), ["large.yaml", "wide.yaml"])
    }
}
