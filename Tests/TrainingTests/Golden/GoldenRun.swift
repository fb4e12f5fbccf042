import TestSupport
import XCTest

/// A run whose parameters are known to the last bit.
struct GoldenRun {
    let name: String
    /// Of the parameters after the last step.
    let fingerprint: String
    /// The configuration. `table.h5` and `values.h5` are those of `GoldenRun.writeData`.
    let yaml: String

    /// A run of one of the short networks below, with lines of its own.
    init(_ name: String, _ fingerprint: String, _ base: String, _ lines: String...) {
        (self.name, self.fingerprint) = (name, fingerprint)
        let own = Set(lines.flatMap { $0.split(separator: "\n") }.compactMap { $0.split(separator: ":").first })
        let kept = base.split(separator: "\n").filter { !own.contains($0.split(separator: ":").first ?? "") }
        yaml = (kept.map(String.init) + lines).joined(separator: "\n")
    }

    /// Ragged on purpose: 103 samples in batches of 32 leave 7, and neither is divisible by 5 shards.
    static let perceptron = """
        dataset: {synthetic: {inputs: [19], classes: 5, samples: 103}}
        network: [{linear: 24}, relu, {dropout: 0.25}, {residual: [{linear: 24}, gelu]}, {linear: 5}]
        optimizer: {adamW: {learningRate: 0.01, weightDecay: 0.01}}
        batchSize: 32
        shards: 5
        epochs: 3
        seed: 7
        """

    static let images = """
        dataset: {synthetic: {inputs: [7, 6, 3], classes: 5, samples: 103}}
        network: [{convolution: {filters: 5, kernel: 3}}, relu, globalAveragePool, {linear: 5}]
        optimizer: {sgd: {learningRate: 0.1, momentum: 0.9}}
        batchSize: 32
        shards: 5
        epochs: 2
        seed: 7
        """

    static let values = """
        dataset: values.h5
        network: [{linear: 8}, tanh, {linear: 2}]
        loss: meanSquaredError
        optimizer: {sgd: {learningRate: 0.05}}
        batchSize: 12
        shards: 3
        epochs: 2
        """

    /// Writes the data sets that are not synthetic, by exact arithmetic.
    static func writeData(to directory: String) throws {
        try python(
            """
            def numbers(rows, columns, factor):
                return (np.arange(rows * columns) * factor % 1024 / 1024).reshape(rows, columns).astype('f4')
            with h5py.File(sys.argv[1] + '/values.h5', 'w') as f:
                f['x_train'], f['y_train'] = numbers(41, 6, 397), numbers(41, 2, 211)
            with h5py.File(sys.argv[1] + '/table.h5', 'w') as f:
                f['x_train'], f['y_train'] = numbers(61, 4, 605) * 32 - 5, np.arange(61) % 3
            """, directory)
    }
}
