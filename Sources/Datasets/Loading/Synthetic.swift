import Kernels
import Workers

extension Dataset {
    /// Makes a synthetic data set.
    ///
    /// - Parameter others: bytes that the program takes beside it.
    static func synthetic(_ description: SyntheticDescription, beside others: Int = 0) throws -> Dataset {
        let counts = description.counts
        // No overflow: the description has been checked to take less than a terabyte a split.
        let bytes = (counts.values.reduce(description.classes, +)) * description.inputs.reduce(1, *)
        let most = max(0, UsableMemory.limit.bytes - others)
        guard bytes <= most else {
            throw DatasetError(
                .invalidOption, file: SyntheticGenerator.name,
                expected: "samples that fit in the \(wholeSize(most)) of memory that there is for data",
                found: wholeSize(bytes), advice: "Make fewer or smaller ones.")
        }
        let generator = SyntheticGenerator(description)
        var tables: [Split: SampleTable] = [:]
        for (stream, split) in Split.allCases.enumerated() {
            guard let count = counts[split] else { continue }
            tables[split] = generator.table(split, count: count, stream: UInt32(stream))
        }
        let names = description.classes <= 1000 ? (0..<description.classes).map { "\($0)" } : nil
        return try Dataset(
            name: SyntheticGenerator.name, tables: tables, classNames: names,
            classes: description.classes)
    }
}

extension SyntheticDescription {
    /// Samples of each split that has any.
    var counts: [Split: Int] {
        [.train: samples, .validation: validation, .test: test].filter { $0.value > 0 }
    }
}

/// Samples from Philox blocks: counter (block in the sample, sample, stream of the split, purpose).
private struct SyntheticGenerator {
    static let name = "synthetic"
    let description: SyntheticDescription
    let features: Int
    let key: UInt64
    /// Patterns of bytes, a row for each class.
    let patterns: ByteBuffer

    private static let noise: UInt32 = 0
    private static let label: UInt32 = 1
    private static let pattern: UInt32 = 2

    init(_ description: SyntheticDescription) {
        self.description = description
        features = description.inputs.reduce(1, *)
        key = Philox.key(seed: description.seed, purpose: .synthetic)
        patterns = ByteBuffer(count: features * description.classes)
        for index in 0..<description.classes {
            fill(patterns.pointer + index * features, sample: index, stream: 0, purpose: Self.pattern)
        }
    }

    func table(_ split: Split, count: Int, stream: UInt32) -> SampleTable {
        let inputs = ByteBuffer(count: count * features)
        var labels = [Int32](repeating: 0, count: count)
        for sample in 0..<count {
            let word = Philox.block(key: key, counter: (0, UInt32(sample), stream, Self.label)).0
            let label = Int((UInt64(word) * UInt64(description.classes)) >> 32)
            labels[sample] = Int32(label)
            let row = inputs.pointer + sample * features
            fill(row, sample: sample, stream: stream, purpose: Self.noise)
            mix(row, with: patterns.pointer + label * features)
        }
        return SampleTable(
            inputs: .bytes(Elements(inputs)), count: count, inputShape: description.inputs, targets: .classes(labels),
            normalization: .bytes(features: features),
            origin: SampleTable.Origin(file: Self.name, inputs: "\(split) inputs", targets: "\(split) targets"))
    }

    /// Random bytes, sixteen a block.
    private func fill(_ bytes: UnsafeMutablePointer<UInt8>, sample: Int, stream: UInt32, purpose: UInt32) {
        for start in stride(from: 0, to: features, by: 16) {
            let block = Philox.block(key: key, counter: (UInt32(start / 16), UInt32(sample), stream, purpose))
            var words = (block.0.littleEndian, block.1.littleEndian, block.2.littleEndian, block.3.littleEndian)
            withUnsafeBytes(of: &words) { words in
                UnsafeMutableRawPointer(bytes + start).copyMemory(
                    from: words.baseAddress!, byteCount: min(16, features - start))
            }
        }
    }

    private func mix(_ row: UnsafeMutablePointer<UInt8>, with pattern: UnsafePointer<UInt8>) {
        for feature in 0..<features { row[feature] = row[feature] / 2 + pattern[feature] / 2 }
    }
}
