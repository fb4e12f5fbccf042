import Datasets
import Foundation
import TestSupport
import XCTest

/// Pairs of a training file and another file, with columns, classes, types and units changed in ways that can be
/// brought back or not. Whoever made a pair knows the right answer: what can be matched is computed as NumPy computes
/// it, and what cannot is refused.
///
/// Three hundred pairs in every test; `make pairs` goes through others for as long as it is told.
final class GeneratedPairsTests: HDF5TestCase {
    private static let environment = ProcessInfo.processInfo.environment
    /// Minutes to go on for; nil for one round.
    private static let minutes = Double(environment["LOCKSTEP_PAIRS_MINUTES"] ?? "")
    private static let firstSeed: UInt64 =
        environment["LOCKSTEP_PAIRS_SEED"].flatMap { UInt64($0) }
        ?? (minutes == nil ? 1 : UInt64(Date.now.timeIntervalSince1970))
    /// Of seven pairs each.
    private static let groups = 43

    func testWhatCanBeMatchedIsComputedAsNumPyDoesAndAllElseIsRefused() throws {
        let end = ContinuousClock.now + .seconds((Self.minutes ?? 0) * 60)
        var seed = Self.firstSeed
        repeat {
            try checkRound(seed: seed)
            seed += 1
        } while ContinuousClock.now < end
    }

    private func checkRound(seed: UInt64) throws {
        let folder = path("seed-\(seed)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try script("make_pairs.py", folder, "\(seed)", "\(Self.groups)")
        let groups = try JSONDecoder().decode([PairGroup].self, from: contents("\(folder)/groups.json"))
        var answers: [String: PairAnswer] = [:]
        for group in groups {
            let run = try PairRun(group, in: folder)
            for pair in group.pairs { answers[pair.name] = run.answer(pair) }
        }
        try JSONEncoder().encode(answers).write(to: URL(fileURLWithPath: "\(folder)/answers.json"))

        let report = try script("check_pairs.py", folder).split(separator: "\n")
        for problem in report.dropLast() { XCTFail("seed \(seed), \(problem)") }
        let check = try JSONDecoder().decode(PairCheck.self, from: Data(XCTUnwrap(report.last).utf8))
        let pairs = check.formats.values.reduce(0, +)
        print("seed \(seed): of \(pairs) pairs \(check.computed) computed as NumPy does, the others refused")
        XCTAssertEqual(check.problems, 0)
        XCTAssertGreaterThanOrEqual(check.computed, 200)
        XCTAssertGreaterThanOrEqual(check.toldApart, 15, "pairs in which the order of columns makes a difference")
        XCTAssertEqual(check.formats.keys.sorted(), ["csv", "h5", "images", "npz"])
        XCTAssert(check.formats.values.allSatisfy { $0 >= 60 }, "\(check.formats)")
        XCTAssertGreaterThanOrEqual(pairs, 300)
        try FileManager.default.removeItem(atPath: folder)
    }

    private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @discardableResult
    private func script(_ name: String, _ arguments: String...) throws -> String {
        let all = [try fixture(name)] + arguments
        let list = all.map { "'\($0)'" }.joined(separator: ", ")
        return try python(
            """
            import runpy
            sys.argv = [\(list)]
            sys.path.insert(0, sys.argv[0].rpartition('/')[0])
            runpy.run_path(sys.argv[0], run_name='__main__')
            """)
    }
}
