import Foundation
import ImageWriting
import XCTest

/// Too little memory is called so: never damage, never a trap, and no file that is half made.
final class LittleMemoryTests: CommandTestCase {
    /// Runs a command under limits of address space from that which the program hardly starts in to what is enough.
    ///
    /// - Parameters:
    ///   - command: it may write `new`, `new.h5` and `new.json`.
    ///   - before: a line of shell that goes before each time.
    private func assertWorksOrSaysThatMemoryIsShort(_ command: String, before: String = "true") throws {
        let files = try files()
        let least = try leastMemory()
        var isWorking = false
        for limit in [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 6000].map({ least + $0 << 10 }) {
            let line = "\(before) && (ulimit -v \(limit); timeout -s KILL 100 $lockstep \(command))"
            let outcome = try shell(line)
            let text = outcome.output + outcome.errors
            let message = "\(command) in \(limit): \(outcome.status) \(text)"
            isWorking = outcome.status == 0
            XCTAssertTrue([0, 1].contains(outcome.status), message)
            XCTAssertFalse(text.contains("damaged"), message)
            if !isWorking {
                XCTAssertTrue(text.contains("memory"), message)
                // What is wrong with files is a result of `verify`.
                let last = text.split(separator: "\n").last ?? ""
                XCTAssertTrue(last.hasPrefix("lockstep: ") || last.contains(".h5: "), message)
                // A run that began has its directory, perhaps without a checkpoint; a trace is whole at any time.
                let kept = command.hasPrefix("train") || command.hasPrefix("resume") ? ["new", "new.json"] : []
                XCTAssertEqual(try self.files().filter { !(files + kept).contains($0) }, [], message)
            }
            let names = FileManager.default.subpaths(atPath: directory) ?? []
            XCTAssertEqual(names.filter { $0.hasSuffix(".tmp") }, [], message)
            for name in try self.files() where !files.contains(name) {
                try? FileManager.default.removeItem(atPath: path(name))
            }
        }
        XCTAssertTrue(isWorking, command)
    }

    /// KiB of address space in which the program starts, within one part in a hundred.
    private func leastMemory() throws -> Int {
        if let least { return least }
        var (short, enough) = (10_000, 1_000_000)
        while enough - short > enough / 100 {
            let limit = (short + enough) / 2
            // What the dynamic loader says is not ours.
            if try shell("(ulimit -v \(limit); $lockstep --version) > /dev/null 2>&1 || exit 1").status == 0 {
                enough = limit
            } else {
                short = limit
            }
        }
        least = enough
        return enough
    }

    private var least: Int?

    func testUnderEveryLimitTrainingWorksOrSaysThatMemoryIsShort() throws {
        try TestData.write(path("data.h5"), rows: ["train": 30_000, "test": 1000], features: [1000])
        try write(
            "dataset: data.h5\nnetwork: [{linear: 64}, relu, {linear: 3}]\nbatchSize: 100\nepochs: 1\n", to: "run.yaml")
        XCTAssertEqual(try lockstep("train", "run.yaml", "--run", "run", "--quiet", "--steps", "5").status, 0)
        try assertWorksOrSaysThatMemoryIsShort("train run.yaml --run new --quiet --steps 2 --trace new.json")
        try assertWorksOrSaysThatMemoryIsShort("resume new --quiet --steps 6", before: "rm -rf new && cp -r run new")
        try assertWorksOrSaysThatMemoryIsShort("find-learning-rate run.yaml")
    }

    func testUnderEveryLimitReadingWorksOrSaysThatMemoryIsShort() throws {
        try TestData.write(path("data.h5"), rows: ["train": 30_000, "test": 1000], features: [1000])
        try write("dataset: data.h5\nnetwork: [{linear: 64}, relu, {linear: 3}]\nbatchSize: 100\n", to: "run.yaml")
        for (name, steps) in [("run", "5"), ("other", "3")] {
            let outcome = try lockstep("train", "run.yaml", "--run", name, "--quiet", "--epochs", "1", "--steps", steps)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
        }
        let checkpoint = "run/checkpoints/step-00000005.h5"
        for command in [
            "verify run data.h5", "evaluate \(checkpoint)", "predict \(checkpoint) --dataset data.h5 --output new.h5",
            "inspect data.h5", "diff run other",
        ] {
            try assertWorksOrSaysThatMemoryIsShort(command)
        }
    }

    func testUnderEveryLimitImportingWorksOrSaysThatMemoryIsShort() throws {
        try TestData.write(path("data.h5"), rows: ["train": 30_000, "test": 1000], features: [1000])
        let line = (0..<50).map { "0.\($0)25" }.joined(separator: ",")
        let header = (0..<50).map { "c\($0)" }.joined(separator: ",") + ",class\n"
        try write(header + (0..<20_000).map { "\(line),k\($0 % 3)\n" }.joined(), to: "table.csv")
        for name in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: path("photos/\(name)"), withIntermediateDirectories: true)
            for number in 0..<4 {
                let image = TestPNG(width: 900, height: 700, gray: number * 30).bytes
                try Data(image).write(to: URL(fileURLWithPath: path("photos/\(name)/\(number).png")))
            }
        }
        for command in [
            "convert data.h5 --output new.h5 --compress 1", "import csv table.csv --target class --output new.h5",
            "import images photos --size 32 --output new.h5",
        ] {
            try assertWorksOrSaysThatMemoryIsShort(command)
        }
    }

    func testActivationsThatExceedMemoryAreAnErrorAndNoTrap() throws {
        try TestData.write(path("data.h5"), features: [64, 64, 1])
        try write(
            """
            dataset: data.h5
            network: [{upsample: 64}, {convolution: {filters: 512, kernel: 3, padding: 1}}, globalAveragePool, {linear: 3}]
            batchSize: 30
            epochs: 1
            """, to: "large.yaml")
        let outcome = try lockstep("train", "large.yaml", "--run", "large", "--quiet")
        assertFails(outcome, "memory")
        XCTAssertEqual(try files().filter { $0.contains("large") }, ["large.yaml"])
    }
}
