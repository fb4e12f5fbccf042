import HDF5

/// What a file says of its classes: their texts, and the numbers these are.
struct ClassLabels: Equatable {
    /// By class index; nil where there are none.
    var names: [String]?
    /// By class index; nil where a text is no number, or nothing is said of it.
    var values: [Double]?
    /// Whether an import was told that these are classes, and no numbers.
    var areClassesOnly = false

    init(names: [String]? = nil, values: [Double]? = nil) {
        self.names = names
        self.values = values
    }

    /// The attributes `class_names` and `class_values` of a file.
    /// - Throws: `DatasetError` where these do not go together.
    init(_ file: OpenFile) throws {
        let attributes = try file.file.root.attributes
        self.init(names: try attributes.strings("class_names"), values: try attributes.numbers("class_values"))
        areClassesOnly = try attributes.string("target_kind") == TargetChoice.classes.rawValue
        guard let values else { return }
        func error(_ expected: String, _ found: String) -> DatasetError {
            DatasetError(.malformed, file: file.path, object: "class_values", expected: expected, found: found)
        }
        if let names, names.count != values.count {
            throw error("\(names.count) numbers, one for each of class_names", "\(values.count)")
        }
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw error("finite numbers", "\(values[bad]) for class \(bad)")
        }
    }

    /// - Throws: `DatasetError` where the targets may be read as classes alone.
    func checkMayBeValues(_ origin: SampleTable.Origin, isTrained: Bool) throws {
        guard areClassesOnly else { return }
        let alternative = names?.areIndices ?? true ? ", or say targetKind: values." : "."
        throw DatasetError(
            .wrongType, file: origin.file, object: origin.targets, expected: "values, which the loss reads",
            found: "classes, as the import was told (target_kind)",
            advice: isTrained
                ? "Import again without --task classification."
                : "Use the loss crossEntropy, or import again without --task classification" + alternative)
    }

    /// How many classes are described; nil if nothing is said.
    var count: Int? { names?.count ?? values?.count }

    /// The values of class indices.
    /// - Throws: `DatasetError` that names the first row without one, or with one that Float32 does not hold.
    func values(of indices: [Int64], _ origin: SampleTable.Origin) throws -> Targets? {
        guard let values else { return nil }
        var result: [Float] = []
        result.reserveCapacity(indices.count)
        for (row, index) in indices.enumerated() {
            guard values.indices.contains(Int(clamping: index)) else {
                throw DatasetError(
                    .labelOutOfRange, file: origin.file, object: origin.targets,
                    expected: "labels in 0 ..< \(values.count), since there are \(values.count) class_values",
                    found: "\(index) in row \(row)", advice: "Classes count from zero: correct the label.")
            }
            let value = Float(values[Int(index)])
            guard value.isFinite else {
                throw DatasetError(
                    .notFinite, file: origin.file, object: origin.targets,
                    expected: "numbers within the range of Float32", found: "\(values[Int(index)]) in row \(row)",
                    advice: "Scale the targets.")
            }
            result.append(value)
        }
        return .values(result, width: 1)
    }

    /// The class indices of values.
    /// - Throws: `DatasetError` that names the first row whose value is that of no class.
    func classes(of numbers: [Double], _ origin: SampleTable.Origin) throws -> Targets? {
        guard let values else { return nil }
        let places = Dictionary(values.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        // Numbers that two texts stand for tell nothing of which it was.
        guard places.count == values.count else { return nil }
        return .classes(
            try numbers.enumerated().map { row, number in
                if let place = places[number] { return place }
                throw DatasetError(
                    .labelOutOfRange, file: origin.file, object: origin.targets,
                    expected: "one of the \(values.count) class_values", found: "\(number) in row \(row)",
                    advice: "Correct the value, or add it to class_names and class_values.")
            })
    }
}
