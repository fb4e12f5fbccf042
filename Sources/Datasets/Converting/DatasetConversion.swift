import DurableFiles
import Foundation
import HDF5

/// Rewrites data sets: other chunks, other compression, another type, one file made of many.
///
///     let conversion = try DatasetConversion(["a.h5", "b.h5"], storage: .init(chunk: 256, deflate: 4))
///     try conversion.write(to: "both.h5")
///
/// Splits are found by the usual names and called `x_train`, `y_train` and so on; rows of several files follow each
/// other in the order of the files. Attributes that mean something are kept. Memory does not grow with the data: rows
/// are copied a band at a time.
///
/// Without a type, elements keep theirs, in the byte order of this machine, and the data set keeps its digest.
public struct DatasetConversion {
    /// How inputs are stored.
    public struct Storage: Equatable, Sendable {
        /// Rows of a chunk; nil for contiguous data, unless there are filters: then `defaultChunk`.
        public var chunk: Int?
        /// Level of gzip compression, 0 to 9.
        public var deflate: Int?
        /// Groups bytes of equal significance first: smaller for anything wider than a byte.
        public var shufflesBytes: Bool
        /// A checksum for each chunk.
        public var fletcher32: Bool

        public init(chunk: Int? = nil, deflate: Int? = nil, shufflesBytes: Bool = false, fletcher32: Bool = false) {
            self.chunk = chunk
            self.deflate = deflate
            self.shufflesBytes = shufflesBytes
            self.fletcher32 = fletcher32
        }

        /// A block of `Shuffle.blocks`, unless that says otherwise.
        public static let defaultChunk = Shuffle.defaultBlock

        fileprivate var chunkRows: Int? {
            chunk ?? (deflate != nil || shufflesBytes || fletcher32 ? Self.defaultChunk : nil)
        }
    }

    /// The type that inputs are given.
    public enum ElementType: String, CaseIterable, Sendable {
        /// What batches are made from: wider numbers are rounded to it, as they would be when they are loaded, and the
        /// digest stays the same, except for that of uint8.
        case float32
        /// Bytes, for whole numbers in 0 ... 255 alone.
        case uint8
        /// Half precision, for numbers alone that have no more than 11 significant bits.
        case float16
    }

    private let inputs: [String]
    private let storage: Storage
    private let type: ElementType?

    /// - Throws: `DatasetError` for options that make no sense.
    public init(_ inputs: [String], storage: Storage = Storage(), type: ElementType? = nil) throws {
        func check(_ valid: Bool, _ expected: String, _ found: Any) throws {
            guard valid else {
                throw DatasetError(.invalidOption, file: "convert", expected: expected, found: "\(found)")
            }
        }
        try check(!inputs.isEmpty, "at least one file", "none")
        try check((0...9).contains(storage.deflate ?? 0), "a level of compression in 0 ... 9", storage.deflate ?? 0)
        try check((storage.chunk ?? 1) > 0, "a chunk of at least one row", storage.chunk ?? 0)
        self.inputs = inputs
        self.storage = storage
        self.type = type
    }

    /// Writes the file, reads it back, and gives it its name when it holds what was read.
    ///
    /// - Parameter progress: called often, with the bytes done and those there are; reading back counts.
    /// - Returns: a line for each split, and for what was left out or taken for granted.
    /// - Throws: `DatasetError`, `HDF5Error` or `DurableFileError`; then nothing is left.
    @discardableResult
    public func write(
        to output: String, overwrite: Bool = false, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [String] {
        let durable = DurableFile(output, replacing: overwrite)
        try reportingAsDatasetError { try durable.checkFree() }
        durable.removeLeftovers()
        let files = try inputs.map(OpenFile.init)
        defer { for file in files { try? file.file.close() } }
        let parts = try ConversionParts(files)
        let columns = try parts.splits.flatMap { split in
            try [
                column("x_\(split)", parts.inputs(of: split), type: type),
                column("y_\(split)", parts.targets(of: split), type: nil),
            ].compactMap { $0 }
        }
        let total = 2 * columns.reduce(0) { $0 + $1.bytes }
        var done = 0
        func advance(_ bytes: Int) {
            done += bytes
            progress(done, total)
        }
        var digests: [String: UInt64] = [:]
        try durable.writeHDF5 { file in
            let root = try file.root
            try parts.writeAttributes(to: root)
            for column in columns { digests[column.name] = try column.write(to: root, advance) }
            for split in parts.splits {
                try parts.writeAttributes(of: split, to: root.dataset("x_\(split)"), type: type)
                if columns.contains(where: { $0.name == "y_\(split)" }) {
                    try parts.writeAttributes(ofTargets: split, to: root.dataset("y_\(split)"))
                }
            }
        } verify: { file in
            for column in columns
            where try column.digest(of: file.root.dataset(column.name), advance) != digests[column.name] {
                throw DatasetError(
                    .writeFailed, file: output, object: column.name, found: "it reads back as something else",
                    advice: "Check the disk.")
            }
        }
        return columns.map(\.summary) + parts.notes
    }

    private func column(
        _ name: String, _ sources: [ConversionSource], type: ElementType?
    ) throws -> ConversionColumn? {
        guard !sources.isEmpty else { return nil }
        return try ConversionColumn(
            name, sources, type: try type?.stored ?? sources.kept(isTarget: name.hasPrefix("y")), choice: type,
            // Targets are small: in chunks of the same bytes they would be slow.
            chunkRows: name.hasPrefix("y") ? storage.chunkRows.map { max($0, 1 << 14) } : storage.chunkRows,
            storage)
    }
}

extension DatasetConversion.ElementType {
    var stored: HDF5ElementType {
        switch self {
        case .float32: .float32
        case .uint8: .uint8
        case .float16: .float16
        }
    }
}

extension HDF5ElementType {
    /// The type that elements keep: in this machine's byte order, and bool as the numbers it stands for.
    fileprivate var kept: HDF5ElementType {
        kind == .boolean ? .int8 : HDF5ElementType(kind: kind, size: size)
    }

    /// Whether this type of 64 bits has all numbers of another one, and means the same by them.
    func holds(_ other: HDF5ElementType) -> Bool {
        switch self {
        case .int64:
            other.kind != .unsignedInteger && !other.isFloat || other.kind == .unsignedInteger && other.size < 8
        case .float64: other.isFloat
        default: false
        }
    }
}

extension [ConversionSource] {
    /// The type that elements keep; one of 64 bits for class indices that change, for numbers that are unpacked, and
    /// for targets of several types that it holds.
    fileprivate func kept(isTarget: Bool) throws -> HDF5ElementType {
        if contains(where: { $0.classes != nil }) { return .int64 }
        let isScaled = try areUnpacked && contains { try Packing(of: $0.dataset)?.isScaled ?? false }
        if isScaled { return .float64 }
        let types = map(\.dataset.elementType.kept)
        guard isTarget, types.contains(where: { $0 != types[0] }) else { return types[0] }
        return [.int64, .float64].first { wide in types.allSatisfy(wide.holds) } ?? types[0]
    }
}
