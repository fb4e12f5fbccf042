import CHDF5

/// Between `HDF5ElementType` and HDF5's type identifiers.
extension Subject {
    /// Describes the type `id`. What is outside the white list becomes `.other`, which no read accepts.
    func elementType(_ id: hid_t) throws -> HDF5ElementType {
        let operation = "read the type"
        let size = Int(try call(operation) { H5Tget_size(id) })
        let order = try call(operation) { H5Tget_order(id).rawValue }
        let byteOrder: HDF5ElementType.ByteOrder = order == H5T_ORDER_BE.rawValue ? .bigEndian : .littleEndian
        func type(_ kind: HDF5ElementType.Kind) -> HDF5ElementType {
            HDF5ElementType(kind: kind, size: size, byteOrder: byteOrder)
        }
        switch try call(operation, { H5Tget_class(id).rawValue }) {
        case H5T_INTEGER.rawValue:
            guard [1, 2, 4, 8].contains(size), try isFullWidth(id, size: size) else {
                return type(.other("integer of unusual form"))
            }
            let sign = try call(operation) { H5Tget_sign(id).rawValue }
            return type(sign == H5T_SGN_NONE.rawValue ? .unsignedInteger : .signedInteger)
        case H5T_FLOAT.rawValue:
            return type(try isIEEE(id, size: size) ? .float : .other("float of \(size) bytes, not IEEE"))
        case H5T_STRING.rawValue:
            return type(.string(try stringForm(id)))
        case H5T_ENUM.rawValue:
            return type(try isBoolean(id, size: size) ? .boolean : .other("enumeration"))
        case H5T_COMPOUND.rawValue: return type(.other("compound"))
        case H5T_ARRAY.rawValue: return type(.other("array"))
        case H5T_VLEN.rawValue: return type(.other("variable-length sequence"))
        case H5T_REFERENCE.rawValue: return type(.other("reference"))
        case H5T_OPAQUE.rawValue: return type(.other("opaque"))
        case H5T_BITFIELD.rawValue: return type(.other("bit field"))
        default: return type(.other("time or unknown type"))
        }
    }

    /// Lends a new identifier for the type `type` in a file.
    func withType<R>(_ type: HDF5ElementType, _ body: (hid_t) throws -> R) throws -> R {
        let operation = "describe the type \(type)"
        let standard: hid_t
        switch (type.kind, type.size) {
        case (.signedInteger, 1): standard = shim_H5T_STD_I8LE()
        case (.signedInteger, 2): standard = shim_H5T_STD_I16LE()
        case (.signedInteger, 4): standard = shim_H5T_STD_I32LE()
        case (.signedInteger, 8): standard = shim_H5T_STD_I64LE()
        case (.unsignedInteger, 1): standard = shim_H5T_STD_U8LE()
        case (.unsignedInteger, 2): standard = shim_H5T_STD_U16LE()
        case (.unsignedInteger, 4): standard = shim_H5T_STD_U32LE()
        case (.unsignedInteger, 8): standard = shim_H5T_STD_U64LE()
        case (.float, 2), (.float, 4): standard = shim_H5T_IEEE_F32LE()
        case (.float, 8): standard = shim_H5T_IEEE_F64LE()
        case (.boolean, 1): return try withBooleanType(body)
        default: throw error(.unsupported, operation, "data of this type is never written")
        }
        return try with(operation, closing: H5Tclose, { H5Tcopy(standard) }) { id in
            if type == .float16 || type == .float16.bigEndian {
                // binary16: sign at bit 15, 5 bits of exponent at 10 with bias 15, 10 bits of fraction at 0.
                try call(operation) { H5Tset_fields(id, 15, 10, 5, 0, 10) }
                try call(operation) { H5Tset_size(id, 2) }
                try call(operation) { H5Tset_ebias(id, 15) }
            }
            if type.byteOrder == .bigEndian {
                try call(operation) { H5Tset_order(id, H5T_ORDER_BE) }
            }
            return try body(id)
        }
    }

    /// h5py's bool: an int8 enumeration of FALSE = 0 and TRUE = 1.
    func withBooleanType<R>(_ body: (hid_t) throws -> R) throws -> R {
        let operation = "describe the type bool"
        let open: () -> hid_t = { H5Tenum_create(shim_H5T_STD_I8LE()) }
        return try with(operation, closing: H5Tclose, open) { id in
            for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
                var value = value
                try call(operation) { H5Tenum_insert(id, name, &value) }
            }
            return try body(id)
        }
    }

    /// No padding bits (HDF5 can describe a 12-bit integer inside 2 bytes), and bytes in an order that still exists.
    private func isFullWidth(_ id: hid_t, size: Int) throws -> Bool {
        let operation = "read the type"
        guard try call(operation, { H5Tget_order(id).rawValue }) != H5T_ORDER_VAX.rawValue else { return false }
        let precision = try call(operation) { H5Tget_precision(id) }
        let offset = try call(operation) { H5Tget_offset(id) }
        return Int(precision) == size * 8 && offset == 0
    }

    private func isIEEE(_ id: hid_t, size: Int) throws -> Bool {
        let expected: (exponent: Int, fraction: Int)
        switch size {
        case 2: expected = (5, 10)
        case 4: expected = (8, 23)
        case 8: expected = (11, 52)
        default: return false
        }
        let operation = "read the type"
        var (sign, exponent, exponentBits, fraction, fractionBits): (Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0)
        try call(operation) { H5Tget_fields(id, &sign, &exponent, &exponentBits, &fraction, &fractionBits) }
        let bias = try call(operation) { H5Tget_ebias(id) }
        let implied = try call(operation) { H5Tget_norm(id).rawValue } == H5T_NORM_IMPLIED.rawValue
        return try isFullWidth(id, size: size) && implied && sign == size * 8 - 1
            && fraction == 0 && fractionBits == expected.fraction
            && exponent == expected.fraction && exponentBits == expected.exponent
            && Int(bias) == (1 << (expected.exponent - 1)) - 1
    }

    private func stringForm(_ id: hid_t) throws -> HDF5ElementType.StringForm {
        let operation = "read the type"
        if try call(operation, { H5Tis_variable_str(id) }) > 0 { return .variableLength }
        switch try call(operation, { H5Tget_strpad(id).rawValue }) {
        case H5T_STR_NULLTERM.rawValue: return .fixedNullTerminated
        case H5T_STR_SPACEPAD.rawValue: return .fixedSpacePadded
        default: return .fixedNullPadded
        }
    }

    private func isBoolean(_ id: hid_t, size: Int) throws -> Bool {
        let operation = "read the type"
        guard size == 1, try call(operation, { H5Tget_nmembers(id) }) == 2 else { return false }
        return try ["FALSE", "TRUE"].enumerated().allSatisfy { index, expected in
            var value: Int8 = -1
            try call(operation) { H5Tget_member_value(id, UInt32(index), &value) }
            guard let name = H5Tget_member_name(id, UInt32(index)) else { return false }
            defer { H5free_memory(name) }
            return String(cString: name) == expected && value == Int8(index)
        }
    }
}
