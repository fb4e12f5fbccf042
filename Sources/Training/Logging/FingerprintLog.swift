import Kernels
import Workers

/// `fingerprints.csv`: a line for each step, with the fingerprint of all parameters after it and a digest of each
/// tensor, so that two runs can be compared step by step, and the first layer named in which they part.
///
///     step,fingerprint,linear1/weight,linear1/bias
///     0,5b1d1f4b2c3a9c11,77e5c2f0b2a3d4e5,9e3779b97f4a7c15
///
/// A run has it from the start or not at all, unless a resume begins one; its first line is of the parameters before
/// the first step it records.
///
/// `@unchecked Sendable`: `record` is the leader's; `synchronize` touches the log alone.
final class FingerprintLog: @unchecked Sendable {
    static let leadingColumns = "step,fingerprint"

    let log: LineLog
    private let digests: ParameterDigests
    /// The last step with a line.
    private var last: Int?

    /// Starts a log, or takes one up again where a trainer stands: lines of steps after that go, since they will be
    /// written anew.
    convenience init(of trainer: Trainer, path: String) throws {
        try self.init(
            path: path,
            digests: ParameterDigests(layout: trainer.model.network.layout, parameters: trainer.model.parameters),
            keepingSteps: trainer.progress.step)
    }

    init(path: String, digests: ParameterDigests, keepingSteps step: Int) throws {
        self.digests = digests
        var last: Int?
        log = try LineLog(
            path: path, header: ([Self.leadingColumns] + digests.names).joined(separator: ","), collecting: .init()
        ) { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == digests.names.count + 2, let number = Int(fields[0]), number <= step else {
                return false
            }
            last = number
            return true
        }
        self.last = last
    }

    /// Adds the line of a step that was just taken; or of the state before the first, unless it is there already. Only
    /// between steps, by the leader of a region of `team`.
    ///
    /// - Throws: `TrainingError.runDirectory` if lines cannot be written; they are kept and written with later ones.
    func record(step: Int, team: WorkerTeam) throws {
        guard step != last else { return }
        last = step
        let digests = digests.compute(team: team)
        var line = "\(step)"
        line.reserveCapacity(line.utf8.count + 17 * digests.count)
        for digest in digests {
            line += ","
            line.append(hexadecimal: digest, digits: 16)
        }
        try log.append(line)
    }

    /// Puts all lines on the disk.
    func synchronize() throws { try log.synchronize() }
}
