import HDF5

/// Which axis of an array counts its samples, as its program names axes.
public enum SampleAxis: String, CaseIterable, Sendable {
    case first, last
}

extension ImportedDataset {
    /// Reads arrays that MATLAB has saved as version 7.3, and any others in HDF5 whose axes stand in reverse order, as
    /// Julia and R write them. Axes come back into the order of the program, samples first.
    ///
    /// Samples are along the axis that has as many as there are targets: the first, or else the last ([height, width,
    /// channels, samples]). Where both have, and without targets, it is the first of two axes and the last of more.
    /// Whole numbers stay as they are, and so are class indices from zero: labels 1 to 3 leave class 0 empty, which is
    /// noted.
    ///
    /// - Parameters:
    ///   - inputs, targets: names of the arrays without the split, as in `DatasetDescription`.
    ///   - samples: the axis; nil to find it as above.
    ///   - taking: whether there have to be targets, or shall be none.
    public static func matlab(
        _ path: String, inputs: String? = nil, targets: String? = nil, samples: SampleAxis? = nil,
        split fractions: SplitFractions = SplitFractions(), taking: TargetImport = .required
    ) throws -> ImportedDataset {
        let file = try OpenFile(path)
        let result = Result {
            try read(file, inputs: inputs, targets: targets, samples: samples, split: fractions, taking: taking)
        }
        try file.file.close()
        var imported = try result.get()
        try imported.cut(fractions, file: path)
        return imported
    }

    private static func read(
        _ file: OpenFile, inputs: String?, targets: String?, samples: SampleAxis?, split fractions: SplitFractions,
        taking: TargetImport
    ) throws -> ImportedDataset {
        var found: [Split: TableNames] = [:]
        for split in Split.allCases {
            found[split] = try TableNames.find(split, inputs: inputs, targets: targets, exists: file.contains)
        }
        // What has no split in its name goes where it is wanted, unless that is there by name.
        if found[fractions.destination] == nil, let plain = found[.train], [inputs, "x", "X"].contains(plain.inputs) {
            (found[.train], found[fractions.destination]) = (nil, plain)
        }
        var imported = ImportedDataset(tables: [:])
        for split in Split.allCases {
            guard let names = found[split] else { continue }
            let x = try ColumnMajorArray(file.dataset(names.inputs, key: "--inputs."), file)
            var y: ColumnMajorArray?
            if taking == .required {
                let name = names.targets ?? TableNames.candidates(targets ?? "y", split)[0]
                y = try ColumnMajorArray(
                    file.dataset(name, key: "--targets, or take inputs alone, to predict on: --no-targets."), file)
            }
            let axes = try SampleAxes(x, y, samples)
            if let note = axes.note { imported.notes.append(note) }
            imported.tables[split] = try Table(
                inputs: x.array(samples: axes.inputs, as: .inputs),
                targets: y.map { try $0.array(samples: axes.targets, as: .targets) })
            if let y, let note = imported.tables[split]?.targets?.labelNote(y.name) { imported.notes.append(note) }
        }
        guard !imported.tables.isEmpty else {
            throw try file.missing(
                TableNames.candidates(inputs ?? "x", .train)[0], key: "--inputs and --targets.")
        }
        return imported
    }
}

/// An array as its program sees it: axes in the order of the program, the first of them the fastest in the file.
private struct ColumnMajorArray {
    let shape: [Int]
    private let dataset: HDF5Dataset
    private let file: OpenFile
    private let isLogical: Bool

    var name: String { dataset.name }
    /// Whether it is a list: one axis that has more than one place, or none.
    var isVector: Bool { shape.count { $0 != 1 } <= 1 }
    var count: Int { dataset.count }

    /// - Throws: `DatasetError` for what is no array of numbers, or empty.
    init(_ dataset: HDF5Dataset, _ file: OpenFile) throws {
        self.dataset = dataset
        self.file = file
        shape = dataset.shape.reversed()
        let type = try dataset.attributes.attribute("MATLAB_class").flatMap { attribute -> String? in
            if case .strings(let texts) = attribute.value { texts.first } else { nil }
        }
        isLogical = type == "logical"
        let numbers = [
            "double", "single", "logical", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        ]
        guard type.map(numbers.contains) ?? true, dataset.elementType.isNumeric else {
            throw error(
                .wrongType, expected: "an array of numbers",
                found: type.map { "one of class \($0)" } ?? "\(dataset.elementType)",
                "Save numbers, such as double(categorical(labels)) for texts.")
        }
        // Such an array holds its shape in the place of elements.
        let isEmpty = try dataset.attributes.contains("MATLAB_empty")
        guard !isEmpty, dataset.count > 0 else {
            throw error(.empty, expected: "at least one row and one column", found: "an empty array")
        }
        try dataset.checkReadable()
    }

    func error(_ kind: DatasetError.Kind, expected: String, found: String, _ advice: String? = nil) -> DatasetError {
        DatasetError(kind, file: file.path, object: name, expected: expected, found: found, advice: advice)
    }

    /// The array with its samples first, row-major.
    func array(samples axis: Int, as role: ImportedRole) throws -> ImportedArray {
        let isList = role == .targets && isVector
        let axes = isList ? [] : shape.indices.filter { $0 != axis }
        let order = isList ? [shape.firstIndex { $0 != 1 } ?? 0] : [axis] + axes
        var strides = [Int](repeating: 1, count: shape.count)
        for index in shape.indices.dropFirst() { strides[index] = strides[index - 1] * shape[index - 1] }
        let places = Places(order.map { shape[$0] }, order.map { strides[$0] })
        // One number a sample is a column of its own.
        let new = order.map { shape[$0] } + (role == .inputs && order.count == 1 ? [1] : [])
        return ImportedArray(shape: new, values: try values(places, new, role), file: file.path, object: name)
    }

    private func values(_ places: Places, _ shape: [Int], _ role: ImportedRole) throws -> ImportedValues {
        let type = dataset.elementType
        if type == .uint8, !isLogical { return .uint8(places.gather(try dataset.read(as: UInt8.self))) }
        if !type.isWiderThanFloat32, role == .inputs {
            return .float32(places.gather(try dataset.read(as: Float.self)))
        }
        if !type.isFloat, type != HDF5ElementType(kind: .unsignedInteger, size: 8, byteOrder: type.byteOrder) {
            let values = places.gather(try dataset.read(as: Int64.self))
            guard role == .inputs else { return .int64(values) }
            return loses(shape) { Double(values[$0]) } ? .int64(values) : .float32(values.map { Float($0) })
        }
        let values = places.gather(try dataset.read(as: Double.self))
        if role == .targets {
            // MATLAB keeps labels as floating-point numbers.
            let areWhole = values.allSatisfy { $0 == $0.rounded() && abs($0) < 0x1p53 }
            return areWhole ? .int64(values.map { Int64($0) }) : .float64(values)
        }
        return loses(shape) { values[$0] } ? .float64(values) : .float32(values.map { Float($0) })
    }

    private func loses(_ shape: [Int], _ value: (Int) -> Double) -> Bool {
        let layout = ArrayLayout(shape: shape)
        var loss = RoundingLoss(features: layout.features)
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

/// The axes of inputs and targets that count samples.
private struct SampleAxes {
    let inputs: Int
    let targets: Int
    /// Where it could have been another.
    private(set) var note: String?

    init(_ x: ColumnMajorArray, _ y: ColumnMajorArray?, _ asked: SampleAxis?) throws {
        func axis(_ which: SampleAxis, _ array: ColumnMajorArray) -> Int { which == .first ? 0 : array.shape.count - 1 }
        let preferred: [SampleAxis] = asked.map { [$0] } ?? (x.shape.count > 2 ? [.last, .first] : [.first, .last])
        guard let y else {
            (inputs, targets) = (axis(preferred[0], x), 0)
            if asked == nil, x.shape.count > 1 {
                note = Self.text(x, preferred[0], "without targets to count")
            }
            return
        }
        let pairs = preferred.flatMap { own in
            y.isVector
                ? (x.shape[axis(own, x)] == y.count ? [(own, axis(.first, y))] : [])
                : preferred.filter { x.shape[axis(own, x)] == y.shape[axis($0, y)] }.map { (own, axis($0, y)) }
        }
        guard let (own, other) = pairs.first else {
            throw y.error(
                .rowCounts, expected: "as many targets as \(x.name) has samples along an axis, shape \(x.shape)",
                found: "shape \(y.shape)", "Inputs and targets belong together sample by sample.")
        }
        (inputs, targets) = (axis(own, x), other)
        if asked == nil, Set(pairs.map(\.0)).count > 1, x.shape.count > 1 {
            note = Self.text(x, own, "both have as many as there are targets")
        }
    }

    private static func text(_ x: ColumnMajorArray, _ axis: SampleAxis, _ why: String) -> String {
        let other = axis == .first ? SampleAxis.last : .first
        return "guessed: samples of \(x.name) \(x.shape) are along the \(axis) axis, \(why) "
            + "(the other: --samples \(other))"
    }
}

extension ImportedArray {
    /// What to know of whole numbers that count from one.
    fileprivate func labelNote(_ name: String) -> String? {
        guard case .int64(let labels) = values, shape.count == 1, labels.min() == 1, let most = labels.max() else {
            return nil
        }
        return "\(name) has whole numbers 1 ... \(most), kept as they are: as classes, class 0 has no sample"
    }
}
