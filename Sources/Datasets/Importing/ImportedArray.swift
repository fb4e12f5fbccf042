/// The elements of an imported array.
public enum ImportedValues: Equatable, Sendable {
    case uint8([UInt8])
    case int64([Int64])
    case float32([Float])
    case float64([Double])

    public var count: Int {
        switch self {
        case .uint8(let values): values.count
        case .int64(let values): values.count
        case .float32(let values): values.count
        case .float64(let values): values.count
        }
    }

    var elementBytes: Int {
        switch self {
        case .uint8: 1
        case .float32: MemoryLayout<Float>.stride
        case .int64, .float64: 8
        }
    }

    var isFloat: Bool {
        switch self {
        case .uint8, .int64: false
        case .float32, .float64: true
        }
    }

    /// NumPy's name of the element type.
    public var typeName: String {
        switch self {
        case .uint8: "uint8"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        }
    }
}

/// An array on its way from a foreign file to HDF5, row-major, rows first: all rows of what was read, or some of them,
/// which are not copied.
public struct ImportedArray: Equatable, Sendable {
    public let shape: [Int]
    /// All elements that were read.
    private let storage: Storage
    /// The rows of `storage` that are meant; nil for all.
    private let chosen: [Int32]?
    /// The file, and the object in it, for messages.
    let file: String
    let object: String?
    /// Bits of the floating-point numbers in the file if they are as few as Float32 has; nil for other numbers.
    let floatBits: Int?

    /// The shape holds as many elements as there are.
    init(shape: [Int], values: ImportedValues, file: String, object: String? = nil, floatBits: Int? = nil) {
        precondition(elementCount(shape) == values.count)
        self.shape = shape
        (storage, chosen) = (.values(values), nil)
        self.file = file
        self.object = object
        self.floatBits = floatBits
    }

    /// Class indices, one a row: elements of 64 bits that take 32 in memory.
    init(classes: [Int32], file: String, object: String? = nil) {
        shape = [classes.count]
        (storage, chosen) = (.classes(classes), nil)
        self.file = file
        self.object = object
        floatBits = nil
    }

    private enum Storage: Sendable {
        case values(ImportedValues)
        case classes([Int32])
    }

    private init(_ array: ImportedArray, rows: [Int32]) {
        shape = [rows.count] + array.shape.dropFirst()
        storage = array.storage
        chosen = array.chosen.map { chosen in rows.map { chosen[Int($0)] } } ?? rows
        (file, object, floatBits) = (array.file, array.object, array.floatBits)
    }

    /// The elements, in memory of their own if they are not all that were read.
    public var values: ImportedValues {
        if chosen == nil, case .values(let values) = storage { return values }
        return values(rows: 0..<rows)
    }

    public static func == (a: ImportedArray, b: ImportedArray) -> Bool {
        a.shape == b.shape && a.values == b.values && a.file == b.file && a.object == b.object
    }

    public var rows: Int { shape.first ?? 0 }
    public var typeName: String { values(rows: 0..<0).typeName }
    var width: Int { shape.dropFirst().reduce(1, *) }
    var bytes: Int { rows * width * values(rows: 0..<0).elementBytes }

    /// The elements of some rows.
    func values(rows range: Range<Int>) -> ImportedValues {
        func select<Value>(_ values: [Value]) -> [Value] {
            guard let chosen else { return Array(values[range.lowerBound * width..<range.upperBound * width]) }
            let width = width
            var selected: [Value] = []
            selected.reserveCapacity(range.count * width)
            for row in chosen[range] { selected += values[(Int(row) * width)..<((Int(row) + 1) * width)] }
            return selected
        }
        return switch storage {
        case .values(.uint8(let values)): .uint8(select(values))
        case .values(.int64(let values)): .int64(select(values))
        case .values(.float32(let values)): .float32(select(values))
        case .values(.float64(let values)): .float64(select(values))
        case .classes(let classes): .int64(select(classes).map { Int64($0) })
        }
    }

    /// Hands on all rows, 1 MiB at a time.
    func forEachBand(_ body: (Range<Int>) throws -> Void) rethrows {
        let band = max(1, (1 << 20) / max(1, bytes / max(1, rows)))
        for first in stride(from: 0, to: rows, by: band) { try body(first..<min(first + band, rows)) }
    }

    /// The rows named, in that order.
    func selecting(_ rows: [Int32]) -> ImportedArray { ImportedArray(self, rows: rows) }

    /// Mean and deviation of each column; nil for whole numbers and bytes.
    func statistics() -> FeatureStatistics? {
        func stored(_ count: Int) -> Int { chosen == nil ? rows : count / width }
        switch storage {
        case .values(.float32(let values)):
            return values.withUnsafeBufferPointer {
                FeatureStatistics($0.baseAddress!, features: width, rows: stored($0.count), chosen)
            }
        case .values(.float64(let values)):
            return values.withUnsafeBufferPointer {
                FeatureStatistics($0.baseAddress!, features: width, rows: stored($0.count), chosen)
            }
        case .values(.uint8), .values(.int64), .classes: return nil
        }
    }

    /// - Throws: `DatasetError` that names row and column of the first infinity or NaN.
    func checkFinite() throws {
        let found: (index: Int, value: Double)? =
            switch storage {
            case .values(.uint8), .values(.int64), .classes: nil
            case .values(.float32(let values)):
                values.firstIndex { !$0.isFinite }.map { ($0, Double(values[$0])) }
            case .values(.float64(let values)):
                values.firstIndex { !Float($0).isFinite }.map { ($0, values[$0]) }
            }
        guard let found else { return }
        throw DatasetError(
            .notFinite, file: file, object: object, expected: "finite numbers within the range of Float32",
            found: "\(found.value) in \(elementPosition(found.index, sampleShape: Array(shape.dropFirst())))",
            advice: "Remove the row, or replace the value.")
    }
}

/// "row 3", "row 3, column 17", or "row 3, element [2, 5, 0]" by the number of dimensions of a sample.
func elementPosition(_ index: Int, sampleShape shape: [Int]) -> String {
    let features = shape.reduce(1, *)
    let row = index / features
    guard shape.count > 1 else { return shape.isEmpty ? "row \(row)" : "row \(row), column \(index % features)" }
    var rest = index % features
    let element = shape.reversed().map { length -> Int in
        defer { rest /= length }
        return rest % length
    }
    return "row \(row), element \(Array(element.reversed()))"
}
