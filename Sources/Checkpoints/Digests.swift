import Kernels

extension Checkpoint.Tensor {
    /// XXH64 of the values' bytes, little endian, as 16 hexadecimal digits: what `xxhash.xxh64(array.tobytes())` gives
    /// in Python.
    var digest: String {
        var hash = XXH64()
        values.withUnsafeBytes { hash.update($0) }
        return hash.hexadecimal
    }
}

extension Checkpoint {
    /// One digest of all parameters: their names, shapes and bits, in order. Equal for two checkpoints if and (but for
    /// one chance in 2^64) only if every parameter has the same bits.
    public var fingerprint: String {
        var hash = XXH64()
        hash.update(tensors: parameters)
        return hash.hexadecimal
    }

    /// One digest of everything in the checkpoint.
    var digest: String {
        var hash = XXH64()
        for attribute in attributes {
            hash.update(text: attribute.group)
            hash.update(text: attribute.name)
            hash.update(attribute.value)
        }
        hash.update(text: CheckpointFile.parameters)
        hash.update(tensors: parameters)
        for (moment, tensors) in optimizerState.sorted(by: { $0.key < $1.key }) {
            hash.update(text: CheckpointFile.moment(moment))
            hash.update(tensors: tensors)
        }
        return hash.hexadecimal
    }
}

/// Every text and list is preceded by its length, so that no two contents give the same bytes.
extension XXH64 {
    fileprivate var hexadecimal: String {
        let digits = String(finalize(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    fileprivate mutating func update(tensors: [Checkpoint.Tensor]) {
        update(number: UInt64(tensors.count))
        for tensor in tensors {
            update(text: tensor.name)
            update(CheckpointFile.Value.integers(tensor.shape))
            tensor.values.withUnsafeBytes { update($0) }
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
