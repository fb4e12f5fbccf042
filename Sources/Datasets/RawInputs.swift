import Kernels

/// How samples in memory reach a network: as the rows of a file that says nothing of itself do on the road `predict`.
/// Their numbers are taken as raw, and normalized as in training.
package struct RawInputs: Sendable {
    /// Numbers in a sample.
    package let features: Int
    /// Whether samples may be bytes: where those trained on were, or where nothing is known of them.
    package let takesBytes: Bool
    private let numbers: Normalization
    private let bytes: Normalization

    /// - Parameter contract: of the data trained on; nil for a checkpoint that has none, whose numbers are then taken as
    ///   they are, and bytes as x / 255.
    /// - Throws: `DatasetError` for a normalization that leads to numbers which Float32 does not hold.
    package init(_ contract: DataContract?, inputShape: [Int], name: String) throws(DatasetError) {
        features = inputShape.reduce(1, *)
        takesBytes = contract?.storesBytes ?? true
        guard let contract, let normalization = contract.normalization else {
            (numbers, bytes) = (.identity(features: features), .bytes(features: features))
            return
        }
        do throws(InvalidNormalization) {
            numbers = try normalization.resolved(
                ofNumbersMadeBy: contract.transformation, forNumbersMadeBy: nil, inputShape: inputShape)
            bytes = numbers
        } catch {
            throw DatasetError(
                .invalidOption, file: name, object: "normalization: \(error.name)", expected: error.expected,
                found: error.found)
        }
    }

    /// Writes samples as the network reads them, `[count, features]`. Allocates nothing, unless a sample of more than
    /// 256 numbers is centered.
    ///
    /// - Parameters:
    ///   - samples: row-major.
    ///   - places: which of them, `[count]`.
    package func write(
        _ samples: InputRows, at places: UnsafePointer<Int32>, count: Int, into inputs: UnsafeMutablePointer<Float>,
        kernels: any KernelTable.Type
    ) {
        let normalization = if case .bytes = samples { bytes } else { numbers }
        samples.gather(places, count: count, normalization, into: inputs, kernels: kernels)
    }
}

extension NormalizationValues {
    /// This normalization, which is for numbers made of raw ones in one way, for numbers made in another.
    ///
    /// - Parameters:
    ///   - expected: how those were made that it is for; nil for raw ones.
    ///   - own: how those were made that there are.
    func resolved(
        ofNumbersMadeBy expected: NormalizationValues?, forNumbersMadeBy own: NormalizationValues?, inputShape: [Int]
    ) throws(InvalidNormalization) -> Normalization {
        guard own != expected else { return try resolved(inputShape: inputShape) }
        let back = try (own ?? .identity).inverse(inputShape: inputShape)
        let there = try (expected ?? .identity).map(inputShape: inputShape)
        return try map(inputShape: inputShape).after(there.after(back)).values.resolved(inputShape: inputShape)
    }
}
