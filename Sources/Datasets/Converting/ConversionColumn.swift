import HDF5
import Kernels

/// One data set of the file to make, and those it is made of.
struct ConversionColumn {
    let name: String
    private let sources: [ConversionSource]
    private let type: HDF5ElementType
    private let choice: DatasetConversion.ElementType?
    private let shape: [Int]
    private let storage: HDF5Storage
    /// How each source is packed, if it is, and whether the new file has the numbers themselves.
    private let packings: [Packing?]
    private let isUnpacked: Bool

    /// Bytes that are copied at once, about.
    private static let bandBytes = 8 << 20

    /// - Parameters:
    ///   - sources: one or more, whose samples are of `sampleShape` when they are read.
    ///   - type: of the elements in the file to make.
    ///   - choice: the type that was asked for, if one was.
    ///   - chunkRows: nil for contiguous data.
    init(
        _ name: String, _ sources: [ConversionSource], type: HDF5ElementType, choice: DatasetConversion.ElementType?,
        chunkRows: Int?, _ storage: DatasetConversion.Storage
    ) throws {
        self.name = name
        self.sources = sources
        self.type = type
        self.choice = choice
        let first = sources[0].dataset
        let isTarget = name.hasPrefix("y")
        packings = try sources.map { try Packing(of: $0.dataset) }
        isUnpacked = try choice != nil || sources.areUnpacked
        for source in sources {
            let dataset = source.dataset
            try dataset.checkReadable()
            let isSame =
                HDF5ElementType(kind: dataset.elementType.kind, size: dataset.elementType.size)
                == HDF5ElementType(kind: first.elementType.kind, size: first.elementType.size)
            // Class indices are small enough for any type, and numbers in other units are no whole numbers.
            let isHeld = isSame || isUnpacked && type == .float64 || isTarget && type.holds(dataset.elementType)
            guard choice != nil || source.classes != nil || isHeld && (source.units == nil || type.isFloat) else {
                throw DatasetError(
                    .wrongType, file: dataset.file.path, object: dataset.name,
                    expected: "elements of type \(first.elementType) as in \(first.file.path)",
                    found: isHeld ? "numbers in other units" : "\(dataset.elementType)",
                    advice: isTarget
                        ? "Whole numbers are classes, others are values: convert each file by itself, or write the targets "
                            + "of one of them anew, in the type of the other."
                        : "Say which type to give all: --type float32.")
            }
        }
        let rest = sources[0].sampleShape
        shape = [sources.reduce(0) { $0 + $1.dataset.shape[0] }] + rest
        guard let chunkRows else {
            self.storage = .contiguous
            return
        }
        let (bytes, overflow) = min(chunkRows, shape[0]).multipliedReportingOverflow(by: rest.reduce(type.size, *))
        guard !overflow, bytes <= HDF5Limits.chunkBytes else {
            throw DatasetError(
                .invalidOption, file: first.file.path, object: first.name,
                expected: "chunks of at most \(wholeSize(HDF5Limits.chunkBytes))",
                found: "\(chunkRows) rows of \(rest.reduce(type.size, *)) bytes")
        }
        self.storage = .chunked(
            [chunkRows] + rest, deflate: storage.deflate, shuffle: storage.shufflesBytes && type.size > 1,
            fletcher32: storage.fletcher32)
    }

    var bytes: Int { shape.reduce(type.size, *) }

    /// `x_train: [60000, 28, 28] uint8, chunks of 256 rows, gzip 4`.
    var summary: String {
        var text = "\(name): \(shape) \(type)"
        guard let chunk = storage.chunk else { return text + ", contiguous" }
        text += ", chunks of \(min(chunk[0], shape[0])) rows"
        if storage.shuffle { text += ", shuffle" }
        if let level = storage.deflate { text += ", gzip \(level)" }
        return text + (storage.fletcher32 ? ", fletcher32" : "")
    }

    /// Writes the data set. Returns the digest of its elements.
    func write(to root: HDF5Group, _ advance: (Int) -> Void) throws -> UInt64 {
        let target = try root.createDataset(name, shape: shape, type: type, storage: storage)
        if !isUnpacked, packings[0] != nil { try Packing.copy(from: sources[0].dataset, to: target.attributes) }
        return try copy(to: target, as: element, advance)
    }

    /// The digest of the elements of a data set that was written.
    func digest(of dataset: HDF5Dataset, _ advance: (Int) -> Void) throws -> UInt64 {
        try self.digest(of: dataset, as: element, advance)
    }

    /// What elements are in memory while they are copied.
    private var element: any HDF5Scalar.Type {
        switch (type.kind, type.size) {
        case (.unsignedInteger, 1): UInt8.self
        case (.unsignedInteger, 2): UInt16.self
        case (.unsignedInteger, 4): UInt32.self
        case (.unsignedInteger, _): UInt64.self
        case (.float, 8): Double.self
        case (.float, _): Float.self
        case (_, 1): Int8.self
        case (_, 2): Int16.self
        case (_, 4): Int32.self
        default: Int64.self
        }
    }

    private func digest<Element: HDF5Scalar>(
        of dataset: HDF5Dataset, as: Element.Type, _ advance: (Int) -> Void
    ) throws -> UInt64 {
        var digest = XXH64()
        try forEachBand(
            of: ConversionSource(dataset: dataset, sampleShape: Array(shape.dropFirst())), nil, Element.self, advance
        ) { _, values in
            add(values, &digest)
        }
        return digest.finalize()
    }

    private func add<Element>(_ values: [Element], _ digest: inout XXH64) {
        values.withUnsafeBytes { digest.update($0) }
    }

    private func copy<Element: HDF5Scalar>(
        to target: HDF5Dataset, as: Element.Type, _ advance: (Int) -> Void
    ) throws -> UInt64 {
        var digest = XXH64()
        var row = 0
        var loss = RoundingLoss(features: max(1, shape.dropFirst().reduce(1, *)))
        for (source, packing) in zip(sources, packings) {
            let packing = isUnpacked ? packing : nil
            // Through Float32 where a type was asked for: that is what batches are made from.
            if choice == .uint8, source.dataset.elementType != .uint8 || source.units != nil || packing != nil {
                try forEachBand(of: source, packing, Float.self, advance) { first, values in
                    // Whole numbers that units were changed of are not quite whole.
                    let isExact = source.units == nil && packing == nil
                    let values = isExact ? values : values.map { $0.nearWhole }
                    try require(values, source.dataset, first, "whole numbers in 0 ... 255, to be stored as uint8") {
                        $0 >= 0 && $0 <= 255 && $0 == $0.rounded()
                    }
                    let bytes = values.map { UInt8($0) }
                    add(bytes, &digest)
                    try target.write(bytes, atRow: row + first)
                }
            } else if choice == .float32, source.dataset.elementType.isWiderThanFloat32 || packing != nil {
                try forEachBand(of: source, packing, Double.self, advance) { first, values in
                    for (index, value) in values.enumerated() { loss.add(value, index % loss.features) }
                    let floats = values.map { Float($0) }
                    add(floats, &digest)
                    try target.write(floats, atRow: row + first)
                }
            } else {
                try forEachBand(of: source, packing, Element.self, advance) { first, values in
                    if source.dataset.elementType.kind == .boolean {
                        let numbers = values as? [Float] ?? (values as? [Int8])?.map { Float($0) } ?? []
                        try require(numbers, source.dataset, first, "false (0) or true (1), as bool has") {
                            $0 == 0 || $0 == 1
                        }
                    }
                    if choice == .float16, let floats = values as? [Float] {
                        try require(floats, source.dataset, first, "numbers that float16 holds exactly") {
                            Float(Float16($0)) == $0
                        }
                    }
                    add(values, &digest)
                    try target.write(values, atRow: row + first)
                }
            }
            row += source.dataset.shape[0]
        }
        if let coarse = loss.coarse.first {
            let place = featureName(coarse.feature, names: nil, sampleShape: Array(shape.dropFirst()))
            throw DatasetError(
                .wrongType, file: sources[0].dataset.file.path, object: sources[0].dataset.name,
                expected: "numbers that float32 tells apart", found: "\(place) with \(coarse.text)",
                advice: "Leave out --type float32: in 64 bits they can be centered before they are rounded "
                    + "(normalization: standardize).")
        }
        return digest.finalize()
    }

    /// Hands on all rows, whole chunks at a time.
    private func forEachBand<Element: HDF5Scalar>(
        of source: ConversionSource, _ packing: Packing?, _ type: Element.Type, _ advance: (Int) -> Void,
        _ body: (_ firstRow: Int, [Element]) throws -> Void
    ) throws {
        let dataset = source.dataset
        let rowBytes = max(1, dataset.shape.dropFirst().reduce(MemoryLayout<Element>.stride, *))
        let unit: Int
        if case .chunked(let chunk) = dataset.layout { unit = chunk[0] } else { unit = storage.chunk?[0] ?? 1 }
        let rows = max(1, Self.bandBytes / rowBytes / unit) * unit
        for first in stride(from: 0, to: dataset.shape[0], by: rows) {
            let band = first..<min(first + rows, dataset.shape[0])
            try body(
                first,
                try packing.map { try source.read(rows: band, unpacking: $0, as: Element.self) }
                    ?? source.read(rows: band, as: Element.self))
            advance(band.count * shape.dropFirst().reduce(self.type.size, *))
        }
    }

    private func require(
        _ values: [Float], _ source: HDF5Dataset, _ firstRow: Int, _ what: String, _ holds: (Float) -> Bool
    ) throws {
        guard let index = values.firstIndex(where: { !holds($0) }) else { return }
        let sample = Array(shape.dropFirst())
        throw DatasetError(
            .wrongType, file: source.file.path, object: source.name, expected: what,
            found: "\(values[index]) in "
                + elementPosition(firstRow * sample.reduce(1, *) + index, sampleShape: sample))
    }
}

extension Float {
    /// The whole number that this one is but for rounding, or itself.
    fileprivate var nearWhole: Float { abs(self - rounded()) < 1e-3 ? rounded() : self }
}

extension ConversionSource {
    /// Reads rows as the new file has them, of numbers that are packed in this one, whose units are those of what is
    /// unpacked.
    ///
    /// - Throws: `DatasetError` that names row and column of the first number that is missing.
    fileprivate func read<Element: HDF5Scalar>(
        rows: Range<Int>, unpacking packing: Packing, as element: Element.Type
    ) throws -> [Element] {
        // Labels that none may be missing of keep what stands for each.
        guard packing.isScaled || classes == nil else {
            try check(rows, packing)
            return try read(rows: rows, as: element)
        }
        var stored = self
        (stored.units, stored.classes) = (nil, nil)
        // Whole numbers of 64 bits have more than Double holds.
        guard packing.isScaled || units != nil || Element.self == Float.self || Element.self == Double.self else {
            try check(rows, packing)
            return try stored.read(rows: rows, as: element)
        }
        var values = try stored.read(rows: rows, as: Double.self)
        try unpack(&values, rows, packing)
        if let units {
            let width = units.scale.count
            for index in values.indices {
                values[index] = values[index] * units.scale[index % width] + units.offset[index % width]
            }
        }
        return Element.self == Double.self ? values as! [Element] : values.map { Float($0) } as! [Element]
    }

    private func check(_ rows: Range<Int>, _ packing: Packing) throws {
        var stored = self
        (stored.units, stored.classes) = (nil, nil)
        var values = try stored.read(rows: rows, as: Double.self)
        try unpack(&values, rows, packing)
    }

    private func unpack(_ values: inout [Double], _ rows: Range<Int>, _ packing: Packing) throws {
        try values.withUnsafeMutableBufferPointer { values in
            try packing.undo(values, of: dataset) {
                elementIndex($0, firstRow: rows.lowerBound, dataset, places: columns)
            }
        }
    }
}

extension [ConversionSource] {
    /// Whether files come together that do not pack their numbers alike, or not in the same units: then the new one has
    /// the numbers themselves.
    var areUnpacked: Bool {
        get throws {
            let packings = try map { try Packing(of: $0.dataset) }
            guard packings.contains(where: { $0 != nil }) else { return false }
            return packings.contains { $0 != packings[0] } || contains { $0.units != nil }
        }
    }
}
