import Foundation
import HDF5
import Kernels

/// Reads the inputs and targets of one split.
struct TableReader {
    let file: OpenFile

    /// Finds out what is there, and checks it.
    func files(inputs: HDF5Dataset, targets: HDF5Dataset?) throws -> TableFiles {
        guard inputs.layout == .virtual || inputs.elementType.isNumeric else {
            throw error(
                .wrongType, inputs, expected: "integers or floating-point numbers",
                found: "elements of type \(inputs.elementType)")
        }
        // Before anything is believed that the file says of sizes, and before memory is taken on its word. What is
        // virtual has no shape that could be looked at.
        try inputs.checkReadable()
        for dataset in [inputs, targets] {
            if let dataset { try ColumnMajorProgram.refuse(dataset, inputs: inputs, targets: targets) }
        }
        let shape = try inputShape(inputs)
        try checkWritten(inputs)
        if let targets {
            if targets.layout == .virtual { try targets.checkReadable() }
            try checkRows(targets, inputs.shape[0], inputs)
            // Those of other types are refused when they are read.
            if targets.elementType.isNumeric {
                try targets.checkReadable()
                try checkWritten(targets)
            }
        }
        var facts = try TableFacts(of: file, inputs: inputs, targets: targets)
        let (packing, targetPacking) = (try Packing(of: inputs), try targets.flatMap { try Packing(of: $0) })
        let texts = [(inputs, packing), (targets, targetPacking)].compactMap { dataset, packing in
            dataset.flatMap { dataset in packing.flatMap { $0.isScaled ? "\(dataset.name) is \($0.text)" : nil } }
        }
        if !texts.isEmpty { facts.notes.append("\(file.path): packed numbers: " + texts.joined(separator: ", ")) }
        return TableFiles(
            file: file, inputs: inputs, targets: targets, inputShape: shape, classes: try ClassLabels(file),
            facts: facts, packing: packing, targetPacking: targetPacking)
    }

    /// Reads targets, and as much of the inputs as their placement asks for. Inputs are looked at in any case, for the
    /// digest and for numbers that are not finite; those that stay in their file only if it is not known.
    ///
    /// - Parameter contents: is given what was found out about inputs that stay in their file.
    func table(
        _ table: TableFiles, _ placement: Placement, _ loading: LoadingOptions, _ contents: inout DatasetContents
    ) throws -> RawTable {
        let stamp = try table.file.file.stamp()
        let inputs = try place(table, placement, threads: loading.resolvedThreads)
        var content: ContentDigest?
        // What is known of a file is known of its columns as they are.
        let isKnowable = !placement.isMemory && table.match?.features == nil && !table.isUnpacked
        if isKnowable, !loading.verifies { content = try loading.known.content(of: table) }
        let known = try content ?? self.content(of: inputs, table)
        if isKnowable { try contents.record(known, of: table, before: stamp, at: Date()) }
        return RawTable(
            inputs: inputs, content: known, wide: try WideInputs(table, placement), isNew: content == nil,
            count: table.count,
            inputShape: table.sampleShape, fileShape: table.inputShape,
            targets: try table.targets.map { try readTargets($0, table.classes, table.targetPacking) } ?? .unlabeled,
            classes: table.classes,
            origin: SampleTable.Origin(
                file: file.path, inputs: table.inputs.name, targets: table.targets?.name ?? "(no targets)"),
            normalization: try normalization(of: table.inputs), facts: table.facts, match: table.match!,
            isUInt8: table.storesBytes, floatBits: table.packing == nil ? table.inputs.elementType.floatBits : nil,
            isPacked: table.packing?.isScaled ?? false)
    }

    /// Goes through all inputs.
    private func content(of inputs: SampleTable.Inputs, _ table: TableFiles) throws -> ContentDigest {
        var content = ContentDigest(
            inputShape: table.sampleShape, count: table.count, storesBytes: table.storesBytes)
        let features = table.sampleShape.reduce(1, *)
        try inputs.forEachRun(rows: table.count) { rows, run in
            content.add(run.memory(rows.count, features: features))
            func position(_ index: Int) -> Int {
                elementIndex(index, firstRow: rows.lowerBound, table.inputs, places: table.match?.features)
            }
            switch run {
            case .bytes(let values):
                try table.packing?.checkPresent(
                    UnsafeBufferPointer(start: values, count: rows.count * features), of: table.inputs,
                    position: position)
            case .floats(let values):
                let values = UnsafeBufferPointer(start: values, count: rows.count * features)
                if table.inputs.elementType.isFloat || table.isUnpacked {
                    try checkFinite(values, table.inputs, position: position)
                }
                if table.inputs.elementType.kind == .boolean,
                    let index = values.firstIndex(where: { $0 != 0 && $0 != 1 })
                {
                    throw notBoolean(
                        Double(values[index]), table.inputs,
                        elementPosition(position(index), sampleShape: table.inputShape))
                }
                if !table.isUnpacked {
                    try table.packing?.checkPresent(values, of: table.inputs, position: position)
                }
            }
        }
        return content
    }

    private func place(_ table: TableFiles, _ placement: Placement, threads: Int) throws -> SampleTable.Inputs {
        let dataset = table.inputs
        switch placement {
        case .memory where table.match?.features != nil || table.isUnpacked:
            return try decoded(table)
        case .memory:
            if table.storesBytes {
                let buffer = ByteBuffer(count: dataset.count)
                try dataset.read(into: UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count), threads)
                return .bytes(Elements(buffer))
            }
            let buffer = AlignedBuffer(count: dataset.count)
            try dataset.read(into: UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count), threads)
            return .floats(Elements(buffer))
        case .mapping(let offset):
            let mapping = try FileMapping(dataset, offset: offset)
            if let places = table.match?.features {
                return .mappedColumns(
                    MappedColumns(
                        mapping: mapping, storesBytes: table.storesBytes, places: places,
                        source: try table.makeRowSource(), width: dataset.shape.dropFirst().reduce(1, *)))
            }
            if table.storesBytes {
                let bytes = mapping.pointer.bindMemory(to: UInt8.self, capacity: dataset.count)
                return .bytes(Elements(bytes, count: dataset.count, owner: mapping))
            }
            let floats = mapping.pointer.bindMemory(to: Float.self, capacity: dataset.count)
            return .floats(Elements(floats, count: dataset.count, owner: mapping))
        case .stream(let source, let memory):
            return .streamed(StreamedInputs(source: source, memory: memory))
        }
    }

    /// Refuses a data set of which a part was never written: it would read as zeros, or whatever its fill value is, as
    /// if somebody had put them there.
    private func checkWritten(_ dataset: HDF5Dataset) throws {
        guard let gap = try dataset.unwrittenPart() else { return }
        throw error(
            .malformed, dataset, expected: "all of its rows written",
            found: gap.chunks == gap.missing
                ? "none: it was made, and nothing was written to it"
                : "\(gap.missing) of its \(gap.chunks) chunks missing, the first with row \(gap.firstRow)",
            "Whatever wrote it ended too early: write it again. If what is missing is meant to be the fill value, write "
                + "that, in h5py: f['\(dataset.name)'][...] = f['\(dataset.name)'][...]")
    }

    /// The columns that were matched, or numbers that were packed, in memory.
    private func decoded(_ table: TableFiles) throws -> SampleTable.Inputs {
        let source = try table.makeRowSource()
        if table.storesBytes {
            let buffer = ByteBuffer(count: table.count * source.features)
            try source.makeReader().read(0..<table.count, into: buffer.pointer)
            return .bytes(Elements(buffer))
        }
        let buffer = AlignedBuffer(count: table.count * source.features)
        try source.makeReader().read(0..<table.count, into: buffer.pointer)
        return .floats(Elements(buffer))
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
                found: "\(targets.shape[0])",
                "Inputs and targets belong together row by row."
                    + (inputs.shape.last == targets.count
                        ? " If rows are last, as MATLAB, Julia and R write arrays: "
                            + ColumnMajorProgram.command(file.path, inputs: inputs, targets: targets) : ""))
        }
    }

    private func readTargets(
        _ dataset: HDF5Dataset, _ classes: ClassLabels, _ packing: Packing?
    ) throws -> RawTargets {
        guard dataset.elementType.isNumeric else {
            throw error(
                .wrongType, dataset, expected: "integers (classes) or floating-point numbers",
                found: "elements of type \(dataset.elementType)",
                "Store class indices from zero, and the names as the attribute class_names of the file.")
        }
        if dataset.isIntegerARow, !(packing?.isScaled ?? false) {
            let values = try dataset.read(as: Int64.self)
            if dataset.elementType.kind == .boolean, let row = values.firstIndex(where: { $0 != 0 && $0 != 1 }) {
                throw notBoolean(Double(values[row]), dataset, "row \(row)")
            }
            for (row, value) in values.enumerated() where packing != nil {
                do throws(MissingNumber) {
                    _ = try packing?.number(Double(value))
                } catch {
                    throw error.error(in: dataset, position: row)
                }
            }
            return .integers(values)
        }
        let width = dataset.shape.count == 2 ? dataset.shape[1] : 1
        if dataset.isReadWide(classes) || packing != nil {
            var values = try dataset.read(as: Double.self)
            try values.withUnsafeMutableBufferPointer { try packing?.undo($0, of: dataset) }
            if let index = values.firstIndex(where: { !Float($0).isFinite }) {
                throw notFinite(
                    Float(values[index]), dataset,
                    elementPosition(index, sampleShape: Array(dataset.shape.dropFirst())))
            }
            return .numbers(values, width: width)
        }
        let values = try dataset.read(as: Float.self)
        try values.withUnsafeBufferPointer { try checkFinite($0, dataset) { $0 } }
        return .values(values, width: width)
    }

    /// - Parameter position: the place in the array of a number of `values`.
    private func checkFinite(
        _ values: UnsafeBufferPointer<Float>, _ dataset: HDF5Dataset, position: (Int) -> Int
    ) throws {
        guard let base = values.baseAddress else { return }
        let index = availableKernels()[0].firstNonFinite(base, count: values.count)
        guard index < values.count else { return }
        throw notFinite(
            values[index], dataset,
            elementPosition(position(index), sampleShape: Array(dataset.shape.dropFirst())))
    }

    private func notFinite(_ value: Float, _ dataset: HDF5Dataset, _ position: String) -> DatasetError {
        error(
            .notFinite, dataset, expected: "finite numbers", found: "\(value) in \(position)",
            value.isNaN || dataset.elementType.size < 8
                ? "Remove the row, or replace the value (numpy.nan_to_num)."
                : "It is infinite in the file, or beyond the range of Float32; remove the row, or scale the column.")
    }

    private func notBoolean(_ value: Double, _ dataset: HDF5Dataset, _ position: String) -> DatasetError {
        error(
            .malformed, dataset, expected: "false (0) or true (1) in each place, as bool has",
            found: "\(Int(value)) in \(position)",
            "Store what are no truth values as uint8 or another type of numbers.")
    }

    func normalization(of dataset: HDF5Dataset) throws -> NormalizationValues {
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
    /// The attributes `scale`, `offset`, `mean` and `standard_deviation`, with something before their names.
    init(_ attributes: HDF5Attributes, prefix: String = "") throws {
        scale = try attributes.numbers(prefix + "scale")
        offset = try attributes.numbers(prefix + "offset")
        mean = try attributes.numbers(prefix + "mean")
        standardDeviation = try attributes.numbers(prefix + "standard_deviation")
    }
}

extension HDF5Dataset {
    /// Whether these are targets of one whole number a row.
    var isIntegerARow: Bool { !elementType.isFloat && (shape.count < 2 || shape[1] == 1) }

    /// Whether these are targets that are read in 64 bits: integers, values that may be looked up among those of
    /// classes, and those that Float32 may not hold before they are brought into other units.
    func isReadWide(_ classes: ClassLabels) -> Bool {
        isIntegerARow || elementType.isWiderThanFloat32
            || (classes.values != nil && (shape.count < 2 || shape[1] == 1))
    }

    /// The path as people write it, without the slash before it.
    var name: String { String(path.drop { $0 == "/" }) }
}
