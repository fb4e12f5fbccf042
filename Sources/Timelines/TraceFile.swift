import DurableFiles
import Foundation

/// A JSON array in a file that grows, and is valid between any two writes: what is added takes the place of the closing
/// bracket, and ends with it. So a run that is killed leaves all that was written until then, which a file that gets
/// its name when it is whole could not. Cut in the middle of a write it lacks its end, which viewers put up with: the
/// format lets the bracket be missing.
final class TraceFile {
    let path: String
    private let descriptor: Int32
    private let largest: Int
    /// Bytes of the file, without the closing bracket.
    private var length = 0
    /// Why nothing more is written.
    private(set) var problem: String?
    /// Whether that is the disk's fault.
    private var isBroken = false

    private static let closing: StaticString = "\n]\n"

    /// Makes the file, with an array of nothing in it.
    ///
    /// - Throws: `DurableFileError` if something has its name or it cannot be made.
    init(path: String, largest: Int) throws {
        self.path = path
        self.largest = largest
        let file = DurableFile(path)
        try file.checkFree()
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw file.failure("create a file in its directory") }
        guard put("[\n]\n", at: 0) else {
            let failure = file.failure("write it")
            unlink(path)
            throw failure
        }
        length = 1
    }

    deinit { Foundation.close(descriptor) }

    /// Adds elements: each begins with a new line, all but the first of the array after a comma; `close` ends the last.
    ///
    /// - Returns: whether they are in the file. After a failure none ever are, so that there is one end and no holes.
    func append(_ elements: UnsafeRawBufferPointer) -> Bool {
        guard problem == nil else { return false }
        guard length + elements.count <= largest else {
            problem = "it has \(largest >> 20) MiB, and viewers open no larger ones"
            return false
        }
        return add(elements)
    }

    /// Adds a last element, for which there is always room, unless the disk has none.
    func appendLast(_ element: UnsafeRawBufferPointer) {
        if !isBroken { _ = add(element) }
    }

    private func add(_ elements: UnsafeRawBufferPointer) -> Bool {
        guard put(elements, at: length) else {
            problem = String(cString: strerror(errno))
            isBroken = true
            // Half an element may be there, and the bracket is not.
            _ = ftruncate(descriptor, off_t(length))
            _ = put(Self.closing, at: length)
            return false
        }
        length += elements.count - Self.closing.utf8CodeUnitCount
        return true
    }

    /// Puts the closing bracket at the end of elements that are about to be appended.
    static func close(_ elements: inout TraceBytes) { elements.append(closing) }

    private func put(_ text: StaticString, at offset: Int) -> Bool {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), at: offset)
    }

    private func put(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var done = 0
        while done < bytes.count {
            let written = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            done += written
        }
        return true
    }
}
