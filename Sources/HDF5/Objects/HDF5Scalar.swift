import CHDF5

/// A Swift number that HDF5 converts to and from whatever a file holds.
///
/// Conversion is HDF5's: byte order and width are handled, integers out of range are clipped to the nearest one that
/// fits, floating-point numbers are rounded to the nearest, and float16 widens exactly.
package protocol HDF5Scalar: Sendable, BitwiseCopyable {
    /// The type of this number in a file that we write.
    static var elementType: HDF5ElementType { get }
    /// HDF5's identifier for this number in memory; owned by the library, never closed.
    static var memoryType: Int64 { get }
}

extension Int8: HDF5Scalar {
    package static var elementType: HDF5ElementType { .int8 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_INT8() }
}

extension Int16: HDF5Scalar {
    package static var elementType: HDF5ElementType { .int16 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_INT16() }
}

extension Int32: HDF5Scalar {
    package static var elementType: HDF5ElementType { .int32 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_INT32() }
}

extension Int64: HDF5Scalar {
    package static var elementType: HDF5ElementType { .int64 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_INT64() }
}

extension Int: HDF5Scalar {
    package static var elementType: HDF5ElementType { .int64 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_INT64() }
}

extension UInt8: HDF5Scalar {
    package static var elementType: HDF5ElementType { .uint8 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_UINT8() }
}

extension UInt16: HDF5Scalar {
    package static var elementType: HDF5ElementType { .uint16 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_UINT16() }
}

extension UInt32: HDF5Scalar {
    package static var elementType: HDF5ElementType { .uint32 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_UINT32() }
}

extension UInt64: HDF5Scalar {
    package static var elementType: HDF5ElementType { .uint64 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_UINT64() }
}

extension Float: HDF5Scalar {
    package static var elementType: HDF5ElementType { .float32 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_FLOAT() }
}

extension Double: HDF5Scalar {
    package static var elementType: HDF5ElementType { .float64 }
    package static var memoryType: Int64 { shim_H5T_NATIVE_DOUBLE() }
}
