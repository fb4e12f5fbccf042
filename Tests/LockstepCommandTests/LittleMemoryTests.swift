import Foundation
import XCTest

/// Too little memory is called so: never damage, never a trap, and no file that is half made.
final class LittleMemoryTests: CommandTestCase {
    /// Under limits of address space from what hardly starts to what is enough.
    func testUnderEveryLimitACommandWorksOrSaysThatMemoryIsShort() throws {
        try TestData.write(path("data.h5"), rows: ["train": 30_000, "test": 1000], features: [1000])
        try write(
            "dataset: data.h5\nnetwork: [{linear: 64}, relu, {linear: 3}]\nbatchSize: 100\nepochs: 1\n", to: "run.yaml")
        XCTAssertEqual(try lockstep("train", "run.yaml", "--run", "run", "--quiet", "--steps", "5").status, 0)
        let commands = [
            "train run.yaml --run new --quiet --steps 2", "verify run data.h5",
            "evaluate run/checkpoints/step-00000005.h5",
            "inspect data.h5", "convert data.h5 --output new.h5 --compress 1",
            "resume run --quiet --steps 6",
        ]
        for command in commands {
            for limit in [200_000, 300_000, 500_000, 800_000, 3_000_000] {
                let outcome = try shell("ulimit -v \(limit); $lockstep \(command)")
                let text = outcome.output + outcome.errors
                XCTAssertTrue([0, 1].contains(outcome.status), "\(command) in \(limit): \(outcome.status) \(text)")
                XCTAssertFalse(text.contains("damaged"), "\(command) in \(limit): \(text)")
                if outcome.status == 1 {
                    XCTAssertTrue(text.contains("memory"), "\(command) in \(limit): \(text)")
                }
                for name in ["new", "new.h5"] { try? FileManager.default.removeItem(atPath: path(name)) }
            }
            XCTAssertEqual(try shell("ulimit -v 6000000; $lockstep \(command)").status, 0, command)
            for name in ["new", "new.h5"] { try? FileManager.default.removeItem(atPath: path(name)) }
        }
        XCTAssertEqual(try files(in: "run/checkpoints").filter { $0.contains("damaged") }, [])
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
