import Foundation

/// An array in NumPy's NPY format, versions 1.0 to 3.0: a magic text, a header that is a Python dictionary, and the
/// elements (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
///
/// Numbers and booleans of either byte order and either storage order are read. Objects are pickled Python and
/// therefore programs: they are refused, as are structures, texts and complex numbers.
struct NPYFile {
    let bytes: Data
    /// For messages: the file, and the member of an archive.
    let file: String
    let object: String?

    func array(as role: ImportedRole, _ judgment: RoundingLoss.Judgment = .table) throws -> ImportedArray {
        let header = try header()
        guard let count = elementCount(header.shape),
            let size = elementCount(header.shape + [header.element.size]), !header.shape.isEmpty
        else {
            throw error(
                .wrongShape, expected: "an array of at least one dimension that fits in memory", "shape \(header.shape)"
            )
        }
        let data = bytes.dropFirst(header.size)
        guard data.count == size else {
            throw error(
                .truncated, expected: "\(size) bytes for shape \(header.shape)", "\(data.count)",
                "The file is damaged or not complete.")
        }
        try DataMemory.require(size, file: file, object: object)
        do throws(IntegerTooLarge) {
            let values = try header.element.decode(
                data, ArrayLayout(shape: header.shape, isColumnMajor: header.fortranOrder), count: count,
                bigEndian: header.bigEndian, as: role, judgment)
            return ImportedArray(
                shape: header.shape, values: header.fortranOrder ? rowMajor(values, header.shape) : values, file: file,
                object: object, floatBits: header.element.floatBits)
        } catch {
            throw self.error(
                .labelOutOfRange, expected: "integers below 2^63", "\(error.value) at index \(error.index)")
        }
    }

    private struct Header {
        var element: RawElement
        var bigEndian: Bool
        var fortranOrder: Bool
        var shape: [Int]
        /// Bytes before the elements.
        var size: Int
    }

    private func header() throws -> Header {
        let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
        guard bytes.count >= 10, bytes.prefix(6).elementsEqual(magic) else {
            throw error(.wrongFormat, expected: "an NPY array, which starts with \\x93NUMPY", "something else")
        }
        let version: UInt8 = bytes.integer(at: 6)
        guard (1...3).contains(version) else {
            throw error(
                .unsupported, expected: "NPY format 1.0, 2.0 or 3.0", "\(version).\(bytes[bytes.startIndex + 7])")
        }
        let start = version == 1 ? 10 : 12
        guard bytes.count >= start else {
            throw error(.truncated, expected: "\(start) bytes of header", "\(bytes.count)")
        }
        let length =
            version == 1 ? Int(bytes.integer(at: 8, as: UInt16.self)) : Int(bytes.integer(at: 8, as: UInt32.self))
        guard let text = bytes.part(start, length) else {
            throw error(.truncated, expected: "a header of \(length) bytes", "\(bytes.count - start)")
        }
        guard length <= 1 << 20, case .dictionary(let fields)? = PythonLiteral(text),
            case .boolean(let fortranOrder)? = fields["fortran_order"], case .sequence(let lengths)? = fields["shape"],
            let type = fields["descr"]
        else {
            throw error(.malformed, expected: "a header with descr, fortran_order and shape", "another")
        }
        let shape = try lengths.map { length in
            guard case .integer(let length) = length, length >= 0 else {
                throw error(.malformed, expected: "a shape of whole numbers", "\(lengths)")
            }
            return length
        }
        let (element, bigEndian) = try element(type)
        return Header(
            element: element, bigEndian: bigEndian, fortranOrder: fortranOrder, shape: shape, size: start + length)
    }

    /// `<f4`, `|u1`, `>i8`: byte order, kind, bytes.
    private func element(_ type: PythonLiteral) throws -> (RawElement, bigEndian: Bool) {
        let expected = "elements of type u1 to u8, i1 to i8, f2, f4, f8 or b1"
        guard case .text(let text) = type else {
            throw error(.unsupported, expected: expected, "a structure", "Save its fields as arrays of their own.")
        }
        let characters = Array(text)
        guard characters.count >= 2, "<>|=".contains(characters[0]) else {
            throw error(.malformed, expected: expected, "'\(text)'")
        }
        let bigEndian = characters[0] == ">"
        switch (characters[1], Int(String(characters[2...]))) {
        case ("u", let size?) where [1, 2, 4, 8].contains(size): return (.unsigned(bytes: size), bigEndian)
        case ("i", let size?) where [1, 2, 4, 8].contains(size): return (.signed(bytes: size), bigEndian)
        case ("f", let size?) where [2, 4, 8].contains(size): return (.float(bytes: size), bigEndian)
        case ("b", 1): return (.boolean, bigEndian)
        case ("O", _):
            throw error(
                .unsupported, expected: expected, "Python objects ('\(text)'), which are pickled programs",
                "Save it as numbers: x.astype('float32').")
        case ("U", _), ("S", _):
            throw error(
                .unsupported, expected: expected, "texts ('\(text)')",
                "Save class indices, numbered alike in all files: names, y = numpy.unique(y, return_inverse=True) of all "
                    + "labels that there are.")
        default: throw error(.unsupported, expected: expected, "'\(text)'", "Save it as float32 or an integer type.")
        }
    }

    /// The elements of an array stored column-major, row-major.
    private func rowMajor(_ values: ImportedValues, _ shape: [Int]) -> ImportedValues {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        func reorder<Value>(_ values: [Value]) -> [Value] {
            var index = [Int](repeating: 0, count: shape.count)
            var offset = 0
            return values.indices.map { _ in
                defer {
                    // The next index, the last axis fastest.
                    for axis in shape.indices.reversed() {
                        index[axis] += 1
                        offset += strides[axis]
                        if index[axis] < shape[axis] { break }
                        offset -= strides[axis] * shape[axis]
                        index[axis] = 0
                    }
                }
                return values[offset]
            }
        }
        return switch values {
        case .uint8(let values): .uint8(reorder(values))
        case .int64(let values): .int64(reorder(values))
        case .float32(let values): .float32(reorder(values))
        case .float64(let values): .float64(reorder(values))
        }
    }

    private func error(
        _ kind: DatasetError.Kind, expected: String, _ found: String, _ advice: String? = nil
    ) -> DatasetError {
        DatasetError(kind, file: file, object: object, expected: expected, found: found, advice: advice)
    }
}
