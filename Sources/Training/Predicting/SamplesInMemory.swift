import Datasets
import Kernels

/// Samples that a caller has in memory, for the time of a call.
enum SamplesInMemory {
    /// One array each.
    case arrays(UnsafeBufferPointer<[Float]>)
    /// One after the other.
    case floats(UnsafePointer<Float>)
    case bytes(UnsafePointer<UInt8>)

    /// Writes some of them as the network reads them, `[samples.count, features]`.
    ///
    /// - Parameter places: 0, 1, 2 and so on, as many as samples.
    func write(
        _ samples: Range<Int>, by raw: RawInputs, places: UnsafePointer<Int32>,
        into inputs: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type
    ) {
        let features = raw.features
        switch self {
        case .arrays(let arrays):
            for sample in samples {
                arrays[sample].withUnsafeBufferPointer { numbers in
                    raw.write(
                        .floats(numbers.baseAddress!), at: places, count: 1,
                        into: inputs + (sample - samples.lowerBound) * features, kernels: kernels)
                }
            }
        case .floats(let numbers):
            raw.write(
                .floats(numbers + samples.lowerBound * features), at: places, count: samples.count, into: inputs,
                kernels: kernels)
        case .bytes(let numbers):
            raw.write(
                .bytes(numbers + samples.lowerBound * features), at: places, count: samples.count, into: inputs,
                kernels: kernels)
        }
    }
}
