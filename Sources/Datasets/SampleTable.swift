import Kernels

/// A split: `count` samples of `inputShape`, with their targets. Inputs are in memory, mapped, or streamed from the
/// file.
///
/// Inputs that a file stores as uint8 stay bytes; everything else is Float32. Normalization happens on the way into a
/// batch. A table never changes after it is made; any number of workers may gather from it at once.
package final class SampleTable: Sendable {
    /// Samples; at least one.
    package let count: Int
    /// Shape of one sample, without the row dimension.
    package let inputShape: [Int]
    package let targets: Targets
    package let normalization: Normalization
    /// What is left of it to do where inputs are gathered: their centers may be subtracted already.
    let gathering: Normalization
    /// Where inputs and targets came from, for messages.
    package let origin: Origin
    /// XXH64 of inputs, targets, shapes and normalization.
    package let digest: UInt64
    let inputs: Inputs
    /// The rows of `inputs` and `targets` this table shows, when it is a part of another; nil shows all.
    let rows: [Int32]?
    let mapping: FileMapping?

    package struct Origin: Equatable, Sendable {
        /// Path of the file, or a name.
        package let file: String
        /// Object in the file, such as `x_train`.
        package let inputs: String
        package let targets: String

        package init(file: String, inputs: String, targets: String) {
            self.file = file
            self.inputs = inputs
            self.targets = targets
        }
    }

    /// Makes a table of inputs in memory, whose digest is found out here.
    convenience init(
        inputs: Inputs, count: Int, inputShape: [Int], targets: Targets, normalization: Normalization, origin: Origin
    ) {
        var content = ContentDigest(inputShape: inputShape, count: count, storesBytes: inputs.storesBytes)
        content.add(inputs.resident!.memory(count, features: normalization.scales.count))
        self.init(
            inputs: inputs, content: content, count: count, inputShape: inputShape, targets: targets,
            normalization: normalization, origin: origin)
    }

    /// `inputs` holds whole rows of `inputShape`; the reader of a file checks that, and targets and counts, with
    /// errors.
    ///
    /// - Parameters:
    ///   - isCentered: whether the centers of the normalization are subtracted already.
    ///   - content: has taken in all inputs.
    init(
        inputs: Inputs, isCentered: Bool = false, content: ContentDigest, count: Int, inputShape: [Int],
        targets: Targets, normalization: Normalization, origin: Origin
    ) {
        self.inputs = inputs
        self.count = count
        self.inputShape = inputShape
        self.targets = targets
        self.normalization = normalization
        self.gathering = isCentered ? normalization.withoutCenters : normalization
        self.origin = origin
        self.rows = nil
        self.mapping = inputs.mapping
        self.digest = content.finished(targets: targets, normalization: normalization)
    }

    /// The part of a table that `rows` name; shares its memory.
    init(_ table: SampleTable, rows: [Int32]) {
        precondition(table.rows == nil && !rows.isEmpty)
        self.inputs = table.inputs
        self.mapping = table.mapping
        self.count = rows.count
        self.inputShape = table.inputShape
        self.targets = table.targets
        self.normalization = table.normalization
        self.gathering = table.gathering
        self.origin = table.origin
        self.rows = rows
        self.digest = partDigest(of: table.digest, rows: rows)
    }

    /// Numbers in one sample.
    package var features: Int { normalization.scales.count }

    /// Whether inputs are kept as bytes.
    package var storesBytes: Bool { inputs.storesBytes }

    /// Bytes that the inputs of all samples take in memory.
    package var inputBytes: Int { count * features * (storesBytes ? 1 : MemoryLayout<Float>.stride) }

    /// Bytes of a row where inputs are mapped: the file may have columns that no batch has.
    var mappedRowBytes: Int {
        if case .mappedColumns(let columns) = inputs { return columns.rowBytes }
        return features * (storesBytes ? 1 : MemoryLayout<Float>.stride)
    }

    /// Whether inputs stay in their file, so that a `SampleReader` is needed to get at them.
    package var isStreamed: Bool { if case .streamed = inputs { true } else { false } }

    /// Whether inputs are the file itself as memory.
    package var isMapped: Bool { mapping != nil }

    /// - Throws: `DatasetError` if inputs are mapped and the file was written to since.
    func checkUnchanged() throws { try mapping?.checkUnchanged() }

    /// The row in the file that sample `index` of this table comes from.
    package func originalRow(_ index: Int) -> Int { rows.map { Int($0[index]) } ?? index }
}

extension SampleTable {
    /// Copies samples into a batch of shape [count, features], normalized. Allocates nothing.
    ///
    /// A row outside the table traps, and so do inputs that are streamed: see `SampleReader`.
    package func gatherInputs(
        _ rows: UnsafePointer<Int32>, count: Int, into batch: UnsafeMutablePointer<Float>,
        kernels: any KernelTable.Type
    ) {
        if case .mappedColumns(let columns) = inputs {
            return forEachRun(of: rows, count: count) { first, rows, count in
                columns.gather(rows, count: count, gathering, into: batch + first * features)
            }
        }
        guard let inputs = inputs.resident else { preconditionFailure("the inputs are streamed") }
        forEachRun(of: rows, count: count) { first, rows, count in
            inputs.gather(rows, count: count, gathering, into: batch + first * features, kernels: kernels)
        }
    }

    /// Copies class indices into a batch of shape [count]. The targets must be classes.
    package func gatherLabels(_ rows: UnsafePointer<Int32>, count: Int, into batch: UnsafeMutablePointer<Int32>) {
        guard case .classes(let labels) = targets else { preconditionFailure("the targets are not classes") }
        forEachRun(of: rows, count: count) { first, rows, count in
            labels.withUnsafeBufferPointer { labels in
                for index in 0..<count { batch[first + index] = labels[Int(rows[index])] }
            }
        }
    }

    /// Copies targets into a batch of shape [count, width]; classes become numbers, of width 1. There must be targets.
    package func gatherTargets(_ rows: UnsafePointer<Int32>, count: Int, into batch: UnsafeMutablePointer<Float>) {
        forEachRun(of: rows, count: count) { first, rows, count in
            switch targets {
            case .classes(let labels):
                labels.withUnsafeBufferPointer { labels in
                    for index in 0..<count { batch[first + index] = Float(labels[Int(rows[index])]) }
                }
            case .values(let values, let width):
                values.withUnsafeBufferPointer { values in
                    for index in 0..<count {
                        let source = values.baseAddress! + Int(rows[index]) * width
                        (batch + (first + index) * width).update(from: source, count: width)
                    }
                }
            case .unlabeled:
                preconditionFailure("there are no targets")
            }
        }
    }

    /// Hands on `rows`, checked and as rows of the memory behind this table, in runs short enough for the stack.
    private func forEachRun(
        of rows: UnsafePointer<Int32>, count: Int, _ body: (_ first: Int, UnsafePointer<Int32>, Int) -> Void
    ) {
        for index in 0..<count {
            precondition(rows[index] >= 0 && rows[index] < self.count, "row outside the table")
        }
        guard let map = self.rows else { return body(0, rows, count) }
        let runLength = 128
        map.withUnsafeBufferPointer { map in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: runLength) { run in
                for first in stride(from: 0, to: count, by: runLength) {
                    let length = min(runLength, count - first)
                    for index in 0..<length { run[index] = map[Int(rows[first + index])] }
                    body(first, run.baseAddress!, length)
                }
            }
        }
    }
}
