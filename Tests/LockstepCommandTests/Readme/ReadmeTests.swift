import Foundation
import Training
import XCTest

/// What the README says is true.
final class ReadmeTests: CommandTestCase {
    func testItsConfigurationsAreValid() throws {
        let blocks = try Readme().blocks("yaml")
        XCTAssertFalse(blocks.isEmpty)
        for block in blocks {
            let configuration = try Configuration(yaml: block, path: "README.md")
            XCTAssertNoThrow(try configuration.check())
        }
    }

    func testShippedConfigurationsAreValid() throws {
        for name in ["digits", "fashion-mnist"] {
            let path = "\(Self.sources)/datasets/\(name).yaml"
            XCTAssertNoThrow(try Configuration(contentsOf: path).check(), name)
        }
    }

    func testItsSwiftExampleIsTheOneThatIsCompiled() throws {
        let example = try String(
            contentsOfFile: Self.sources + "/Tests/LockstepCommandTests/Readme/ReadmeExample.swift", encoding: .utf8)
        let body = example.components(separatedBy: "func readmeExample() throws {\n")[1].components(separatedBy: "\n}")[
            0]
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("    ") ? $0.dropFirst(4) : $0 }
        XCTAssertEqual(try Readme().blocks("swift"), ["import Lockstep\n\n" + lines.joined(separator: "\n")])
    }

    func testItsSwiftExampleRuns() throws {
        let before = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(directory))
        defer { XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(before)) }
        try FileManager.default.createSymbolicLink(
            atPath: path("datasets"), withDestinationPath: Self.sources + "/datasets")
        try readmeExample()
        XCTAssertEqual(try files(), ["datasets", "predictions.h5", "runs"])
    }

    /// A configuration with a key that does not exist at some place; the error lists those that do.
    private static let places = [
        "key": "zzz: 1",
        "key of `linear`": "network: [{linear: {zzz: 1}}]",
        "key of `convolution`": "network: [{convolution: {zzz: 1}}]",
        "key of `maxPool`": "network: [{maxPool: {zzz: 1}}]",
        "key of `batchNormalization`": "network: [{batchNormalization: {zzz: 1}}]",
        "key of `groupNormalization`": "network: [{groupNormalization: {zzz: 1}}]",
        "key of `layerNormalization`": "network: [{layerNormalization: {zzz: 1}}]",
        "key of `leNet5`": "network: [{leNet5: {zzz: 1}}]",
        "key of `smallCNN`": "network: [{smallCNN: {zzz: 1}}]",
        "key of `resNet`": "network: [{resNet: {zzz: 1}}]",
        "key of `dropout`": "network: [{dropout: {zzz: 1}}]",
        "key of `concatenate`": "network: [{concatenate: {zzz: 1}}]",
        "key of `residual`": "network: [{residual: {zzz: 1}}]",
        "key of `crossEntropy`": "loss: {crossEntropy: {zzz: 1}}",
        "key of `huber`": "loss: {huber: {zzz: 1}}",
        "key of `sgd`": "optimizer: {sgd: {zzz: 1}}",
        "key of `adam`": "optimizer: {adam: {zzz: 1}}",
        "key of `adamW`": "optimizer: {adamW: {zzz: 1}}",
        "key of `lars`": "optimizer: {lars: {zzz: 1}}",
        "key of `lamb`": "optimizer: {lamb: {zzz: 1}}",
        "key of `parameterGroups`": "parameterGroups: [{zzz: 1}]",
        "key of `movingAverage`": "movingAverage: {zzz: 1}",
        "key of `constant`": "schedule: {constant: {zzz: 1}}",
        "key of `step`": "schedule: {step: {zzz: 1}}",
        "key of `cosine`": "schedule: {cosine: {zzz: 1}}",
        "key of `linear` (schedule)": "schedule: {linear: {zzz: 1}}",
        "key of `polynomial`": "schedule: {polynomial: {zzz: 1}}",
        "key of `oneCycle`": "schedule: {oneCycle: {zzz: 1}}",
        "key of `shuffle`": "shuffle: {zzz: 1}",
        "key of `augmentation`": "augmentation: {zzz: 1}",
        "key of `earlyStopping`": "earlyStopping: {zzz: 1}",
        "key of `dataset`": "dataset: {zzz: 1}",
        "layer": "network: [zzz]",
        "initializer": "network: [{linear: {outputs: 1, initializer: zzz}}]",
        "loss": "loss: zzz",
        "optimizer": "optimizer: zzz",
        "schedule": "schedule: zzz",
        "learningRateScaling": "learningRateScaling: zzz",
    ]

    func testItsTablesHaveEveryKeyAndNameThereIsAndNoOther() throws {
        let readme = try Readme()
        for (title, yaml) in Self.places {
            let table = try XCTUnwrap(readme.table(title), title)
            XCTAssertEqual(table.rows.keys.sorted(), try known(yaml).sorted(), title)
        }
        let documented = readme.tables.map(\.title).filter { $0.hasPrefix("key") }
        XCTAssertEqual(documented.filter { Self.places[$0] == nil }, [])
    }

    /// The keys or names that an error lists.
    private func known(_ yaml: String) throws -> [String] {
        var lines = [yaml]
        if !yaml.hasPrefix("dataset") { lines.append("dataset: data.h5") }
        if !yaml.hasPrefix("network") { lines.append("network: [{linear: 1}]") }
        do {
            _ = try Configuration(yaml: lines.joined(separator: "\n"), path: "test.yaml")
            XCTFail("no error for \(yaml)")
            return []
        } catch {
            for introduction in ["Known keys: ", "Choose from: "] {
                let parts = "\(error)".components(separatedBy: introduction)
                if parts.count == 2 { return parts[1].components(separatedBy: ", ") }
            }
            XCTFail("\(error)")
            return []
        }
    }

    func testTheDefaultsInItsTablesAreThoseOfTheProgram() throws {
        let readme = try Readme()
        let configurations = [
            "key": "",
            "key of `linear`": "network: [{linear: 1}]",
            "key of `convolution`": "network: [{convolution: {filters: 1, kernel: 1}}]",
            "key of `sgd`": "optimizer: {sgd: {learningRate: 1}}",
            "key of `adam`": "optimizer: adam",
            "key of `adamW`": "optimizer: adamW",
            "key of `step`": "schedule: {step: {everyEpochs: 1}}",
            "key of `cosine`": "schedule: cosine",
            "key of `linear` (schedule)": "schedule: {linear: {}}",
            "key of `huber`": "loss: huber",
            "key of `maxPool`": "network: [{maxPool: 2}]",
            "key of `dropout`": "network: [{dropout: 0.5}]",
            "key of `batchNormalization`": "network: [batchNormalization]",
            "key of `groupNormalization`": "network: [{groupNormalization: 2}]",
            "key of `layerNormalization`": "network: [layerNormalization]",
            "key of `leNet5`": "network: [leNet5]",
            "key of `smallCNN`": "network: [smallCNN]",
            "key of `resNet`": "network: [{resNet: 20}]",
            "key of `crossEntropy`": "loss: crossEntropy",
            "key of `lars`": "optimizer: {lars: {learningRate: 1}}",
            "key of `lamb`": "optimizer: lamb",
            "key of `constant`": "schedule: constant",
            "key of `polynomial`": "schedule: polynomial",
            "key of `oneCycle`": "schedule: oneCycle",
            "key of `movingAverage`": "movingAverage: 0.9",
            "key of `parameterGroups`": "parameterGroups: [{parameters: '*'}]",
            "key of `earlyStopping`": "earlyStopping: {patience: 1}",
            "key of `augmentation`": "augmentation: {shift: 1}",
        ]
        // Where the momentum is not to vary, these are nowhere.
        let unused: Set = ["baseMomentum", "maximumMomentum"]
        for (title, yaml) in configurations {
            let lines = [yaml, "dataset: data.h5"] + (yaml.hasPrefix("network") ? [] : ["network: [{linear: 1}]"])
            let resolved = try Configuration(yaml: lines.joined(separator: "\n"), path: "test.yaml").yaml()
            for (key, row) in try XCTUnwrap(readme.table(title)).rows {
                let stated = row[2].replacingOccurrences(of: "`", with: "")
                let line = resolved.split(separator: "\n").first {
                    $0.trimmingPrefix(while: { " -".contains($0) }).hasPrefix(key + ": ")
                }
                let isValue = Double(stated) != nil || ["true", "false", "valid", "zero"].contains(stated)
                if isValue, !unused.contains(key) {
                    XCTAssertNotNil(line, "\(title), \(key) is left out of what a run stores")
                }
                // What depends on other keys is no value.
                guard let line, !["", "none", "the size", "the optimizer's"].contains(stated) else { continue }
                let actual = line.components(separatedBy: ": ")[1]
                XCTAssertTrue(
                    actual == stated || Double(actual) == Double(stated), "\(title), \(key): \(actual), \(stated)")
            }
        }
    }

    func testItsCommandsHaveTheFlagsOfTheProgram() throws {
        let synopsis = try XCTUnwrap(Readme().blocks("").first { $0.hasPrefix("lockstep train [CONFIG.yaml]") })
        let joined = synopsis.replacingOccurrences(of: "\n   ", with: " ")
        for line in joined.split(separator: "\n") where !line.contains("import") {
            // `lockstep benchmark step [WORKLOAD …]`: the words in lower-case letters.
            let words = line.split(separator: " ").dropFirst().prefix { $0.allSatisfy { $0.isLowercase || $0 == "-" } }
            let command = words.joined(separator: " ")
            let flags = line.matches(of: /--[a-z-]+/).map { String($0.output) }
            let help = try shell("$lockstep \(command) --help").output
            let options = help.components(separatedBy: "OPTIONS:").last ?? ""
            let actual = options.split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^  (?:-[a-z], )?(--[a-z-]+)/).map { String($0.output.1) }
            }
            XCTAssertEqual(flags.sorted(), actual.filter { !["--help", "--version"].contains($0) }.sorted(), command)
        }
    }
}
