import HDF5

/// Rows of another source with some of their numbers, in another order: columns matched by name.
final class SelectedFeatures<Element: Sendable & BitwiseCopyable>: RowSource {
    private let source: any RowSource
    private let places: [Int32]

    /// Bytes of the other source's rows that a reader has at a time, about.
    private static var bandBytes: Int { 1 << 14 }

    /// - Parameter places: for each number of a row, its place in a row of `source`, whose readers write `Element`s.
    init(_ source: any RowSource, places: [Int32]) {
        self.source = source
        self.places = places
    }

    var features: Int { places.count }
    var storesBytes: Bool { source.storesBytes }
    var chunkRows: Int { source.chunkRows }
    var readerBytes: Int { source.readerBytes + bandRows * sourceRowBytes }
    func makeReader() -> any RowReader { Reader(source, places, bandRows: bandRows) }
    func checkUnchanged() throws { try source.checkUnchanged() }

    private var sourceRowBytes: Int { source.features * MemoryLayout<Element>.stride }

    /// Whole chunks.
    private var bandRows: Int { max(1, Self.bandBytes / sourceRowBytes / chunkRows) * chunkRows }

    private final class Reader: RowReader {
        private let reader: any RowReader
        private let places: [Int32]
        private let sourceFeatures: Int
        private let bandRows: Int
        private let band: ByteBuffer

        init(_ source: any RowSource, _ places: [Int32], bandRows: Int) {
            reader = source.makeReader()
            self.places = places
            self.bandRows = bandRows
            sourceFeatures = source.features
            band = ByteBuffer(count: bandRows * sourceFeatures * MemoryLayout<Element>.stride)
        }

        func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
            let output = memory.bindMemory(to: Element.self, capacity: rows.count * places.count)
            let elements = UnsafeMutableRawPointer(band.pointer).bindMemory(
                to: Element.self, capacity: bandRows * sourceFeatures)
            var first = rows.lowerBound
            while first < rows.upperBound {
                // To the end of a band, so that no chunk is decoded twice.
                let end = min((first / bandRows + 1) * bandRows, rows.upperBound)
                try reader.read(first..<end, into: elements)
                for row in first..<end {
                    let from = elements + (row - first) * sourceFeatures
                    let to = output + (row - rows.lowerBound) * places.count
                    for (feature, place) in places.enumerated() { to[feature] = from[Int(place)] }
                }
                first = end
            }
        }
    }
}

extension TableFiles {
    /// The rows as the network takes them, while they stay in their file.
    func makeRowSource() throws -> any RowSource {
        try storesBytes ? makeRowSource(as: UInt8.self) : makeRowSource(as: Float.self)
    }

    /// The rows as the network takes them, while they stay in their file, as elements of another type.
    func makeRowSource<Element: HDF5Decodable>(as type: Element.Type) throws -> any RowSource {
        guard let packing, isUnpacked else { return try selected(as: type) }
        let stored = try selected(as: Double.self)
        return Element.self == Double.self
            ? UnpackedSource<Double>(stored, packing, of: inputs, places: match?.features)
            : UnpackedSource<Float>(stored, packing, of: inputs, places: match?.features)
    }

    /// The rows with the columns that the network takes, in numbers as they are stored.
    private func selected<Element: HDF5Decodable>(as type: Element.Type) throws -> any RowSource {
        let source = try rowSource(inputs, as: type)
        return match?.features.map { SelectedFeatures<Element>(source, places: $0) } ?? source
    }
}
