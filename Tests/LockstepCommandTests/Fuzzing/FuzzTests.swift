import Foundation
import TestSupport
import XCTest

/// Damaged files of every format that the program reads. Each gets a result or a clear error, in bounded memory and
/// time, and never ends the program by a signal.
///
/// A few hundred files in every test; `make fuzz` goes on for minutes, with other files each time. What is found is
/// kept with the number that makes it again.
final class FuzzTests: CommandTestCase {
    /// Minutes for each reader; nil for a few hundred files.
    private static let minutes = Double(ProcessInfo.processInfo.environment["LOCKSTEP_FUZZ_MINUTES"] ?? "")
    /// Where the numbering of files begins.
    private static let first: UInt64 =
        ProcessInfo.processInfo.environment["LOCKSTEP_FUZZ_SEED"].flatMap { UInt64($0) }
        ?? (minutes == nil ? 1 : UInt64(Date.now.timeIntervalSince1970) << 24)
    private static let findings =
        ProcessInfo.processInfo.environment["LOCKSTEP_FUZZ_FINDINGS"]
        ?? FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-findings").path

    /// What the program says of a file on which the HDF5 library crashes, in the trial or after it.
    private static let crashes = ["the HDF5 library crashes on it", "the HDF5 library crashed while it read the file"]
    /// Bytes that the program may take for a file of a few thousand.
    private static let mostMemory = 1 << 30

    // MARK: Readers

    func testDataSets() throws {
        let seeds = try FuzzSeeds(directory: directory).datasets()
        try fuzz("dataset", seeds, suffix: ".h5", filesAtATime: 16) { ["verify"] + $0 }
        try fuzz("inspected", seeds, suffix: ".h5", share: 0.5) { ["inspect"] + $0 }
    }

    func testCheckpoints() throws {
        let run = try trainSmall(arguments: "--steps", "7")
        let seeds = try FuzzSeeds(directory: directory).checkpoints(of: path(run))
        try fuzz("checkpoint", seeds, suffix: ".h5", filesAtATime: 16) { ["verify"] + $0 }
        try fuzz("evaluated", seeds, suffix: ".h5", share: 0.2) { ["evaluate"] + $0 }
    }

    func testIDX() throws {
        let seeds = try FuzzSeeds(directory: directory).idx()
        let (labels, output) = (path("labels"), path("made.h5"))
        try fuzz("idx", seeds, suffix: "") { ["import", "idx"] + $0 + [labels, "--output", output, "--overwrite"] }
    }

    func testCSV() throws {
        let seeds = try FuzzSeeds(directory: directory).csv()
        let output = path("made.h5")
        try fuzz("csv", seeds, suffix: ".csv") { ["import", "csv"] + $0 + ["--output", output, "--overwrite"] }
    }

    func testNPYAndNPZ() throws {
        let all = try FuzzSeeds(directory: directory).npy()
        let (targets, output) = (path("y.npy"), path("made.h5"))
        try fuzz("npy", all.filter { $0.name.hasPrefix("npy") }, suffix: ".npy", share: 0.5) {
            ["import", "npz"] + $0 + [targets, "--output", output, "--overwrite"]
        }
        try fuzz("npz", all.filter { $0.name.hasPrefix("npz") }, suffix: ".npz", share: 0.5) {
            ["import", "npz"] + $0 + ["--output", output, "--overwrite"]
        }
    }

    func testCIFAR10() throws {
        let (seeds, output) = (FuzzSeeds.cifar10, path("made.h5"))
        try fuzz("cifar10", seeds.records, suffix: ".bin", share: 0.7) {
            ["import", "cifar10"] + $0 + ["--output", output, "--overwrite"]
        }
        // Names are looked for beside the records.
        let records = path("records.bin")
        try Data(seeds.records[0].bytes).write(to: URL(fileURLWithPath: records))
        try link("batches.meta.txt", to: path("fuzzed-0.txt"))
        try fuzz("names", seeds.names, suffix: ".txt", share: 0.3) { _ in
            ["import", "cifar10", records, "--output", output, "--overwrite"]
        }
    }

    func testImages() throws {
        try FileManager.default.createDirectory(atPath: path("photos/a"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: path("photos/b"), withIntermediateDirectories: true)
        try Data(FuzzSeeds.png[0].bytes).write(to: URL(fileURLWithPath: path("photos/a/good")))
        let (photos, output) = (path("photos"), path("made.h5"))
        for (name, seeds) in [("png", FuzzSeeds.png), ("jpeg", FuzzSeeds.jpeg)] {
            try? FileManager.default.removeItem(atPath: path("photos/b/image"))
            try link("photos/b/image", to: path("fuzzed-0.\(name)"))
            try fuzz(name, seeds, suffix: ".\(name)", share: 0.5) { _ in
                ["import", "images", photos, "--size", "24x9", "--color", "rgb", "-o", output, "--overwrite"]
            }
        }
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }

    func testConfigurations() throws {
        try TestData.write(path("data.h5"), rows: ["train": 24, "test": 6], features: [3, 3])
        let seeds = try FuzzSeeds(directory: directory).yaml(dataset: path("data.h5"))
        try fuzz("configuration", seeds, suffix: ".yaml", filesAtATime: 16, share: 0.5) { ["verify"] + $0 }
        let run = path("run")
        try fuzz("trained", seeds, suffix: ".yaml", share: 0.5) { files in
            try? FileManager.default.removeItem(atPath: run)
            return ["train"] + files + ["--steps", "1", "--quiet", "--run", run]
        }
    }

    // MARK: The loop

    /// Lets the program read damaged files until time is up.
    ///
    /// - Parameters:
    ///   - filesAtATime: how many it gets at once; each by itself if something is wrong with one of them.
    ///   - share: of the minutes, or of the files.
    ///   - command: arguments for some files.
    private func fuzz(
        _ reader: String, _ seeds: [FuzzSeed], suffix: String, filesAtATime: Int = 1, share: Double = 1,
        _ command: ([String]) -> [String]
    ) throws {
        let names = (0..<filesAtATime).map { path("fuzzed-\($0)\(suffix)") }
        let end = Self.minutes.map { ContinuousClock.now + .seconds($0 * 60 * share) }
        let most = Self.minutes == nil ? max(20, Int(Double(filesAtATime > 1 ? 400 : 60) * share)) : Int.max
        var number = Self.first
        var (files, findings, refused) = (0, 0, 0)
        var crashes = Self.crashes.map { _ in 0 }
        while files < most, end.map({ .now < $0 }) ?? true, findings < 50 {
            let numbers = (0..<filesAtATime).map { number + UInt64($0) }
            number += UInt64(filesAtATime)
            files += filesAtATime
            for (name, number) in zip(names, numbers) { try write(number, of: seeds, to: name) }
            let outcome = try limits(for: filesAtATime).run(Self.program, command(names))
            refused += outcome.status == 0 ? 0 : 1
            for (index, words) in Self.crashes.enumerated() {
                crashes[index] += outcome.text.components(separatedBy: words).count - 1
            }
            guard fault(in: outcome) != nil else { continue }
            for (name, number) in zip(names, numbers) {
                // Once more, alone: it may have been the machine.
                let outcome = try limits(for: 1).run(Self.program, command([name]))
                guard let fault = fault(in: outcome) else { continue }
                findings += 1
                XCTFail("\(reader) \(number): \(fault); kept as \(try keep(name, "\(reader)-\(number)\(suffix)"))")
            }
        }
        print(
            "\(reader): \(files) files, \(findings) findings; \(refused) runs ended with an error; the HDF5 library crashed "
                + "on \(crashes[0]) files in the trial and on \(crashes[1]) after it, which was reported")
        XCTAssertGreaterThan(refused, 0, "the damage reached the reader")
    }

    private func write(_ number: UInt64, of seeds: [FuzzSeed], to name: String) throws {
        var random = SeededGenerator(seed: number)
        let seed = seeds.randomElement(using: &random)!
        try Data(seed.mutated(with: seeds, &random)).write(to: URL(fileURLWithPath: name))
    }

    private func limits(for files: Int) -> LimitedProcess {
        LimitedProcess(processorSeconds: files == 1 ? 10 : 60, seconds: files == 1 ? 60 : 300)
    }

    /// What must not happen, or nil.
    private func fault(in outcome: LimitedProcess.Outcome) -> String? {
        if outcome.hasTimedOut { return "it hangs" }
        guard let status = outcome.status else {
            return outcome.signal == SIGXCPU
                ? "it takes too long" : "signal \(outcome.signal): \(outcome.text.suffix(300))"
        }
        if status != 0 && status != 1 { return "exit status \(status): \(outcome.text.suffix(300))" }
        if outcome.peakMemory > Self.mostMemory { return "it takes \(outcome.peakMemory >> 20) MiB of memory" }
        if outcome.processorSeconds > 10 { return "it takes \(outcome.processorSeconds) seconds" }
        return nil
    }

    /// Puts a file where it outlives the test. Returns its path.
    private func keep(_ path: String, _ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: Self.findings, withIntermediateDirectories: true)
        let kept = "\(Self.findings)/\(name)"
        try? FileManager.default.removeItem(atPath: kept)
        try FileManager.default.copyItem(atPath: path, toPath: kept)
        return kept
    }
}
