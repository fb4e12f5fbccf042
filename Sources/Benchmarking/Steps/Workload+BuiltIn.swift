import Datasets
import Networks
import Training

extension Workload {
    /// The workloads that have a name, the same as the peers' under `Benchmarks`.
    package static let builtIn = [
        perceptron("mlp-128", widths: [784, 512, 256, 10], batchSize: 128),
        perceptron("mlp-4096", widths: [784, 512, 256, 10], batchSize: 4096),
        perceptron("wide-2048", widths: [784, 2048, 2048, 10], batchSize: 2048),
        perceptron("moons-100", widths: [2, 16, 16, 2], batchSize: 100),
        images("cnn-256", SmallCNN(), [28, 28, 1], batchSize: 256),
        images("resnet20-128", ResNet(depth: 20), [32, 32, 3], batchSize: 128),
        images("lenet5-64", LeNet5(), [28, 28, 1], batchSize: 64, shards: 2),
    ]

    /// A multilayer perceptron with ReLU.
    private static func perceptron(_ name: String, widths: [Int], batchSize: Int) -> Workload {
        var layers: [any Layer] = []
        for width in widths.dropFirst() { layers += [Linear(width), ReLU()] }
        return Workload(
            name, Network(layers.dropLast()), inputs: [widths[0]], classes: widths.last!, batchSize: batchSize)
    }

    /// A convolutional network for images `[height, width, channels]` of ten classes.
    ///
    /// - Parameter shards: nil for as many as rows of a perceptron would make; a small batch of images has work for
    ///   more.
    private static func images(
        _ name: String, _ model: any ModelShape, _ image: [Int], batchSize: Int, shards: Int? = nil
    ) -> Workload {
        Workload(name, Network([model]), inputs: image, classes: 10, batchSize: batchSize, shards: shards)
    }

    /// Eight batches of random samples, cross-entropy, SGD with momentum.
    private init(
        _ name: String, _ network: Network, inputs: [Int], classes: Int, batchSize: Int, shards: Int? = nil
    ) {
        self.init(
            name: name,
            configuration: Configuration(
                dataset: .synthetic(inputs: inputs, classes: classes, samples: batchSize * 8), network: network,
                optimizer: .sgd(.init(learningRate: 0.01, momentum: 0.9)), batchSize: batchSize, shards: shards))
    }
}
