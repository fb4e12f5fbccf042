import HDF5
import Kernels

/// One split as it was read, before targets of all splits are interpreted together and normalization is chosen.
struct RawTable {
    let inputs: SampleTable.Inputs
    let count: Int
    let inputShape: [Int]
    let targets: RawTargets
    let origin: SampleTable.Origin
    /// What the attributes of the inputs say; empty when they say nothing.
    let normalization: NormalizationValues
    /// Whether inputs without attributes are scaled by 1/255.
    let isUInt8: Bool
}

/// Reads the inputs and targets of one split.
struct TableReader {
    let file: OpenFile

    func table(inputs: HDF5Dataset, targets: HDF5Dataset?) throws -> RawTable {
        let shape = try inputShape(inputs)
        let count = inputs.shape[0]
        if let targets { try checkRows(targets, count, inputs) }
        let values = try read(inputs, sampleShape: shape)
        return RawTable(
            inputs: values, count: count, inputShape: shape, targets: try targets.map(readTargets) ?? .unlabeled,
            origin: SampleTable.Origin(
                file: file.path, inputs: inputs.name, targets: targets?.name ?? "(no targets)"),
            normalization: try normalization(of: inputs), isUInt8: inputs.elementType == .uint8)
    }

    /// Rank of at least two, nothing empty, rows that an Int32 counts.
    private func inputShape(_ dataset: HDF5Dataset) throws -> [Int] {
        guard dataset.shape.count >= 2 else {
            throw error(
                .wrongShape, dataset, expected: "inputs of rank 2 or more: rows first, then the shape of a sample",
                found: "shape \(dataset.shape)", "Single numbers a row have the shape [rows, 1].")
        }
        guard dataset.count > 0 else {
            throw error(.empty, dataset, expected: "at least one row and one column", found: "shape \(dataset.shape)")
        }
        guard dataset.shape[0] <= Int(Int32.max) else {
            throw error(.unsupported, dataset, expected: "at most \(Int32.max) rows", found: "\(dataset.shape[0])")
        }
        return Array(dataset.shape.dropFirst())
    }

    private func checkRows(_ targets: HDF5Dataset, _ count: Int, _ inputs: HDF5Dataset) throws {
        guard (1...2).contains(targets.shape.count), targets.shape.count == 1 || targets.shape[1] > 0 else {
            throw error(
                .wrongShape, targets, expected: "targets of shape [rows] or [rows, width]",
                found: "shape \(targets.shape)")
        }
        guard targets.shape[0] == count else {
            throw error(
                .rowCounts, targets, expected: "\(count) rows, as many as \(inputs.name)",
                found: "\(targets.shape[0])", "Inputs and targets belong together row by row.")
        }
    }

    private func read(_ dataset: HDF5Dataset, sampleShape: [Int]) throws -> SampleTable.Inputs {
        guard dataset.elementType.isNumeric else {
            throw error(
                .wrongType, dataset, expected: "integers or floating-point numbers",
                found: "elements of type \(dataset.elementType)")
        }
        // Before memory is taken on the word of the file.
        try dataset.checkReadable()
        if dataset.elementType == .uint8 {
            let buffer = ByteBuffer(count: dataset.count)
            try dataset.read(into: UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count))
            return .bytes(buffer)
        }
        let buffer = AlignedBuffer(count: dataset.count)
        try dataset.read(into: UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count))
        if dataset.elementType.isFloat {
            try checkFinite(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count), dataset, sampleShape)
        }
        return .floats(buffer)
    }

    private func readTargets(_ dataset: HDF5Dataset) throws -> RawTargets {
        guard dataset.elementType.isNumeric else {
            throw error(
                .wrongType, dataset, expected: "integers (classes) or floating-point numbers",
                found: "elements of type \(dataset.elementType)",
                "Store class indices from zero, and the names as the attribute class_names of the file.")
        }
        let width = dataset.shape.count == 2 ? dataset.shape[1] : 1
        if !dataset.elementType.isFloat && width == 1 {
            return .integers(try dataset.read(as: Int64.self))
        }
        let values = try dataset.read(as: Float.self)
        try values.withUnsafeBufferPointer { try checkFinite($0, dataset, Array(dataset.shape.dropFirst())) }
        return .values(values, width: width)
    }

    private func checkFinite(_ values: UnsafeBufferPointer<Float>, _ dataset: HDF5Dataset, _ shape: [Int]) throws {
        guard let base = values.baseAddress else { return }
        let index = availableKernels()[0].firstNonFinite(base, count: values.count)
        guard index < values.count else { return }
        let value = values[index]
        throw error(
            .notFinite, dataset, expected: "finite numbers",
            found: "\(value) in \(elementPosition(index, sampleShape: shape))",
            value.isNaN || dataset.elementType.size < 8
                ? "Remove the row, or replace the value (numpy.nan_to_num)."
                : "It is infinite in the file, or beyond the range of Float32; remove the row, or scale the column.")
    }

    private func normalization(of dataset: HDF5Dataset) throws -> NormalizationValues {
        let own = try NormalizationValues(dataset.attributes)
        return own.isEmpty ? try NormalizationValues(file.file.root.attributes) : own
    }

    private func error(
        _ kind: DatasetError.Kind, _ dataset: HDF5Dataset, expected: String, found: String, _ advice: String? = nil
    ) -> DatasetError {
        DatasetError(kind, file: file.path, object: dataset.name, expected: expected, found: found, advice: advice)
    }
}

extension NormalizationValues {
    /// The attributes `scale`, `offset`, `mean` and `standard_deviation`.
    init(_ attributes: HDF5Attributes) throws {
        scale = try attributes.numbers("scale")
        offset = try attributes.numbers("offset")
        mean = try attributes.numbers("mean")
        standardDeviation = try attributes.numbers("standard_deviation")
    }
}

extension HDF5Dataset {
    /// The path as people write it, without the slash before it.
    var name: String { String(path.drop { $0 == "/" }) }
}
