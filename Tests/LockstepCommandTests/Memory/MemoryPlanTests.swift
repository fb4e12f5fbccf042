import Foundation
import TestSupport
import XCTest

/// The memory plan is what the program then takes.
final class MemoryPlanTests: CommandTestCase {
    /// What a command planned, and the most it had, in bytes.
    private struct Peak {
        let planned: Double
        let found: Double
        let lines: String
    }

    /// - Parameter arguments: of a command that ends well.
    private func peak(_ arguments: String) throws -> Peak {
        let script = """
            import resource, subprocess
            program = subprocess.run(sys.argv[1].split(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            assert program.returncode == 0, program.stderr
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            print(program.stderr)
            """
        let output = try python(script, "\(Self.program) \(arguments) --verbose")
        let lines = output.split(separator: "\n").map(String.init)
        let plan = try XCTUnwrap(lines.first { $0.hasPrefix("memory: ") }, output)
        return Peak(
            planned: try XCTUnwrap(Double(plan.split(separator: " ")[1])),
            found: try XCTUnwrap(Double(lines[0])) / 1024,
            lines: lines.filter { $0.hasPrefix("  ") || $0.hasPrefix("memory") }.joined(separator: "\n"))
    }

    private func assertAsPlanned(_ name: String, _ arguments: String) throws {
        let peak = try peak(arguments)
        let share = peak.found / peak.planned
        print("\(name): \(peak.found.rounded()) of \(peak.planned) MiB, \((share * 1000).rounded() / 1000)")
        // Sanitizers take several times as much.
        try XCTSkipIf(share > 2)
        XCTAssertTrue((0.85...1.05).contains(share), "\(name): \(share)\n\(peak.lines)")
    }

    private func assertTrainingAsPlanned(
        _ name: String, inputs: String = "[256]", samples: Int = 2_000, batchSize: Int = 256, _ network: String,
        _ more: String = "optimizer: {adam: {learningRate: 0.001}}", arguments: String = ""
    ) throws {
        try write(
            """
            dataset: {synthetic: {inputs: \(inputs), classes: 10, samples: \(samples), validation: 200, test: 100}}
            network: [\(network), {linear: 10}]
            batchSize: \(batchSize)
            epochs: 2
            \(more)

            """, to: "\(name).yaml")
        try assertAsPlanned(name, "train \(path("\(name).yaml")) --run \(path(name)) \(arguments)")
    }

    func testPerceptronsTakeWhatWasPlanned() throws {
        try assertTrainingAsPlanned("perceptron", "{linear: 1536}, relu, {linear: 1536}, gelu, {dropout: 0.1}")
        try assertAsPlanned("evaluate", "evaluate \(path("perceptron/checkpoints/best.h5"))")
        try assertAsPlanned("resume", "resume \(path("perceptron")) --epochs 3")
        try assertTrainingAsPlanned(
            "one-shard", "{linear: 1536}, relu, {linear: 1536}, relu",
            "optimizer: {sgd: {learningRate: 0.1}}\nshards: 1")
    }

    func testOptimizersTakeWhatWasPlanned() throws {
        let network = "{linear: 1024}, relu, {linear: 1536}, relu"
        try assertTrainingAsPlanned("lamb", network, "optimizer: {lamb: {learningRate: 0.001}}\nclipNorm: 1")
        try assertTrainingAsPlanned(
            "average", network, "optimizer: {sgd: {learningRate: 0.1, momentum: 0.9}}\nmovingAverage: {decay: 0.9}")
        try assertTrainingAsPlanned(
            "accumulation", batchSize: 1024, network, "optimizer: {adamW: {learningRate: 0.001}}\naccumulate: 4")
    }

    func testImagesTakeWhatWasPlanned() throws {
        try assertTrainingAsPlanned(
            "convolution", inputs: "[32, 32, 3]", samples: 512,
            "{convolution: {filters: 64, kernel: 3}}, batchNormalization, relu, {maxPool: 2}, "
                + "{convolution: {filters: 128, kernel: 3}}, relu, flatten")
        try assertTrainingAsPlanned(
            "residual", inputs: "[32, 32, 3]", samples: 256, batchSize: 128, "{resNet: 8}, flatten")
        try assertTrainingAsPlanned(
            "groups", inputs: "[32, 32, 3]", samples: 256, batchSize: 128,
            "{convolution: {filters: 32, kernel: 5}}, {groupNormalization: 4}, gelu, {upsample: 2}, {averagePool: 4}, "
                + "flatten")
    }

    func testDataTakeWhatWasPlanned() throws {
        try python(
            """
            import h5py, numpy
            x = numpy.random.default_rng(0).integers(0, 255, (40000, 2500), dtype=numpy.uint8)
            with h5py.File(sys.argv[1], "w") as file:
                file.create_dataset("x_train", data=x, chunks=(100, 2500), compression=1)
                file["y_train"] = numpy.arange(40000) % 10
                file.create_dataset("x_test", data=x[:20000], chunks=(100, 2500), compression=1)
                file["y_test"] = numpy.arange(20000) % 10
            """, path("data.h5"))
        try write(
            """
            dataset: data.h5
            network: [{linear: 64}, relu, {linear: 10}]
            batchSize: 500
            shuffle: {block: 100, window: 1000}
            epochs: 1

            """, to: "data.yaml")
        let train = "train \(path("data.yaml")) --dataset \(path("data.h5"))"
        try assertAsPlanned("in-memory", "\(train) --run \(path("memory"))")
        try assertAsPlanned("streamed", "\(train) --run \(path("streamed")) --data-memory 60MiB")
        let checkpoint = try path(newestCheckpoint(of: "streamed"))
        try assertAsPlanned(
            "predict", "predict \(checkpoint) --dataset \(path("data.h5")) --output \(path("predictions.h5"))")
        try assertAsPlanned("find", "find-learning-rate \(path("data.yaml")) --dataset \(path("data.h5")) --steps 20")
    }

    // MARK: Too much

    func testWhatDoesNotFitIsRefusedBeforeItIsAllocated() throws {
        for (network, largest) in [
            ("{upsample: 512}, globalAveragePool", "layer upsample1"),
            ("flatten, {linear: 3000000000}", "layer linear1"),
        ] {
            try write(
                """
                dataset: {synthetic: {inputs: [64, 64, 3], classes: 10, samples: 100}}
                network: [\(network), {linear: 10}]
                epochs: 1

                """, to: "config.yaml")
            for command in ["train config.yaml --run run", "find-learning-rate config.yaml", "verify config.yaml"] {
                let outcome = try shell("ulimit -v 8000000; $lockstep \(command) 2>&1")
                XCTAssertEqual(outcome.status, 1, outcome.output)
                XCTAssertTrue(outcome.output.contains(largest), outcome.output)
                XCTAssertFalse(outcome.output.contains("Fatal"), outcome.output)
            }
            XCTAssertFalse(FileManager.default.fileExists(atPath: path("run")))
        }
    }

    func testWhatAControlGroupLeavesDecides() throws {
        try write(
            """
            dataset: {synthetic: {inputs: [256], classes: 10, samples: 2000, validation: 200, test: 100}}
            network: [{linear: 1536}, relu, {linear: 1536}, relu, {linear: 10}]
            optimizer: {adam: {learningRate: 0.001}}
            batchSize: 256
            epochs: 2

            """, to: "config.yaml")
        let planned = try peak("train \(path("config.yaml")) --run \(path("free"))").planned
        for (share, isEnough) in [(0.95, true), (1.1, false)] {
            let limit = Int(planned / share * Double(1 << 20))
            let outcome = try inControlGroup(of: limit, "$lockstep train config.yaml --run run-\(isEnough) 2>&1")
            if isEnough {
                XCTAssertEqual(outcome.status, 0, outcome.output)
                // The same bits as in all of the machine's memory.
                let checkpoints = try ["free", "run-true"].map { path(try newestCheckpoint(of: $0)) }
                XCTAssertEqual(try lockstep(["diff"] + checkpoints).status, 0)
            } else {
                XCTAssertEqual(outcome.status, 1, outcome.output)
                XCTAssertTrue(outcome.output.contains("too little memory"), outcome.output)
                XCTAssertTrue(outcome.output.contains("of the control group"), outcome.output)
                XCTAssertTrue(outcome.output.contains("checkpoints, takes"), outcome.output)
                XCTAssertFalse(FileManager.default.fileExists(atPath: path("run-false")))
            }
        }
    }

    /// Runs a line of shell in a control group of its own with so many bytes of memory. Skips the test where this
    /// process may not make one.
    private func inControlGroup(of bytes: Int, _ line: String) throws -> Outcome {
        let script = """
            set -e
            version1=/sys/fs/cgroup/memory$(sed -n 's/.*:memory://p' /proc/self/cgroup)
            version2=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
            for group in $version1 $version2; do
                group=$group/lockstep-$$
                for file in memory.limit_in_bytes memory.max; do
                    if mkdir -p $group && [[ -w $group/$file ]] && echo \(bytes) > $group/$file; then
                        status=0
                        (echo $BASHPID > $group/cgroup.procs; \(line)) || status=$?
                        rmdir $group
                        exit $status
                    fi
                done
                rmdir $group
            done 2> /dev/null
            exit 99
            """
        let outcome = try shell(script)
        try XCTSkipIf(outcome.status == 99, "no control group to be made here")
        return outcome
    }
}
