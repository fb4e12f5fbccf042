import Kernels

extension SampleTable {
    /// A table of numbers made in memory.
    ///
    ///     let table = try SampleTable(inputs: [0, 0, 0, 1, 1, 0, 1, 1], inputShape: [2], targets: .classes([0, 1, 1, 0]))
    ///
    /// - Parameters:
    ///   - name: what messages call it.
    ///   - inputs: whole rows, row-major.
    ///   - normalization: nil leaves inputs as they are.
    /// - Throws: `DatasetError` when inputs are not whole rows, targets are too few or too many, anything is not
    ///   finite, a label is negative, or the normalization does not fit.
    package convenience init(
        name: String = "memory", inputs: [Float], inputShape: [Int], targets: Targets,
        normalization: NormalizationValues? = nil
    ) throws {
        let check = MemoryCheck(name: name, inputShape: inputShape)
        let count = try check.rows(elements: inputs.count, targets: targets)
        try check.finite(inputs, "inputs")
        let buffer = AlignedBuffer(count: inputs.count)
        inputs.withUnsafeBufferPointer { buffer.pointer.update(from: $0.baseAddress!, count: inputs.count) }
        self.init(
            inputs: .floats(Elements(buffer)), count: count, inputShape: inputShape, targets: targets,
            normalization: try check.normalization(normalization) ?? .identity(features: inputs.count / count),
            origin: check.origin)
    }

    /// A table of bytes made in memory; without a normalization they become x / 255.
    package convenience init(
        name: String = "memory", inputs: [UInt8], inputShape: [Int], targets: Targets,
        normalization: NormalizationValues? = nil
    ) throws {
        let check = MemoryCheck(name: name, inputShape: inputShape)
        let count = try check.rows(elements: inputs.count, targets: targets)
        let buffer = ByteBuffer(count: inputs.count)
        inputs.withUnsafeBufferPointer { buffer.pointer.update(from: $0.baseAddress!, count: inputs.count) }
        self.init(
            inputs: .bytes(Elements(buffer)), count: count, inputShape: inputShape, targets: targets,
            normalization: try check.normalization(normalization) ?? .bytes(features: inputs.count / count),
            origin: check.origin)
    }
}

/// The rules that a file's reader checks, for arrays.
private struct MemoryCheck {
    let name: String
    let inputShape: [Int]

    var origin: SampleTable.Origin { SampleTable.Origin(file: name, inputs: "inputs", targets: "targets") }

    /// The number of rows.
    func rows(elements: Int, targets: Targets) throws -> Int {
        guard inputShape.allSatisfy({ $0 > 0 }) else {
            throw error(.wrongShape, "inputs", expected: "a sample shape of positive lengths", found: "\(inputShape)")
        }
        let features = inputShape.reduce(1, *)
        guard elements > 0 else { throw error(.empty, "inputs", expected: "at least one row", found: "none") }
        guard elements.isMultiple(of: features), elements / features <= Int(Int32.max) else {
            throw error(
                .wrongShape, "inputs", expected: "whole rows of \(features) numbers, shape \(inputShape)",
                found: "\(elements) numbers")
        }
        let rows = elements / features
        switch targets {
        case .classes(let labels):
            try count(labels.count, rows)
            if let row = labels.firstIndex(where: { $0 < 0 }) {
                throw error(
                    .labelOutOfRange, "targets", expected: "class indices from zero",
                    found: "\(labels[row]) in row \(row)")
            }
        case .values(let values, let width):
            guard width > 0 else {
                throw error(.wrongShape, "targets", expected: "a positive width", found: "\(width)")
            }
            try count(values.count, rows * width)
            try finite(values, "targets")
        case .unlabeled: break
        }
        return rows
    }

    func finite(_ values: [Float], _ object: String) throws {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw error(.notFinite, object, expected: "finite numbers", found: "\(values[index]) at index \(index)")
    }

    func normalization(_ values: NormalizationValues?) throws -> Normalization? {
        guard let values else { return nil }
        do throws(InvalidNormalization) {
            return try values.resolved(inputShape: inputShape)
        } catch {
            throw self.error(
                .invalidOption, "normalization: \(error.name)", expected: error.expected, found: error.found)
        }
    }

    private func count(_ found: Int, _ expected: Int) throws {
        guard found == expected else {
            throw error(.rowCounts, "targets", expected: "\(expected) numbers", found: "\(found)")
        }
    }

    private func error(
        _ kind: DatasetError.Kind, _ object: String, expected: String, found: String
    ) -> DatasetError {
        DatasetError(kind, file: name, object: object, expected: expected, found: found)
    }
}
