import HDF5
import Kernels

/// The rows of a data set that stay in their file and are decoded when they are needed.
protocol RowSource: AnyObject, Sendable {
    /// Numbers in a row.
    var features: Int { get }
    /// Whether rows are decoded to bytes; to Float32 otherwise.
    var storesBytes: Bool { get }
    /// Rows of a chunk: reading whole multiples decodes nothing twice.
    var chunkRows: Int { get }
    /// Memory that a reader takes.
    var readerBytes: Int { get }
    /// A reader for one thread.
    func makeReader() -> any RowReader
    /// - Throws: `DatasetError` if the file was written to since it was opened.
    func checkUnchanged() throws
}

extension RowSource {
    var rowBytes: Int { features * (storesBytes ? 1 : MemoryLayout<Float>.stride) }
}

/// Decodes rows; for one thread.
protocol RowReader: AnyObject {
    /// Writes rows to memory for as many.
    /// - Throws: `HDF5Error` that names file, data set and rows.
    func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws
}

/// The source for a data set: by chunks if they are of the usual kind, else through the library.
func rowSource(_ dataset: HDF5Dataset) throws -> any RowSource {
    try dataset.elementType == .uint8
        ? rowSource(dataset, as: UInt8.self) : rowSource(dataset, as: Float.self)
}

func rowSource<Element: HDF5Decodable>(
    _ dataset: HDF5Dataset, as: Element.Type
) throws -> any RowSource {
    if let chunks = try HDF5ChunkReader<Element>(dataset) { return ChunkSource(chunks, try FileWatch(dataset.file)) }
    return LibrarySource<Element>(dataset, try FileWatch(dataset.file))
}

/// Notices that a file was written to.
struct FileWatch: Sendable {
    private let file: HDF5File
    private let stamp: HDF5FileStamp?

    init(_ file: HDF5File) throws {
        self.file = file
        stamp = try file.stamp()
    }

    func checkUnchanged() throws {
        let now = try file.stamp()
        guard now?.size == stamp?.size, now?.modified == stamp?.modified else {
            throw writtenTo(file.path)
        }
    }
}

/// Chunks, decoded outside the library's lock.
private final class ChunkSource<Element: HDF5Decodable>: RowSource {
    private let chunks: HDF5ChunkReader<Element>
    private let watch: FileWatch

    init(_ chunks: HDF5ChunkReader<Element>, _ watch: FileWatch) {
        self.chunks = chunks
        self.watch = watch
    }

    var features: Int { chunks.rowCount }
    var storesBytes: Bool { Element.self == UInt8.self }
    var chunkRows: Int { chunks.chunkRows }
    var readerBytes: Int { chunks.scratchBytes }
    func makeReader() -> any RowReader { Reader(chunks) }
    func checkUnchanged() throws { try watch.checkUnchanged() }

    private final class Reader: RowReader {
        private let chunks: HDF5ChunkReader<Element>
        private let scratch = HDF5ChunkScratch()

        init(_ chunks: HDF5ChunkReader<Element>) { self.chunks = chunks }

        func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
            let output = memory.bindMemory(to: Element.self, capacity: rows.count * chunks.rowCount)
            try chunks.read(rows: rows, into: output, scratch: scratch)
        }
    }
}

/// Anything that the library reads: it converts and decompresses under its lock, so further threads do not help.
private final class LibrarySource<Element: HDF5Scalar>: RowSource {
    private let dataset: HDF5Dataset
    private let watch: FileWatch

    init(_ dataset: HDF5Dataset, _ watch: FileWatch) {
        self.dataset = dataset
        self.watch = watch
    }

    var features: Int { dataset.shape.dropFirst().reduce(1, *) }
    var storesBytes: Bool { Element.self == UInt8.self }
    var chunkRows: Int { if case .chunked(let chunk) = dataset.layout { chunk[0] } else { 1 } }

    /// The library's buffers: a chunk filtered and unfiltered.
    var readerBytes: Int {
        guard case .chunked(let chunk) = dataset.layout else { return 0 }
        return 3 * chunk.reduce(dataset.elementType.size, *)
    }

    func makeReader() -> any RowReader { Reader(dataset) }
    func checkUnchanged() throws { try watch.checkUnchanged() }

    private final class Reader: RowReader {
        private let dataset: HDF5Dataset

        init(_ dataset: HDF5Dataset) { self.dataset = dataset }

        func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
            let count = rows.count * dataset.shape.dropFirst().reduce(1, *)
            let output = memory.bindMemory(to: Element.self, capacity: count)
            try dataset.read(rows: rows, into: UnsafeMutableBufferPointer(start: output, count: count))
        }
    }
}
