import CHDF5
import Foundation

/// The HDF5 library as a whole: its lock, its start, and the one funnel that every C call passes.
///
/// One lock guards the library, for three reasons. HDF5 keeps global state (identifiers, caches, open files) and only a
/// build configured for threads guards it; the same source must be safe with every build. What looks like one
/// operation here is several calls there (look at the link, open the object, check its type, read), and nothing may
/// come between them. And `deinit` closes handles on whatever thread drops the last reference. A thread-safe HDF5
/// holds its own global lock during every call anyway, so ours costs no concurrency. It is recursive because public
/// operations are built from public operations.
package enum HDF5Library {
    private static let lock = NSRecursiveLock()

    /// The library is up. Order matters: H5dont_atexit must precede H5open. Without it a file whose close failed (a
    /// full disk) crashes the process at exit.
    private static let started: Void = {
        H5dont_atexit()
        precondition(H5open() >= 0, "the HDF5 library does not start")
        // No plug-ins: a filter named in a file must not load code from a search path.
        H5PLset_loading_state(0)
    }()

    /// Types, data spaces and property lists now lent by `Subject.with`; guarded by the lock. The library counts its
    /// files and what is in them, but not these.
    nonisolated(unsafe) fileprivate static var lentIdentifiers = 0

    /// Version of the library in use, as "1.10.8".
    package static var version: String {
        locked {
            var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
            H5get_libversion(&major, &minor, &release)
            return "\(major).\(minor).\(release)"
        }
    }

    /// How many files, groups, data sets, attributes, types, data spaces and property lists are open in this process.
    /// Zero when everything was closed: tests check it.
    package static var openObjectCount: Int {
        locked {
            let everywhere = hid_t(shim_H5F_OBJ_ALL())
            return max(0, H5Fget_obj_count(everywhere, shim_H5F_OBJ_ALL())) + lentIdentifiers
        }
    }

    /// Runs `body` while no other thread is inside the library.
    static func locked<R>(_ body: () throws -> R) rethrows -> R {
        lock.lock()
        defer { lock.unlock() }
        _ = started
        return try body()
    }
}

extension Subject {
    /// The funnel: runs one HDF5 call under the lock with error printing silenced, and throws what the library's error
    /// stack says if the call fails.
    ///
    /// HDF5 reports failure as a negative number. The few functions that return an unsigned one cannot, so for them a
    /// non-empty error stack is the sign; every call empties the stack first.
    @discardableResult
    func call<R: FixedWidthInteger>(_ operation: String, _ body: () -> R) throws(HDF5Error) -> R {
        try call(operation, unless: { false }, body)!
    }

    /// Runs one HDF5 call that may fail where nothing is wrong, under the lock like any other.
    ///
    /// - Parameter isExpected: whether that is what the error stack says, which is then not made an error: that takes
    ///   many times as long as the call.
    /// - Returns: nil then.
    func call<R: FixedWidthInteger>(
        _ operation: String, unless isExpected: () -> Bool, _ body: () -> R
    ) throws(HDF5Error) -> R? {
        let result: Result<R?, HDF5Error> = HDF5Library.locked {
            // Printing is a setting of each thread's error stack; calls come from any thread.
            H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
            H5Eclear2(hid_t(H5E_DEFAULT))
            let value = CrashReport.during(file, body)
            let failed = R.isSigned ? value < 0 : H5Eget_num(hid_t(H5E_DEFAULT)) > 0
            guard failed else { return .success(value) }
            return isExpected() ? .success(nil) : .failure(currentError(operation))
        }
        return try result.get()
    }

    /// Opens an identifier, lends it to `body`, and closes it whatever happens. The identifier must not escape.
    @discardableResult
    func with<R>(
        _ operation: String, closing close: (hid_t) -> herr_t, _ open: () -> hid_t, _ body: (hid_t) throws -> R
    ) throws -> R {
        try HDF5Library.locked {
            let id = try call(operation, open)
            HDF5Library.lentIdentifiers += 1
            let result: R
            do {
                result = try body(id)
            } catch {
                // The first error is the one to report.
                HDF5Library.lentIdentifiers -= CrashReport.during(file, { close(id) }) < 0 ? 0 : 1
                throw error
            }
            try call(operation) { close(id) }
            HDF5Library.lentIdentifiers -= 1
            return result
        }
    }
}
