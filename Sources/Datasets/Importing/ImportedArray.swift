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

/// An array on its way from a foreign file to HDF5, row-major, rows first.
public struct ImportedArray: Equatable, Sendable {
    public let shape: [Int]
    public let values: ImportedValues
    /// The file, and the object in it, for messages.
    let file: String
    let object: String?

    /// The shape holds as many elements as there are.
    init(shape: [Int], values: ImportedValues, file: String, object: String? = nil) {
        precondition(elementCount(shape) == values.count)
        self.shape = shape
        self.values = values
        self.file = file
        self.object = object
    }

    public var rows: Int { shape.first ?? 0 }

    var bytes: Int {
        switch values {
        case .uint8(let values): values.count
        case .int64(let values): values.count * MemoryLayout<Int64>.stride
        case .float32(let values): values.count * MemoryLayout<Float>.stride
        case .float64(let values): values.count * MemoryLayout<Double>.stride
        }
    }

    /// The rows named, in that order.
    func selecting(_ rows: [Int32]) -> ImportedArray {
        let width = shape.dropFirst().reduce(1, *)
        func select<Value>(_ values: [Value]) -> [Value] {
            var selected: [Value] = []
            selected.reserveCapacity(rows.count * width)
            for row in rows { selected += values[(Int(row) * width)..<((Int(row) + 1) * width)] }
            return selected
        }
        let values: ImportedValues =
            switch values {
            case .uint8(let values): .uint8(select(values))
            case .int64(let values): .int64(select(values))
            case .float32(let values): .float32(select(values))
            case .float64(let values): .float64(select(values))
            }
        return ImportedArray(
            shape: [rows.count] + shape.dropFirst(), values: values, file: file, object: object)
    }

    /// - Throws: `DatasetError` that names row and column of the first infinity or NaN.
    func checkFinite() throws {
        let found: (index: Int, value: Double)? =
            switch values {
            case .uint8, .int64: nil
            case .float32(let values):
                values.firstIndex { !$0.isFinite }.map { ($0, Double(values[$0])) }
            case .float64(let values):
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
