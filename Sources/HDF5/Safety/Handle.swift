import CHDF5

/// The one owner of one HDF5 identifier: whoever drops it closes it.
///
/// `close()` is how errors at close (a full disk shows up there) reach anyone; `deinit` is the fallback for paths that
/// already failed. A group's or data set's handle keeps its file's alive, and is closed with it. Safe to share between
/// threads: the library's lock guards `id`.
final class Handle: @unchecked Sendable {
    let subject: Subject
    private let file: Handle?
    private let closeFunction: @Sendable (hid_t) -> herr_t
    private var id: hid_t

    /// Takes ownership of `id`.
    init(_ id: hid_t, _ subject: Subject, file: Handle? = nil, closing close: @escaping @Sendable (hid_t) -> herr_t) {
        self.id = id
        self.subject = subject
        self.file = file
        self.closeFunction = close
    }

    deinit { try? close() }

    var isOpen: Bool { HDF5Library.locked { id >= 0 && file?.isOpen ?? true } }

    /// Lends the identifier under the lock; it stays valid until `body` returns.
    @discardableResult
    func use<R>(_ operation: String, _ body: (hid_t) throws -> R) throws -> R {
        try HDF5Library.locked {
            guard isOpen else {
                throw subject.error(.misuse, operation, "it was closed before")
            }
            return try withExtendedLifetime(self) { try body(id) }
        }
    }

    /// Closes the identifier; does nothing if that was done before. A close that failed is never tried again: HDF5
    /// crashes on the second attempt.
    func close() throws {
        try HDF5Library.locked {
            guard isOpen else { return }
            let closing = id
            id = -1
            try subject.call("close it") { closeFunction(closing) }
        }
    }
}
