import HDF5

/// An array as its program sees it: axes in the order of the program, the first of them the fastest in the file.
struct ColumnMajorArray {
    let shape: [Int]
    private let dataset: HDF5Dataset
    private let file: OpenFile
    private let isLogical: Bool
    /// Whether it holds letters: a text in each row, or a letter for each sample.
    let isText: Bool
    private let packing: Packing?

    var name: String { dataset.name }
    var path: String { file.path }
    /// Whether it is a list: one axis that has more than one place, or none.
    var isVector: Bool { isText || shape.count { $0 != 1 } <= 1 }
    /// Places of a list.
    var count: Int { isText && shape[0] > 1 ? shape[0] : dataset.count }

    /// - Throws: `DatasetError` for what is no array of numbers, or empty.
    init(_ dataset: HDF5Dataset, _ file: OpenFile, as role: ImportedRole) throws {
        self.dataset = dataset
        self.file = file
        shape = dataset.shape.reversed()
        let type = try dataset.attributes.attribute("MATLAB_class").flatMap { attribute -> String? in
            if case .strings(let texts) = attribute.value { texts.first } else { nil }
        }
        isLogical = type == "logical"
        isText = role == .targets && type == "char" && shape.count == 2
        packing = try Packing(of: dataset)
        let numbers = [
            "double", "single", "logical", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        ]
        if let empty = try ColumnMajorProgram.shapeOfEmpty(dataset) {
            throw error(
                .empty, expected: "at least one row and one column",
                found: "an empty array\(empty.isEmpty ? "" : " of shape \(empty)")",
                "Save it again when it has rows.")
        }
        guard isText || type.map(numbers.contains) ?? true, dataset.elementType.isNumeric else {
            throw error(
                .wrongType, expected: role == .targets ? "numbers, or a char array with a row a sample" : "numbers",
                found: type.map { "an array of class \($0)" } ?? "\(dataset.elementType)",
                role == .targets
                    ? "Save char(labels), whose rows become names of classes, or numbers: double(categorical(labels))."
                    : "Save numbers, such as double(categorical(texts)).")
        }
        guard dataset.count > 0 else {
            throw error(.empty, expected: "at least one row and one column", found: "an empty array")
        }
        try dataset.checkReadable()
    }

    func error(_ kind: DatasetError.Kind, expected: String, found: String, _ advice: String? = nil) -> DatasetError {
        DatasetError(kind, file: file.path, object: name, expected: expected, found: found, advice: advice)
    }

    /// The array with its samples first, row-major.
    func array(
        samples axis: Int, as role: ImportedRole, _ judgment: RoundingLoss.Judgment = .table
    ) throws -> ImportedArray {
        let isList = role == .targets && isVector
        let axes = isList ? [] : shape.indices.filter { $0 != axis }
        let order = isList ? [shape.firstIndex { $0 != 1 } ?? 0] : [axis] + axes
        var strides = [Int](repeating: 1, count: shape.count)
        for index in shape.indices.dropFirst() { strides[index] = strides[index - 1] * shape[index - 1] }
        let places = Places(order.map { shape[$0] }, order.map { strides[$0] })
        // One number a sample is a column of its own.
        let new = order.map { shape[$0] } + (role == .inputs && order.count == 1 ? [1] : [])
        return ImportedArray(
            shape: new, values: try values(places, new, role, judgment), file: file.path, object: name,
            floatBits: packing == nil ? dataset.elementType.floatBits : nil)
    }

    /// The text of each row, without the spaces that fill it up; or each letter, of a single row.
    func texts() throws -> [String] {
        let units = try dataset.read(as: Int64.self)
        let (rows, columns) = shape[0] > 1 ? (shape[0], shape[1]) : (dataset.count, 1)
        return try (0..<rows).map { row in
            let text = try (0..<columns).map { column -> UInt16 in
                guard let unit = UInt16(exactly: units[column * rows + row]) else {
                    throw error(.malformed, expected: "letters", found: "\(units[column * rows + row]) in row \(row)")
                }
                return unit
            }
            let padded = String(decoding: text, as: UTF16.self)
            return String(padded.reversed().drop { $0 == " " || $0 == "\0" }.reversed())
        }
    }

    private func values(
        _ places: Places, _ shape: [Int], _ role: ImportedRole, _ judgment: RoundingLoss.Judgment
    ) throws -> ImportedValues {
        let type = dataset.elementType
        if let packing {
            var stored = try dataset.read(as: Double.self)
            try stored.withUnsafeMutableBufferPointer { try packing.undo($0, of: dataset) }
            if packing.isScaled {
                let values = places.gather(stored)
                guard role == .inputs else { return .float64(values) }
                return loses(shape, judgment) { values[$0] } ? .float64(values) : .float32(values.map { Float($0) })
            }
        }
        if isLogical {
            let values = try dataset.read(as: Int64.self)
            if let value = values.first(where: { $0 != 0 && $0 != 1 }) {
                throw error(.malformed, expected: "0 and 1 in an array of class logical", found: "\(value)")
            }
        }
        if type == .uint8, !isLogical { return .uint8(places.gather(try dataset.read(as: UInt8.self))) }
        if !type.isWiderThanFloat32, role == .inputs {
            return .float32(places.gather(try dataset.read(as: Float.self)))
        }
        if !type.isFloat, type != HDF5ElementType(kind: .unsignedInteger, size: 8, byteOrder: type.byteOrder) {
            let values = places.gather(try dataset.read(as: Int64.self))
            guard role == .inputs else { return .int64(values) }
            return loses(shape, judgment) { Double(values[$0]) } ? .int64(values) : .float32(values.map { Float($0) })
        }
        let values = places.gather(try dataset.read(as: Double.self))
        if role == .targets {
            // MATLAB keeps labels as floating-point numbers.
            let areWhole = values.allSatisfy { $0 == $0.rounded() && abs($0) < 0x1p53 }
            return areWhole ? .int64(values.map { Int64($0) }) : .float64(values)
        }
        return loses(shape, judgment) { values[$0] } ? .float64(values) : .float32(values.map { Float($0) })
    }

    private func loses(_ shape: [Int], _ judgment: RoundingLoss.Judgment, _ value: (Int) -> Double) -> Bool {
        let layout = ArrayLayout(shape: shape)
        var loss = RoundingLoss(features: layout.features, by: judgment)
        for index in 0..<count { loss.add(value(index), layout.feature(index)) }
        return loss.feature != nil
    }
}

/// The places of an array's elements in another order of its axes, the last axis fastest.
private struct Places {
    private let lengths: [Int]
    private let strides: [Int]

    init(_ lengths: [Int], _ strides: [Int]) { (self.lengths, self.strides) = (lengths, strides) }

    func gather<Value>(_ values: [Value]) -> [Value] {
        var index = [Int](repeating: 0, count: lengths.count)
        var place = 0
        return values.indices.map { _ in
            defer {
                for axis in lengths.indices.reversed() {
                    index[axis] += 1
                    place += strides[axis]
                    if index[axis] < lengths[axis] { break }
                    place -= strides[axis] * lengths[axis]
                    index[axis] = 0
                }
            }
            return values[place]
        }
    }
}
