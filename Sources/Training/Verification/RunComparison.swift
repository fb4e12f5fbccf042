import Checkpoints
import Foundation

/// Compares two runs step by step, by the fingerprints that both have recorded, or else by the checkpoints of steps
/// that both have kept.
public struct RunComparison: Sendable {
    /// Where two runs part.
    public struct Parting: Sendable, Equatable {
        public let step: Int
        /// Tensors of the parameters that differ after that step, in the order of the layers.
        public let tensors: [String]
        /// How many tensors there are.
        public let tensorCount: Int
        /// How many compared steps before it are the same, and the last of them.
        public let stepsBefore: Int
        public let lastSame: Int?
    }

    public enum Outcome: Sendable {
        /// Every recorded step that both have is the same: how many, and the first and the last.
        case same(steps: Int, ClosedRange<Int>)
        case parted(Parting)
        /// Only checkpoints are there to compare: the newest pair is the same, of so many.
        case sameCheckpoints(count: Int, newest: Int)
        /// The first pair of checkpoints that differs, how, and the newest one before it that does not.
        case partedCheckpoints(step: Int, Checkpoint.Difference, lastSame: Int?)
    }

    public let outcome: Outcome

    /// Compares the runs in two directories.
    ///
    /// - Throws: `TrainingError.runDirectory` for what is no run, or where there is nothing to compare;
    ///   `CheckpointError` for a checkpoint that is damaged.
    public init(_ first: String, _ second: String) throws {
        let runs = (try RunDirectory.open(first), try RunDirectory.open(second))
        if let one = LineFile(runs.0.fingerprintsPath), let other = LineFile(runs.1.fingerprintsPath) {
            outcome = try Self.compare(one, other)
        } else {
            outcome = try Self.compareCheckpoints(runs.0, runs.1)
        }
    }

    // MARK: Fingerprints

    private static func compare(_ first: LineFile, _ second: LineFile) throws -> Outcome {
        var (one, other) = (try FingerprintReader(first), try FingerprintReader(second))
        guard one.tensors == other.tensors else {
            let (mine, others) = (Set(one.tensors), Set(other.tensors))
            func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
            throw TrainingError.runDirectory(
                path: second.path,
                problem: "of another network than \(first.path): only in the first are the tensors "
                    + "\(list(one.tensors.filter { !others.contains($0) })), only in the second "
                    + list(other.tensors.filter { !mine.contains($0) }))
        }
        var (count, firstStep, lastStep): (Int, Int?, Int?) = (0, nil, nil)
        var (mine, theirs) = (try one.next(), try other.next())
        while let line = mine, let counterpart = theirs {
            if line.step < counterpart.step {
                mine = try one.next()
            } else if line.step > counterpart.step {
                theirs = try other.next()
            } else {
                guard line.digests == counterpart.digests else {
                    let differing = one.tensors.indices.filter { line.digests[1 + $0] != counterpart.digests[1 + $0] }
                    return .parted(
                        Parting(
                            step: line.step, tensors: differing.map { one.tensors[$0] },
                            tensorCount: one.tensors.count, stepsBefore: count, lastSame: lastStep))
                }
                count += 1
                (firstStep, lastStep) = (firstStep ?? line.step, line.step)
                (mine, theirs) = (try one.next(), try other.next())
            }
        }
        guard let firstStep, let lastStep else {
            throw TrainingError.runDirectory(
                path: second.path, problem: "nothing to compare: no step is recorded here and in \(first.path) too")
        }
        return .same(steps: count, firstStep...lastStep)
    }

    // MARK: Checkpoints

    private static func compareCheckpoints(_ first: RunDirectory, _ second: RunDirectory) throws -> Outcome {
        let stores = [first, second].map { CheckpointStore(directory: $0.checkpointsPath) }
        let steps = try stores.map { try $0.steps() }
        let common = Set(steps[0]).intersection(steps[1]).sorted()
        var (count, lastSame): (Int, Int?) = (0, nil)
        for step in common {
            // A run that trains removes old ones all the while.
            guard let one = try read(stores[0], step), let other = try read(stores[1], step) else { continue }
            if let difference = one.difference(from: other) {
                return .partedCheckpoints(step: step, difference, lastSame: lastSame)
            }
            count += 1
            lastSame = step
        }
        guard let lastSame else {
            func list(_ steps: [Int]) -> String {
                steps.isEmpty ? "none" : steps.map(String.init).joined(separator: ", ")
            }
            throw TrainingError.runDirectory(
                path: second.path,
                problem: "nothing to compare: checkpoints of steps \(list(steps[1])) here, \(list(steps[0])) in "
                    + "\(first.path), and not both have fingerprints.csv (`lockstep train --record-fingerprints`)")
        }
        return .sameCheckpoints(count: count, newest: lastSame)
    }

    private static func read(_ store: CheckpointStore, _ step: Int) throws -> Checkpoint? {
        do {
            return try Checkpoint.read(store.path(step: step))
        } catch let error as CheckpointError where error.reason == .notFound {
            return nil
        }
    }
}

/// The lines of a `fingerprints.csv`, in order.
private struct FingerprintReader {
    let tensors: [String]
    private var lines: LineFile.Lines
    private let path: String

    struct Line {
        let step: Int
        /// The fingerprint, then the tensors'.
        let digests: [Substring]
    }

    init(_ file: LineFile) throws {
        path = file.path
        lines = try file.lines()
        let header = try lines.next() ?? ""
        guard header.hasPrefix(FingerprintLog.leadingColumns + ",") else {
            throw TrainingError.runDirectory(
                path: path, problem: "expected fingerprints of a run, found a file of something else")
        }
        tensors = header.split(separator: ",").dropFirst(2).map(String.init)
    }

    mutating func next() throws -> Line? {
        guard let line = try lines.next() else { return nil }
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == tensors.count + 2, let step = Int(fields[0]) else {
            throw TrainingError.runDirectory(
                path: path, problem: "line \(lines.number) is damaged: see `lockstep verify`")
        }
        return Line(step: step, digests: Array(fields.dropFirst()))
    }
}
