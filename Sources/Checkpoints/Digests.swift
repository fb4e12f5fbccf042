import Kernels

/// What a checkpoint's file says of a tensor.
struct TensorRecord: Equatable {
    let name: String
    let shape: [Int]
    /// XXH64 of the values' bytes, little endian, as 16 hexadecimal digits: what `xxhash.xxh64(array.tobytes())` gives
    /// in Python.
    let digest: String
}

extension TensorRecord {
    init(_ tensor: LentTensor) {
        self.init(name: tensor.name, shape: tensor.shape, digest: hexadecimalDigest(of: tensor.values))
    }

    init(_ tensor: Checkpoint.Tensor) {
        self.init(
            name: tensor.name, shape: tensor.shape,
            digest: tensor.values.withUnsafeBufferPointer(hexadecimalDigest(of:)))
    }
}

private func hexadecimalDigest(of values: UnsafeBufferPointer<Float>) -> String {
    var hash = XXH64()
    hash.update(UnsafeRawBufferPointer(values))
    return hash.finalize().hexadecimal
}

/// A checkpoint with records in place of its tensors.
struct CheckpointContents {
    /// Everything but tensors; it has none.
    let constants: Checkpoint
    let parameters: [TensorRecord]
    let optimizerState: [String: [TensorRecord]]

    init(_ constants: Checkpoint, parameters: [TensorRecord], optimizerState: [String: [TensorRecord]]) {
        self.constants = constants
        self.parameters = parameters
        self.optimizerState = optimizerState
    }

    /// The digest of everything: values are in it by the digests of their tensors.
    var digest: String { digest(of: constants.attributes) }

    /// The digest of everything but who wrote it, which makes no difference to a resume.
    var stateDigest: String { digest(of: constants.attributes.filter { $0.group != CheckpointFile.writer }) }

    private func digest(of attributes: [CheckpointFile.Attribute]) -> String {
        var hash = XXH64()
        for attribute in attributes {
            hash.update(text: attribute.group)
            hash.update(text: attribute.name)
            hash.update(attribute.value)
        }
        for (name, column) in constants.data?.columns ?? [] {
            hash.update(text: name)
            hash.update(text: column.digest)
        }
        hash.update(text: CheckpointFile.parameters)
        hash.update(records: parameters)
        for (moment, records) in optimizerState.sorted(by: { $0.key < $1.key }) {
            hash.update(text: CheckpointFile.moment(moment))
            hash.update(records: records)
        }
        return hash.finalize().hexadecimal
    }
}

extension Checkpoint {
    /// One digest of all parameters: their names, shapes and bits, in order. Equal for two checkpoints if and (but for
    /// one chance in 2^64) only if every parameter has the same bits.
    package var fingerprint: String {
        var fingerprint = ParameterFingerprint(count: parameters.count)
        for tensor in parameters {
            tensor.values.withUnsafeBufferPointer {
                fingerprint.add(name: tensor.name, shape: tensor.shape, values: $0)
            }
        }
        return fingerprint.hash.finalize().hexadecimal
    }
}

/// `Checkpoint.fingerprint` of parameters that lie anywhere in memory, without a checkpoint of them. Allocates nothing.
package struct ParameterFingerprint {
    fileprivate var hash = XXH64()

    /// - Parameter count: how many tensors there are.
    package init(count: Int) { hash.update(number: UInt64(count)) }

    /// Adds the next tensor, in the order of the layers.
    package mutating func add(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
        hash.update(text: name)
        hash.update(CheckpointFile.Value.integers(shape))
        hash.update(UnsafeRawBufferPointer(values))
    }

    /// The digest, of which a fingerprint is the 16 hexadecimal digits.
    package func finalize() -> UInt64 { hash.finalize() }
}

/// Every text and list is preceded by its length, so that no two contents give the same bytes.
extension XXH64 {
    fileprivate mutating func update(records: [TensorRecord]) {
        update(number: UInt64(records.count))
        for record in records {
            update(text: record.name)
            update(CheckpointFile.Value.integers(record.shape))
            update(text: record.digest)
        }
    }

    fileprivate mutating func update(_ value: CheckpointFile.Value) {
        switch value {
        case .integer(let number): update(number: UInt64(bitPattern: Int64(number)))
        case .unsignedInteger(let number): update(number: number)
        case .number(let number): update(number: number.bitPattern)
        case .text(let text): update(text: text)
        case .integers(let numbers):
            update(number: UInt64(numbers.count))
            for number in numbers { update(number: UInt64(bitPattern: Int64(number))) }
        case .texts(let texts):
            update(number: UInt64(texts.count))
            for text in texts { update(text: text) }
        }
    }

    fileprivate mutating func update(text: String) {
        var text = text
        text.withUTF8 { bytes in
            update(number: UInt64(bytes.count))
            update(UnsafeRawBufferPointer(bytes))
        }
    }

    fileprivate mutating func update(number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { update($0) }
    }
}
