import CHDF5

/// A data set: an array of elements of one type.
///
/// Its description is read when it is opened; its elements when asked for. Anything may be opened and described; what
/// is dangerous or unknown is refused by the reads.
package final class HDF5Dataset: Sendable {
    package let file: HDF5File
    /// Absolute path inside the file, such as `/x_train`.
    package let path: String
    /// Empty for a scalar.
    package let shape: [Int]
    package let elementType: HDF5ElementType
    package let layout: HDF5Layout
    /// The filters in the order a chunk passes them when it is written.
    package let filters: [HDF5Filter]
    /// Bytes the elements take in the file, compressed; 0 if nothing was written.
    package let storageSize: Int
    /// Elements in all: the product of `shape`.
    package let count: Int
    /// Whether the elements are kept in other files, which this program does not read.
    let isExternal: Bool
    /// Whether the pipeline has parameters that only the library honors.
    let hasUnusualPipeline: Bool
    let handle: Handle

    init(file: HDF5File, path: String) throws {
        let subject = file.handle.subject.at(path)
        let operation = "open the data set"
        let id = try file.handle.use(operation) { id in
            try subject.call(operation) { H5Dopen2(id, path, hid_t(H5P_DEFAULT)) }
        }
        self.file = file
        self.path = path
        self.handle = Handle(id, subject, file: file.handle) { H5Dclose($0) }
        let description = try handle.use(operation) { try DatasetDescription(subject, $0) }
        self.shape = description.shape
        self.elementType = description.elementType
        self.layout = description.layout
        self.filters = description.filters
        self.storageSize = description.storageSize
        self.isExternal = description.isExternal
        self.hasUnusualPipeline = description.hasUnusualPipeline
        self.count = description.count
    }

    package var attributes: HDF5Attributes { HDF5Attributes(owner: handle) }

    /// Where the elements of a contiguous data set start in the file, or nil if they are not one run of bytes in it:
    /// chunked, compact, external, never written, or in memory. With `storageSize` and the length of the file checked,
    /// they can be mapped; they are in the byte order of `elementType`.
    package func contiguousOffset() throws -> Int? {
        guard layout == .contiguous, !isExternal, !file.isInMemory, storageSize > 0 else { return nil }
        return try handle.use("find the data") { id in
            let offset = try handle.subject.call("find the data") { H5Dget_offset(id) }
            guard offset != shim_HADDR_UNDEF() else { return nil }
            let end = Int(clamping: offset).addingReportingOverflow(storageSize)
            guard !end.overflow, end.partialValue <= (try file.size) else {
                throw handle.subject.error(.truncated, "find the data", "it is said to lie beyond the end of the file")
            }
            return Int(offset)
        }
    }

    package func close() throws { try handle.close() }
}

/// What a data set says of itself, read in an order that touches nothing dangerous: the layout comes first, since
/// asking a virtual data set for its shape opens the files it names.
private struct DatasetDescription {
    var shape: [Int] = []
    var count = 1
    var elementType: HDF5ElementType
    var layout: HDF5Layout = .contiguous
    var filters: [HDF5Filter] = []
    var storageSize = 0
    var isExternal = false
    var hasUnusualPipeline = false

    init(_ subject: Subject, _ id: hid_t) throws {
        let operation = "describe the data set"
        elementType = try subject.with(
            operation, closing: H5Tclose,
            { H5Dget_type(id) }
        ) { try subject.elementType($0) }
        try subject.with(
            operation, closing: H5Pclose,
            { H5Dget_create_plist(id) }
        ) { list in
            layout = try subject.layout(list)
            isExternal = try subject.call(operation) { H5Pget_external_count(list) } > 0
            filters = try subject.filters(list)
            hasUnusualPipeline = try subject.hasUnusualPipeline(list, layout, elementType)
        }
        guard layout != .virtual else {
            count = 0
            return
        }
        shape = try subject.with(
            operation, closing: H5Sclose,
            { H5Dget_space(id) }
        ) { try subject.shape($0) }
        count = try subject.product(shape)
        storageSize = Int(clamping: try subject.call(operation) { H5Dget_storage_size(id) })
    }
}

extension Subject {
    /// Lengths of a data space; `[0]` for h5py's Empty, which holds no element.
    func shape(_ space: hid_t) throws -> [Int] {
        let operation = "read the shape"
        if try call(operation, { H5Sget_simple_extent_type(space).rawValue }) == H5S_NULL.rawValue { return [0] }
        let rank = Int(try call(operation) { H5Sget_simple_extent_ndims(space) })
        var lengths = [hsize_t](repeating: 0, count: rank)
        try call(operation) { H5Sget_simple_extent_dims(space, &lengths, nil) }
        return try lengths.map { length in
            guard let length = Int(exactly: length) else {
                throw error(.refused, operation, "a length of \(length) is absurd")
            }
            return length
        }
    }

    /// Product of lengths or sizes; throws where it would overflow.
    func product(_ factors: [Int]) throws -> Int {
        // Zero anywhere makes the product zero, whatever overflows on the way.
        if factors.contains(0) { return 0 }
        return try factors.reduce(1) { total, factor in
            let (value, overflow) = total.multipliedReportingOverflow(by: factor)
            guard !overflow else {
                throw error(.refused, "read the shape", "a size of \(HDF5Library.text(factors)) is absurd")
            }
            return value
        }
    }

    fileprivate func layout(_ list: hid_t) throws -> HDF5Layout {
        let operation = "read the layout"
        switch try call(operation, { H5Pget_layout(list).rawValue }) {
        case H5D_COMPACT.rawValue: return .compact
        case H5D_CONTIGUOUS.rawValue: return .contiguous
        case H5D_CHUNKED.rawValue:
            var lengths = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
            let rank = try call(operation) { H5Pget_chunk(list, Int32(lengths.count), &lengths) }
            return .chunked(lengths.prefix(Int(rank)).map { Int(clamping: $0) })
        default: return .virtual
        }
    }

    /// A shuffle of other units than elements, or chunks at the edge that skip the pipeline.
    fileprivate func hasUnusualPipeline(
        _ list: hid_t, _ layout: HDF5Layout, _ type: HDF5ElementType
    ) throws -> Bool {
        let operation = "read the filters"
        guard case .chunked = layout else { return false }
        var options: UInt32 = 0
        try call(operation) { H5Pget_chunk_opts(list, &options) }
        if options != 0 { return true }
        let count = try call(operation) { H5Pget_nfilters(list) }
        return try (0..<UInt32(count)).contains { index in
            var (flags, configuration): (UInt32, UInt32) = (0, 0)
            var value: UInt32 = 0
            var valueCount = 1
            let id = try call(operation) {
                H5Pget_filter2(list, index, &flags, &valueCount, &value, 0, nil, &configuration)
            }
            return id == H5Z_FILTER_SHUFFLE && Int(value) != type.size
        }
    }

    fileprivate func filters(_ list: hid_t) throws -> [HDF5Filter] {
        let operation = "read the filters"
        let count = try call(operation) { H5Pget_nfilters(list) }
        return try (0..<UInt32(count)).map { index in
            var flags: UInt32 = 0
            var values = [UInt32](repeating: 0, count: 8)
            var valueCount = values.count
            var name = [CChar](repeating: 0, count: 64)
            var configuration: UInt32 = 0
            let id = try call(operation) {
                H5Pget_filter2(list, index, &flags, &valueCount, &values, name.count, &name, &configuration)
            }
            switch id {
            case H5Z_FILTER_DEFLATE: return .deflate(level: Int(values[0]))
            case H5Z_FILTER_SHUFFLE: return .shuffle
            case H5Z_FILTER_FLETCHER32: return .fletcher32
            default:
                let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                return .other(id: Int(id), name: String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}

extension HDF5Library {
    /// "60000 × 28 × 28", for messages.
    static func text(_ shape: [Int]) -> String {
        shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " × ")
    }
}
