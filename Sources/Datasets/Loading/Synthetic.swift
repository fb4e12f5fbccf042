import Kernels

extension Dataset {
    /// Makes a synthetic data set.
    static func synthetic(_ description: SyntheticDescription) throws -> Dataset {
        let counts: [(Split, Int)] = [
            (.train, description.samples), (.validation, description.validation), (.test, description.test),
        ]
        // No overflow: the description has been checked to take less than a terabyte a split.
        let bytes = (counts.reduce(description.classes) { $0 + $1.1 }) * description.inputs.reduce(1, *)
        guard bytes <= DataMemory.machine else {
            throw DatasetError(
                .invalidOption, file: SyntheticGenerator.name,
                expected: "samples that fit in the \(wholeSize(DataMemory.machine)) of this machine's memory",
                found: wholeSize(bytes), advice: "Make fewer or smaller ones.")
        }
        let generator = SyntheticGenerator(description)
        var tables: [Split: SampleTable] = [:]
        for (stream, (split, count)) in counts.enumerated() where count > 0 {
            tables[split] = generator.table(split, count: count, stream: UInt32(stream))
        }
        let names = description.classes <= 1000 ? (0..<description.classes).map { "\($0)" } : nil
        return try Dataset(
            name: SyntheticGenerator.name, tables: tables, classNames: names,
            classes: description.classes)
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
