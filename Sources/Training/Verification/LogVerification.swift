import Checkpoints
import HDF5

extension MetricsLog {
    /// Checks `metrics.csv`: the header, a line for each epoch in order, and numbers or nothing in each column.
    /// The first epoch may be any: a branch begins after those of another run.
    static func verify(_ file: LineFile) -> FileVerification {
        var check = LineCheck(file)
        var epochs = 0
        var last: Int?
        let names = header.split(separator: ",")
        check.forEachLine(header: { $0 == header[...] ? nil : "'\(header)'" }) { fields in
            guard fields.count == names.count else {
                return FileProblem(expected: "\(names.count) columns", found: "\(fields.count)")
            }
            guard let epoch = Int(fields[0]), (1...Checkpoint.Progress.mostEpochs).contains(epoch) else {
                return FileProblem(expected: "an epoch, counted from 1", found: "'\(fields[0])'")
            }
            if let last, epoch != last + 1 {
                return FileProblem(expected: "epoch \(last + 1)", found: "'\(fields[0])'")
            }
            last = epoch
            epochs += 1
            let bad = zip(names, fields).first { !$1.isEmpty && Double($1) == nil }
            return bad.map { FileProblem("column \($0)", expected: "a number", found: "'\($1)'") }
        }
        let noun = epochs == 1 ? "epoch" : "epochs"
        return FileVerification(file.path, .metrics, content: "\(epochs) \(noun)", problems: check.problems)
    }
}

extension FingerprintLog {
    /// Checks `fingerprints.csv`: the header, and a line of digests for each step in order.
    ///
    /// - Parameter note: hears step and fingerprint of each good line.
    static func verify(_ file: LineFile, _ note: (Int, String) -> Void) -> FileVerification {
        var check = LineCheck(file)
        var columns = 0
        var (first, last): (Int?, Int?)
        check.forEachLine(
            header: { line in
                columns = line.split(separator: ",", omittingEmptySubsequences: false).count
                return line.hasPrefix(leadingColumns + ",") ? nil : "'\(leadingColumns),…'"
            },
            { fields in
                guard fields.count == columns, let step = Int(fields[0]),
                    (0...Checkpoint.Progress.mostSteps).contains(step)
                else {
                    return FileProblem(expected: "a step and \(columns - 1) digests", found: "\(fields.count) columns")
                }
                if let last, step != last + 1 { return FileProblem(expected: "step \(last + 1)", found: "\(step)") }
                (first, last) = (first ?? step, step)
                if let bad = fields.dropFirst().first(where: { !isDigest($0) }) {
                    return FileProblem(expected: "digests of 16 hexadecimal digits", found: "'\(bad.prefix(40))'")
                }
                note(step, String(fields[1]))
                return nil
            })
        let content = last.map { "steps \(first!) to \($0)" } ?? "no steps yet"
        return FileVerification(file.path, .fingerprints, content: content, problems: check.problems)
    }

    static func isDigest(_ text: Substring) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// Goes through the lines of a table, and keeps what is wrong with them.
private struct LineCheck {
    private let file: LineFile
    private(set) var problems: [FileProblem] = []

    private static let mostProblems = 10

    init(_ file: LineFile) { self.file = file }

    /// - Parameters:
    ///   - header: what was expected instead of the first line, if something was.
    ///   - body: gets the fields of a line, and says what is wrong with it.
    mutating func forEachLine(header: (Substring) -> String?, _ body: ([Substring]) -> FileProblem?) {
        do {
            var lines = try file.lines()
            while problems.count < Self.mostProblems, let line = try lines.next() {
                let problem: FileProblem?
                if lines.number == 1 {
                    problem = header(line).map { FileProblem(expected: $0, found: "'\(line.prefix(80))'") }
                } else {
                    problem = body(line.split(separator: ",", omittingEmptySubsequences: false))
                }
                if let problem {
                    let place = "line \(lines.number)" + (problem.object.map { ", \($0)" } ?? "")
                    problems.append(FileProblem(place, expected: problem.expected, found: problem.found))
                }
            }
            if lines.number == 0 { problems.append(FileProblem(expected: "a header", found: "no whole line")) }
        } catch {
            problems.append(FileProblem(error, in: file.path))
        }
    }
}
