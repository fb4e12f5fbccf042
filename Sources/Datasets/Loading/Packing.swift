import Foundation
import HDF5

/// How an array's numbers are kept in its file, by the conventions of netCDF (CF 1.11, sections 2.5.1 and 8.1; the
/// NetCDF Users' Guide, appendix A): a number is stored · `scale_factor` + `add_offset`, those that equal `_FillValue`
/// or `missing_value` are missing, and `_Unsigned` says that whole numbers have the other sign.
///
/// This is a matter of storage, like float16: whoever reads such an array gets the numbers.
struct Packing: Equatable {
    private(set) var scale = 1.0
    private(set) var offset = 0.0
    /// Stored numbers that stand for none, each with the attribute that says so. NaN is no number anyway.
    private(set) var missing: [Missing] = []
    /// How numbers are read that are stored with the wrong sign; nil as a rule.
    private var otherSign: OtherSign?

    struct Missing: Equatable {
        let attribute: String
        let stored: Double
    }

    /// Whole numbers that are stored with a sign and have none, or the other way round.
    private struct OtherSign: Equatable {
        let isUnsigned: Bool
        /// How many numbers the type has.
        let count: Double

        @inline(__always)
        func number(_ stored: Double) -> Double {
            if isUnsigned { return stored < 0 ? stored + count : stored }
            return stored >= count / 2 ? stored - count : stored
        }
    }

    /// What the attributes of an array say; nil where they say nothing.
    ///
    /// - Throws: `DatasetError` for what nothing can have been packed by.
    init?(of dataset: HDF5Dataset) throws {
        guard dataset.elementType.isNumeric else { return nil }
        scale = try Self.number("scale_factor", dataset) ?? 1
        offset = try Self.number("add_offset", dataset) ?? 0
        if scale == 0 { throw Self.error(dataset, "scale_factor", "a number other than 0", "0") }
        let type = dataset.elementType
        if type.isInteger, case .strings(let texts)? = try dataset.attributes.attribute("_Unsigned")?.value {
            let isUnsigned = texts.first?.lowercased() == "true"
            if isUnsigned == (type.kind == .signedInteger) {
                otherSign = OtherSign(isUnsigned: isUnsigned, count: exp2(Double(8 * type.size)))
            }
        }
        for name in ["_FillValue", "missing_value"] {
            for value in try dataset.attributes.numbers(name) ?? [] where !value.isNaN {
                let own = type.isFloat ? Self.rounded(value, type) : value
                let stored = otherSign?.number(own) ?? own
                if !missing.contains(where: { $0.stored == stored }) {
                    missing.append(Missing(attribute: name, stored: stored))
                }
            }
        }
        guard isScaled || !missing.isEmpty else { return nil }
    }

    /// Whether stored numbers are other numbers.
    var isScaled: Bool { scale != 1 || offset != 0 || otherSign != nil }

    /// Whether the numbers of an array are found out in Double, on their way out of the file: where they are others,
    /// and where Float32 may not tell one that is missing from its neighbors.
    func isUndone(of type: HDF5ElementType) -> Bool { isScaled || type.isWiderThanFloat32 }

    /// The number that is stored, or the attribute that says there is none.
    @inline(__always)
    func number(_ stored: Double) throws(MissingNumber) -> Double {
        let stored = otherSign?.number(stored) ?? stored
        for missing in missing where missing.stored == stored { throw MissingNumber(missing: missing) }
        return stored * scale + offset
    }

    /// Turns stored numbers into what they stand for.
    ///
    /// - Parameter position: the place in the array of a number of `values`.
    /// - Throws: `DatasetError` that names row and column of the first that is missing.
    func undo(
        _ values: UnsafeMutableBufferPointer<Double>, of dataset: HDF5Dataset, position: (Int) -> Int = { $0 }
    ) throws {
        for index in values.indices {
            do throws(MissingNumber) {
                values[index] = try number(values[index])
            } catch {
                throw error.error(in: dataset, position: position(index))
            }
        }
    }

    /// `(stored · 0.01 + 273.15: scale_factor, add_offset)`.
    var text: String {
        var attributes: [String] = []
        var text = "stored"
        if let otherSign {
            attributes.append("_Unsigned")
            text += otherSign.isUnsigned ? " without a sign" : " with a sign"
        }
        if scale != 1 {
            attributes.append("scale_factor")
            text += " * " + String(format: "%.6g", scale)
        }
        if offset != 0 {
            attributes.append("add_offset")
            text += (offset < 0 ? " - " : " + ") + String(format: "%.6g", abs(offset))
        }
        return "\(text) (\(attributes.joined(separator: ", ")))"
    }

    /// A number as an array of floating-point numbers holds it.
    private static func rounded(_ value: Double, _ type: HDF5ElementType) -> Double {
        switch type.size {
        case 8: value
        case 4: Double(Float(value))
        default: Double(Float(Float16(value)))
        }
    }

    private static func number(_ name: String, _ dataset: HDF5Dataset) throws -> Double? {
        guard let values = try dataset.attributes.numbers(name) else { return nil }
        guard values.count == 1 else {
            throw error(dataset, name, "one number", "\(values.count)")
        }
        guard values[0].isFinite else { throw error(dataset, name, "a finite number", "\(values[0])") }
        return values[0]
    }

    private static func error(
        _ dataset: HDF5Dataset, _ name: String, _ expected: String, _ found: String
    ) -> DatasetError {
        DatasetError(
            .malformed, file: dataset.file.path, object: "\(dataset.name), attribute \(name)", expected: expected,
            found: found, advice: "Correct the attribute, or remove it if the numbers are not packed.")
    }
}

/// A number that an array marks as missing.
struct MissingNumber: Error {
    let missing: Packing.Missing

    func error(in dataset: HDF5Dataset, position: Int) -> DatasetError {
        let place = elementPosition(position, sampleShape: Array(dataset.shape.dropFirst()))
        let value = Int64(exactly: missing.stored).map { "\($0)" } ?? "\(missing.stored)"
        return DatasetError(
            .notFinite, file: dataset.file.path, object: dataset.name, expected: "numbers in all places",
            found: "\(value) in \(place), which the attribute \(missing.attribute) says is missing",
            advice: "Remove the row, or fill in a number; if it is none that is missing, remove the attribute.")
    }
}

extension Packing {
    /// Writes what says how numbers are packed, for a copy of what is stored.
    static func copy(from dataset: HDF5Dataset, to attributes: HDF5Attributes) throws {
        for name in ["scale_factor", "add_offset", "_FillValue", "missing_value", "_Unsigned"] {
            guard let attribute = try dataset.attributes.attribute(name) else { continue }
            switch (attribute.value, attribute.type.size) {
            case (.integers(let values), 1) where attribute.type.kind == .signedInteger:
                try attributes.set(name, values.map { Int8($0) })
            case (.integers(let values), 1): try attributes.set(name, values.map { UInt8($0) })
            case (.integers(let values), 2) where attribute.type.kind == .signedInteger:
                try attributes.set(name, values.map { Int16($0) })
            case (.integers(let values), 2): try attributes.set(name, values.map { UInt16($0) })
            case (.integers(let values), 4) where attribute.type.kind == .signedInteger:
                try attributes.set(name, values.map { Int32($0) })
            case (.integers(let values), 4): try attributes.set(name, values.map { UInt32($0) })
            case (.integers(let values), _): try attributes.set(name, values)
            case (.unsignedIntegers(let values), _): try attributes.set(name, values)
            case (.numbers(let values), 8): try attributes.set(name, values)
            case (.numbers(let values), _): try attributes.set(name, values.map { Float($0) })
            case (.strings(let texts), _): try attributes.set(name, texts)
            case (.booleans, _), (.none, _): break
            }
        }
    }

    /// The bytes or Float32 among numbers as they lie in a file that say there is none.
    func checkPresent(
        _ values: UnsafeBufferPointer<Float>, of dataset: HDF5Dataset, position: (Int) -> Int
    ) throws {
        for missing in missing {
            let sought = Float(missing.stored)
            guard let index = values.firstIndex(of: sought) else { continue }
            throw MissingNumber(missing: missing).error(in: dataset, position: position(index))
        }
    }

    func checkPresent(
        _ values: UnsafeBufferPointer<UInt8>, of dataset: HDF5Dataset, position: (Int) -> Int
    ) throws {
        for missing in missing {
            guard let sought = UInt8(exactly: missing.stored), let index = values.firstIndex(of: sought) else {
                continue
            }
            throw MissingNumber(missing: missing).error(in: dataset, position: position(index))
        }
    }
}

/// Rows of numbers that are packed in their file: read in Double, and what they stand for.
final class UnpackedSource<Element: BinaryFloatingPoint & BitwiseCopyable & Sendable>: RowSource {
    private let stored: any RowSource
    private let packing: Packing
    private let dataset: HDF5Dataset
    private let places: [Int32]?
    private let bandRows: Int

    /// Numbers that are read at once, about.
    private static var bandCount: Int { 1 << 10 }

    /// - Parameters:
    ///   - stored: rows in Double, as they are stored.
    ///   - places: for each number of a row, its place in a row of the data set; nil where that is the same.
    init(_ stored: any RowSource, _ packing: Packing, of dataset: HDF5Dataset, places: [Int32]?) {
        self.stored = stored
        self.packing = packing
        self.dataset = dataset
        self.places = places
        bandRows = max(1, Self.bandCount / stored.features / stored.chunkRows) * stored.chunkRows
    }

    var features: Int { stored.features }
    var storesBytes: Bool { false }
    var chunkRows: Int { stored.chunkRows }
    var readerBytes: Int { stored.readerBytes + bandRows * features * MemoryLayout<Double>.stride }
    func makeReader() -> any RowReader { Reader(self) }
    func checkUnchanged() throws { try stored.checkUnchanged() }

    private final class Reader: RowReader {
        private let source: UnpackedSource
        private let stored: any RowReader
        private let band: UnsafeMutableBufferPointer<Double>

        init(_ source: UnpackedSource) {
            self.source = source
            stored = source.stored.makeReader()
            band = .allocate(capacity: source.bandRows * source.features)
        }

        deinit { band.deallocate() }

        func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
            let features = source.features
            var output = memory.bindMemory(to: Element.self, capacity: rows.count * features)
            var first = rows.lowerBound
            while first < rows.upperBound {
                // To the end of a band, so that no chunk is decoded twice.
                let end = min((first / source.bandRows + 1) * source.bandRows, rows.upperBound)
                let count = (end - first) * features
                try stored.read(first..<end, into: band.baseAddress!)
                let values = UnsafeMutableBufferPointer(rebasing: band[..<count])
                try source.packing.undo(values, of: source.dataset) { [source] in
                    elementIndex($0, firstRow: first, source.dataset, places: source.places)
                }
                for index in 0..<count { output[index] = Element(values[index]) }
                output += count
                first = end
            }
        }
    }
}

/// The place in an array of a number among those of rows of which some columns were taken.
///
/// - Parameter places: for each number of a row, its place in a row of the array; nil where that is the same.
func elementIndex(_ index: Int, firstRow: Int, _ dataset: HDF5Dataset, places: [Int32]?) -> Int {
    let features = dataset.shape.dropFirst().reduce(1, *)
    let place = places.map { index / $0.count * features + Int($0[index % $0.count]) } ?? index
    return firstRow * features + place
}
