import Training
import XCTest

final class UsageTests: CommandTestCase {
    func testHelpListsEveryCommand() throws {
        let outcome = try lockstep("--help")
        XCTAssertEqual(outcome.status, 0)
        let commands = [
            "train", "resume", "evaluate", "predict", "fingerprint", "diff", "inspect", "preview", "convert", "import",
            "benchmark",
        ]
        for command in commands {
            XCTAssertTrue(outcome.lines.contains { $0.hasPrefix("  \(command) ") }, "\(command): \(outcome.output)")
        }
        XCTAssertEqual(try lockstep().output, outcome.output)
    }

    func testEveryCommandHasHelpWithItsFlags() throws {
        let flags = [
            ["train"]: [
                "<config.yaml>", "--dataset <file>", "--run <dir>", "--epochs <n>", "--steps <n>", "--batch-size <n>",
                "--shards <n>", "--workers <n|auto>", "--seed <n>", "--checkpoint-every <steps>", "--quiet",
            ],
            ["resume"]: ["<run>", "--workers <n|auto>", "--epochs <n>", "--steps <n>"],
            ["evaluate"]: ["<checkpoint>", "--dataset <file>", "--split <split>", "train, validation, test", "--json"],
            ["predict"]: ["<checkpoint>", "--dataset <file>", "--output <file.h5>", "--split <split>"],
            ["fingerprint"]: ["<checkpoint>"],
            ["diff"]: ["<first>", "<second>"],
            ["inspect"]: ["<file>"],
            ["preview"]: ["<file>", "--output <sheet.png>", "--split <split>", "--samples <n>", "--epoch <n>"],
            ["convert"]: ["<input>", "--output <file.h5>", "--chunk <rows>", "--compress <level>", "--type <type>"],
            ["import"]: ["idx", "csv", "npz", "fashion-mnist", "cifar10", "images"],
            ["import", "images"]: [
                "<folder>", "--size <n|HxW>", "--color <gray|rgb>", "--skip-unreadable", "--output <file.h5>",
            ],
            ["benchmark"]: ["step", "scaling", "kernels"],
            ["benchmark", "scaling"]: [
                "<workload|config.yaml>", "--workers <n,n,...>", "--mode <mode>", "strong, weak", "--rounds <n>",
                "--seconds <s>", "--json <file>", "--report <file.html>", "--force",
            ],
            ["benchmark", "kernels"]: ["--seconds <s>", "--json"],
            ["benchmark", "step"]: [
                "<workload|config.yaml>", "--workers <n|auto>", "--seconds <s>", "--json", "--layers",
            ],
        ]
        for (command, expected) in flags {
            let outcome = try shell((["$lockstep"] + command + ["--help"]).joined(separator: " "))
            XCTAssertEqual(outcome.status, 0)
            for flag in expected where !outcome.output.contains(flag) {
                XCTFail("\(flag) is missing in: \(outcome.output)")
            }
        }
    }

    func testVersion() throws {
        XCTAssertEqual(try lockstep("--version").output, "\(lockstepVersion)\n")
    }

    func testWrongUsageIsStatus64() throws {
        let wrong = [
            ["trian"], ["--nonsense"], ["train", "--nonsense"], ["train", "a.yaml", "b.yaml"],
            ["train", "--epochs", "0"], ["train", "--steps", "-1"], ["train", "--batch-size", "0"],
            ["train", "--shards", "x"], ["train", "--shards", "9", "--batch-size", "8"],
            ["train", "--workers", "0"], ["train", "--workers", "many"], ["train", "--workers", "100000"],
            ["train", "--seed", "-1"], ["train", "--checkpoint-every", "0"], ["resume"],
            ["resume", "run", "--epochs", "0"], ["evaluate"], ["evaluate", "x.h5", "--split", "training"],
            ["predict", "x.h5"], ["predict", "x.h5", "--dataset", "y.h5"], ["fingerprint"], ["diff", "x.h5"],
            ["convert"], ["convert", "a.h5"], ["convert", "a.h5", "--output", "b.h5", "--compress", "10"],
            ["convert", "a.h5", "--output", "b.h5", "--chunk", "0"],
            ["convert", "a.h5", "--output", "b.h5", "--type", "int4"], ["train", "--data-memory", "0"],
            ["train", "--data-memory", "512MB"], ["train", "--loading-threads", "0"],
            ["resume", "run", "--loading-threads", "1000"], ["evaluate", "x.h5", "--data-memory", "-1GiB"],
            ["inspect"], ["preview", "a.h5"], ["preview", "a.h5", "-o", "b.png", "--samples", "0"],
            ["preview", "a.h5", "-o", "b.png", "--epoch", "1"], ["preview", "a.yaml", "-o", "b.png", "--epoch", "-1"],
            ["import", "nonsense"], ["benchmark", "nonsense"], ["benchmark", "step", "--seconds", "0"],
            ["benchmark", "step", "--seconds", "-1"], ["benchmark", "step", "--seconds", "nan"],
            ["benchmark", "step", "--workers", "0"], ["benchmark", "step", "mpl-128"],
            ["benchmark", "scaling", "--workers", "0"], ["benchmark", "scaling", "--workers", "1,1"],
            ["benchmark", "scaling", "--workers", "1,,2"], ["benchmark", "scaling", "--workers", "1,100000"],
            ["benchmark", "scaling", "--workers", "auto"], ["benchmark", "scaling", "--rounds", "0"],
            ["benchmark", "scaling", "--rounds", "1001"], ["benchmark", "scaling", "--mode", "loose"],
            ["benchmark", "scaling", "mlp-128", "mlp-4096"], ["benchmark", "scaling", "mpl-128"],
            ["benchmark", "scaling", "--seconds", "inf"],
            ["benchmark", "kernels", "--seconds", "0"], ["benchmark", "kernels", "gemm"],
        ]
        for arguments in wrong {
            let outcome = try shell((["$lockstep"] + arguments).joined(separator: " "))
            assertFails(outcome, status: 64, "Usage: lockstep")
        }
        XCTAssertEqual(try files(), [])
    }

    func testAWrongNumberIsNamedWithWhatWasExpected() throws {
        assertFails(
            try lockstep("train", "--batch-size", "0"), status: 64, "--batch-size: expected at least 1, found 0")
        assertFails(
            try lockstep("train", "--workers", "none"), status: 64, "'none'", "--workers",
            "auto or a number in 1 ... 1024")
    }
}
