import HDF5
import Kernels

/// The inputs of a table whose numbers Float32 does not hold, as they lie in the file.
///
/// Their centers are subtracted in Double before they are rounded: 1,700,000,000 + i has nine values of a thousand in
/// Float32, its distance from a mean close to it all of them.
struct WideInputs: Sendable {
    let dataset: HDF5Dataset
    let placement: Placement
    private let doubles: any RowSource

    /// Numbers that are read at once, about.
    fileprivate static let bandCount = 1 << 13

    /// Nil for types whose numbers Float32 holds, unless they are packed.
    init?(_ table: TableFiles, _ placement: Placement) throws {
        dataset = table.inputs
        guard dataset.elementType.isWiderThanFloat32 || table.isUnpacked else { return nil }
        self.placement = placement
        doubles = try table.makeRowSource(as: Double.self)
    }

    var features: Int { doubles.features }

    /// Hands on all rows, some at a time, in order.
    func forEachRun(_ body: (_ rows: Range<Int>, UnsafePointer<Double>) throws -> Void) throws {
        let reader = doubles.makeReader()
        let (rows, band) = (dataset.shape[0], bandRows)
        let memory = ByteBuffer(count: min(band, rows) * features * MemoryLayout<Double>.stride)
        let buffer = UnsafeMutableRawPointer(memory.pointer).bindMemory(to: Double.self, capacity: memory.count / 8)
        defer { withExtendedLifetime(memory) {} }
        for first in stride(from: 0, to: rows, by: band) {
            let run = first..<min(first + band, rows)
            try reader.read(run, into: buffer)
            try body(run, buffer)
        }
    }

    fileprivate var bandRows: Int { max(1, Self.bandCount / features) }

    /// The inputs less the centers of a normalization, where rounding comes after; nil where it makes no difference,
    /// since Float32 holds all numbers of the features that have one.
    ///
    /// - Parameter rounded: the inputs as they are in memory, which are written over if they are whole.
    func centered(
        by centering: Normalization.Centering, inPlaceOf rounded: SampleTable.Inputs
    ) throws -> SampleTable.Inputs? {
        guard try !isHeld(centering) else { return nil }
        let source = CenteredSource(doubles, centering, rows: bandRows)
        if case .stream(_, let memory) = placement {
            return .streamed(StreamedInputs(source: source, memory: memory))
        }
        guard case .floats(let elements) = rounded, let buffer = elements.owner as? AlignedBuffer else {
            preconditionFailure("numbers that are converted are in memory or streamed")
        }
        try source.makeReader().read(0..<dataset.shape[0], into: buffer.pointer)
        return .floats(Elements(buffer))
    }

    /// The features whose numbers Float32 does not tell apart, but for those that are centered.
    ///
    /// - Parameter rounded: the same inputs in Float32.
    func coarse(
        _ rounded: SampleTable.Inputs, rows: Int, except centering: Normalization.Centering?
    ) throws -> [RoundingLoss.Coarseness] {
        func isMeant(_ feature: Int) -> Bool { centering.map { $0.center(feature) == 0 } ?? true }
        // What is in memory is soon looked through, and hardly ever needs a second look.
        if case .floats(let elements) = rounded {
            guard RoundingLoss.maybeCoarse(elements.pointer, features: features, rows: rows).contains(where: isMeant)
            else { return [] }
        }
        var loss = RoundingLoss(features: features)
        try forEachRun { rows, values in
            for row in 0..<rows.count {
                for feature in 0..<features { loss.add(values[row * features + feature], feature) }
            }
        }
        return loss.coarse.filter { isMeant($0.feature) }
    }

    private func isHeld(_ centering: Normalization.Centering) throws -> Bool {
        let centered = (0..<features).filter { centering.center($0) != 0 }
        var isHeld = true
        try forEachRun { rows, values in
            guard isHeld else { return }
            for row in 0..<rows.count {
                for feature in centered {
                    let value = values[row * features + feature]
                    if Double(Float(value)) != value { return isHeld = false }
                }
            }
        }
        return isHeld
    }
}

extension HDF5ElementType {
    /// Whether there are numbers of this type that Float32 does not hold.
    var isWiderThanFloat32: Bool { isNumeric && (size == 8 || (size == 4 && isInteger)) }
}

/// Rows read in Double, less their centers, rounded to Float32.
private final class CenteredSource: RowSource {
    private let doubles: any RowSource
    private let centers: [Double]
    private let bandRows: Int

    init(_ doubles: any RowSource, _ centering: Normalization.Centering, rows: Int) {
        self.doubles = doubles
        bandRows = rows
        centers = (0..<doubles.features).map { Double(centering.center($0)) }
    }

    var features: Int { doubles.features }
    var storesBytes: Bool { false }
    var chunkRows: Int { doubles.chunkRows }
    var readerBytes: Int { doubles.readerBytes + bandRows * features * MemoryLayout<Double>.stride }
    func makeReader() -> any RowReader { Reader(doubles.makeReader(), centers, bandRows) }
    func checkUnchanged() throws { try doubles.checkUnchanged() }

    private final class Reader: RowReader {
        private let doubles: any RowReader
        private let centers: [Double]
        private let band: ByteBuffer
        private let bandRows: Int

        init(_ doubles: any RowReader, _ centers: [Double], _ bandRows: Int) {
            self.doubles = doubles
            self.centers = centers
            self.bandRows = bandRows
            band = ByteBuffer(count: bandRows * centers.count * MemoryLayout<Double>.stride)
        }

        func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
            let features = centers.count
            var output = memory.bindMemory(to: Float.self, capacity: rows.count * features)
            let doubles = UnsafeMutableRawPointer(band.pointer).bindMemory(
                to: Double.self, capacity: bandRows * features)
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: bandRows) {
                let run = first..<min(first + bandRows, rows.upperBound)
                try self.doubles.read(run, into: doubles)
                centers.withUnsafeBufferPointer { centers in
                    for row in 0..<run.count {
                        let values = doubles + row * features
                        for feature in 0..<features { output[feature] = Float(values[feature] - centers[feature]) }
                        output += features
                    }
                }
            }
        }
    }
}
