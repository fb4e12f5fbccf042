import Foundation
import Workers

extension HDF5Library {
    /// Reads a file in another process first, and says what is wrong if that one came to grief; nil if not.
    package typealias Trial = @Sendable (_ path: String) -> TrialProblem?

    /// Why a file was not admitted.
    package struct TrialProblem: Sendable {
        package let text: String
        /// Whether there was too little memory for the trial: the file may be as good as any.
        package let isMemoryShort: Bool

        package init(_ text: String, isMemoryShort: Bool = false) {
            (self.text, self.isMemoryShort) = (text, isMemoryShort)
        }
    }

    private struct Admission {
        var trial: Trial?
        var admitted: Set<FileIdentity> = []
    }

    /// A file as it is: another content gives it another one.
    private struct FileIdentity: Hashable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    private static let admission = Locked(Admission())

    /// Whether files are opened untried, for as long as a closure runs: those that this process has just written.
    @TaskLocal package static var trustsFiles = false

    /// Has every file tried before it is opened for reading, once for each content.
    ///
    /// The library (1.10.8) crashes on some files, or takes memory or time without bounds, and no check of ours comes
    /// before it. Another process may crash in our place: see `HDF5File.tryOut`.
    package static func setTrial(_ trial: Trial?) { admission.withLock { $0.trial = trial } }

    /// - Throws: `HDF5Error` `.refused` or `.outOfMemory` with what the trial says.
    static func admit(_ path: String) throws {
        var status = stat()
        guard !trustsFiles, let trial = admission.withLock({ $0.trial }), stat(path, &status) == 0 else { return }
        let identity = FileIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec))
        if admission.withLock({ $0.admitted.contains(identity) }) { return }
        if let problem = trial(path) {
            throw Subject(file: path).error(
                problem.isMemoryShort ? .outOfMemory : .refused, "open the file", problem.text)
        }
        admission.withLock { _ = $0.admitted.insert(identity) }
    }
}
