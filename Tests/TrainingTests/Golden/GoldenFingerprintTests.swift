import Datasets
import Foundation
import Kernels
import TestSupport
import Training
import XCTest

/// "The same bits" over time: what runs came to when their row was written, they come to today, on every instruction
/// set.
///
/// `SameBitsTests` compares runs of one revision with each other; no test of it sees a change that alters all runs
/// alike. A row that has to change is a new version of the bits: raise `bitsVersion`, and say why in the CHANGELOG.
final class GoldenFingerprintTests: HDF5TestCase {
    private func fingerprint(
        of configuration: Configuration, _ kernels: any KernelTable.Type, relativeTo base: String
    ) throws -> String {
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: base), workers: .exactly(2),
            kernels: kernels)
        try trainer.team.region {
            while trainer.progress.step < trainer.totalSteps {
                _ = try trainer.step()
                if trainer.isEpochComplete { trainer.beginNextEpoch() }
            }
        }
        return try trainer.checkpoint().fingerprint
    }

    /// Without AVX2 and FMA the digits would take minutes.
    private var fastKernels: [any KernelTable.Type] { availableKernels().filter { $0.name != Portable.name } }

    func testEveryRowOfTheTableIsWhatItWas() throws {
        try GoldenRun.writeData(to: directory)
        for run in GoldenRun.all {
            let configuration = try Configuration(yaml: run.yaml, path: run.name)
            for kernels in availableKernels() {
                XCTAssertEqual(
                    try fingerprint(of: configuration, kernels, relativeTo: directory), run.fingerprint,
                    "\(run.name), \(kernels.name), bits version \(bitsVersion)")
            }
        }
        XCTAssertEqual(Set(GoldenRun.all.map(\.fingerprint)).count, GoldenRun.all.count, "two rows are one run")
    }

    func testTheShippedDefaultIsWhatItWas() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../..").standardizedFileURL.path
        let path = "\(sources)/datasets/digits.yaml"
        let configuration = try Configuration(yaml: String(contentsOfFile: path, encoding: .utf8), path: path)
        for kernels in fastKernels {
            XCTAssertEqual(
                try fingerprint(of: configuration, kernels, relativeTo: sources), "039159e37484577a", kernels.name)
        }
    }
}
