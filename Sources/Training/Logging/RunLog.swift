import Foundation

/// `log.txt`: what befell a run, a line an event with its time (UTC, ISO 8601): starts, stops and what went wrong in
/// between. For whoever finds a run that has ended while nobody watched.
struct RunLog: Sendable {
    let log: LineLog

    init(path: String) throws { log = try LineLog(path: path, header: nil) { _ in true } }

    /// Adds an event. One that cannot be written now comes with the next; a run does not end for it.
    func note(_ message: String) {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        try? log.append("\(Date.now.formatted(.iso8601)) \(line)")
    }
}
