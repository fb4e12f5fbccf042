import CHDF5
import Foundation

extension Subject {
    /// Turns this thread's HDF5 error stack into one error. The outermost entry says what was asked of the library, the
    /// innermost what broke; the frames between them repeat one or the other.
    func currentError(_ operation: String) -> HDF5Error {
        var frames: [String] = []
        _ = withUnsafeMutablePointer(to: &frames) { frames in
            H5Ewalk2(hid_t(H5E_DEFAULT), H5E_WALK_DOWNWARD, appendFrame, frames)
        }
        guard let outermost = frames.first, let innermost = frames.last else {
            // It has no memory to say it in, where there is a limit.
            return CrashReport.isLimited
                ? error(.outOfMemory, operation, Self.tooLittleMemory)
                : error(.failed, operation, "HDF5 failed without saying why")
        }
        let trace = frames.count == 1 ? outermost : "\(outermost); \(innermost)"
        let (kind, message) = diagnosis(frames.joined(separator: "\n"))
        return error(kind, operation, message, library: trace)
    }

    private static let tooLittleMemory = "there is too little memory for it: raise the limit (ulimit -v)"

    /// The cause in a user's terms, from the words HDF5 uses for the failures that users meet.
    private func diagnosis(_ text: String) -> (HDF5Error.Kind, String) {
        // Without a limit it is a damaged file that asks for more than there can be.
        let isShort = ["memory allocation failed", "unable to allocate", "can't allocate", "Cannot allocate memory"]
            .contains(where: text.contains)
        if isShort, CrashReport.isLimited {
            return (.outOfMemory, Self.tooLittleMemory)
        }
        if text.contains("truncated file") {
            return (.truncated, "the file is shorter than its header says; copy or download it again")
        }
        if text.contains("unable to lock file"), !text.contains("errno = \(EWOULDBLOCK),") {
            return (.locksUnsupported, "the file system has no locks")
        }
        if text.contains("unable to lock file") || text.contains("is already open for write") {
            return (.locked, "another program has the file open for writing, or died while writing it")
        }
        if ["bad version number", "wrong version number", "bad superblock version number", "unknown chunk index type"]
            .contains(where: text.contains)
        {
            return (
                .unsupported,
                "written by a newer HDF5 in a format that version \(HDF5Library.version) does not read; "
                    + "write it again with h5py's libver='v110' or 'earliest'"
            )
        }
        if text.contains("required filter") && text.contains("not registered") {
            return (.unsupported, "stored with a compression filter that is not available; write it again with gzip")
        }
        // What the operating system said, if it was asked: "errno = 28, error message = 'No space left on device'".
        if let quoted = text.firstMatch(of: #/error message = '([^']+)'/#) {
            return (.failed, String(quoted.output.1))
        }
        return (.failed, "the file is damaged or cannot be accessed")
    }
}

/// Called by H5Ewalk2 for each frame, outermost first.
private let appendFrame: H5E_walk2_t = { _, frame, context in
    guard let frame, let context else { return 0 }
    let function = frame.pointee.func_name.map { String(cString: $0) } ?? "HDF5"
    let text = frame.pointee.desc.map { String(cString: $0) } ?? "no description"
    context.assumingMemoryBound(to: [String].self).pointee.append("\(function): \(text)")
    return 0
}

/// Whether this thread's error stack is that of H5Dget_chunk_storage_size for a chunk that was never written, or for a
/// data set of which none was. Without a text made of it: a hostile file has hundreds of thousands of such chunks.
func errorStackSaysThatChunkIsMissing() -> Bool {
    var isSaid = false
    _ = withUnsafeMutablePointer(to: &isSaid) { isSaid in
        H5Ewalk2(hid_t(H5E_DEFAULT), H5E_WALK_DOWNWARD, findMissingChunk, isSaid)
    }
    return isSaid
}

/// Called by H5Ewalk2 for each frame.
private let findMissingChunk: H5E_walk2_t = { _, frame, context in
    guard let text = frame?.pointee.desc, let context else { return 0 }
    guard strstr(text, "chunk storage is not allocated") != nil || strstr(text, "chunk address isn't defined") != nil
    else { return 0 }
    context.assumingMemoryBound(to: Bool.self).pointee = true
    return 0
}
