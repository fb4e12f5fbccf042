import CHDF5
import Foundation

/// Names that the library hands out in one pass. Asked for name by name, it sorts all of a large group for each.
final class NameList {
    private var names: [String] = []
    private let most: UInt64
    /// Why the pass was ended early.
    private var refusal: String?

    /// - Parameter most: how many there may be, whatever the file says of their number.
    private init(most: UInt64) { self.most = most }

    /// The names of a group's links or an object's attributes, in the order of names.
    ///
    /// - Parameter pass: lets the library call `add` with what it is given, once for each name.
    /// - Throws: `HDF5Error` `.refused` for too many names, or one beyond `HDF5Limits.name`.
    static func collect(
        _ subject: Subject, _ operation: String, most: UInt64, _ pass: (UnsafeMutableRawPointer) throws -> Void
    ) throws -> [String] {
        let list = NameList(most: most)
        try withExtendedLifetime(list) { try pass(Unmanaged.passUnretained(list).toOpaque()) }
        if let refusal = list.refusal { throw subject.error(.refused, operation, refusal) }
        return list.names
    }

    /// Takes a name.
    ///
    /// - Returns: what has the library go on, or stop without an error.
    static func add(_ name: UnsafePointer<CChar>?, to list: UnsafeMutableRawPointer?) -> herr_t {
        guard let name, let list else { return -1 }
        return Unmanaged<NameList>.fromOpaque(list).takeUnretainedValue().add(name)
    }

    private func add(_ name: UnsafePointer<CChar>) -> herr_t {
        guard strnlen(name, HDF5Limits.name + 1) <= HDF5Limits.name else {
            refusal = "a name has more than \(HDF5Limits.name) bytes"
            return 1
        }
        guard names.count < most else {
            refusal = "it holds more than \(most) names"
            return 1
        }
        names.append(String(cString: name))
        return 0
    }
}
