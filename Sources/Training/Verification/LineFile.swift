import Foundation

/// The whole lines of a text file, one after the other, in little memory. What follows the last newline is being
/// written, or was when a process was killed, and is left out.
struct LineFile {
    let path: String

    /// nil if there is no such file.
    init?(_ path: String) {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        self.path = path
    }

    /// Opens the file. Throws `TrainingError.runDirectory` if it cannot be read.
    func lines() throws -> Lines {
        guard let file = FileHandle(forReadingAtPath: path) else { throw failure("cannot be read") }
        return Lines(of: self, file)
    }

    fileprivate func failure(_ problem: String) -> TrainingError { .runDirectory(path: path, problem: problem) }

    struct Lines {
        /// The number of the line read last, from 1.
        private(set) var number = 0

        /// Longer ones are no lines of ours.
        private static let longestLine = 1 << 24
        private static let pieceBytes = 1 << 16

        private let source: LineFile
        private let file: FileHandle
        /// Bytes that were read, and how many of them were returned.
        private var pending: [UInt8] = []
        private var used = 0

        fileprivate init(of source: LineFile, _ file: FileHandle) {
            self.source = source
            self.file = file
        }

        /// The next line, or nil after the last whole one.
        ///
        /// - Throws: `TrainingError.runDirectory` for a line that is absurdly long; errors of reading.
        mutating func next() throws -> Substring? {
            var searched = used
            while true {
                if let end = pending[searched...].firstIndex(of: 0x0A) {
                    defer { used = end + 1 }
                    number += 1
                    return Substring(decoding: pending[used..<end], as: UTF8.self)
                }
                pending.removeFirst(used)
                used = 0
                searched = pending.count
                guard searched < Self.longestLine else { throw source.failure("line \(number + 1) is absurdly long") }
                guard let piece = try file.read(upToCount: Self.pieceBytes), !piece.isEmpty else { return nil }
                pending.append(contentsOf: piece)
            }
        }
    }
}
