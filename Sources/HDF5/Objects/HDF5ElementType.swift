/// What one element of a data set or attribute is in the file.
package struct HDF5ElementType: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        case signedInteger
        case unsignedInteger
        /// IEEE 754 binary16, binary32 or binary64, by `size`.
        case float
        /// h5py's bool: an enumeration of int8 with the members FALSE and TRUE.
        case boolean
        case string(StringForm)
        /// A kind that is listed but never read; the text names it.
        case other(String)
    }

    package enum StringForm: Equatable, Sendable {
        /// `size` bytes, padded with zeros (NumPy's `S`).
        case fixedNullPadded
        /// `size` bytes, ended by a zero.
        case fixedNullTerminated
        /// `size` bytes, padded with spaces (Fortran).
        case fixedSpacePadded
        /// Texts of any length, stored beside the data (h5py's `str`).
        case variableLength
    }

    package enum ByteOrder: Equatable, Sendable { case littleEndian, bigEndian }

    package let kind: Kind
    /// Bytes an element takes in the file.
    package let size: Int
    package let byteOrder: ByteOrder

    package init(kind: Kind, size: Int, byteOrder: ByteOrder = .littleEndian) {
        self.kind = kind
        self.size = size
        self.byteOrder = byteOrder
    }

    package static let int8 = HDF5ElementType(kind: .signedInteger, size: 1)
    package static let int16 = HDF5ElementType(kind: .signedInteger, size: 2)
    package static let int32 = HDF5ElementType(kind: .signedInteger, size: 4)
    package static let int64 = HDF5ElementType(kind: .signedInteger, size: 8)
    package static let uint8 = HDF5ElementType(kind: .unsignedInteger, size: 1)
    package static let uint16 = HDF5ElementType(kind: .unsignedInteger, size: 2)
    package static let uint32 = HDF5ElementType(kind: .unsignedInteger, size: 4)
    package static let uint64 = HDF5ElementType(kind: .unsignedInteger, size: 8)
    package static let float16 = HDF5ElementType(kind: .float, size: 2)
    package static let float32 = HDF5ElementType(kind: .float, size: 4)
    package static let float64 = HDF5ElementType(kind: .float, size: 8)
    package static let boolean = HDF5ElementType(kind: .boolean, size: 1)

    /// This type with the most significant byte first.
    package var bigEndian: HDF5ElementType { HDF5ElementType(kind: kind, size: size, byteOrder: .bigEndian) }

    package var isInteger: Bool { kind == .signedInteger || kind == .unsignedInteger }
    package var isFloat: Bool { kind == .float }

    /// Whether `read` converts it to Swift numbers.
    package var isNumeric: Bool { isInteger || isFloat || kind == .boolean }

    /// NumPy's names: "uint8", "float32", "int64 (big endian)", "bool", "string".
    package var description: String {
        let order = byteOrder == .bigEndian && size > 1 ? " (big endian)" : ""
        switch kind {
        case .signedInteger: return "int\(size * 8)\(order)"
        case .unsignedInteger: return "uint\(size * 8)\(order)"
        case .float: return "float\(size * 8)\(order)"
        case .boolean: return "bool"
        case .string(.variableLength): return "string"
        case .string: return "string of \(size) bytes"
        case .other(let name): return name
        }
    }
}
