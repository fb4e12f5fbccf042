extension GoldenRun {
    /// Whoever changes a row raises `bitsVersion`, and says in the CHANGELOG which rows changed and why.
    static let all: [GoldenRun] = losses + optimizers + schedules + steps + data + layers + convolutional

    private static let losses = [
        GoldenRun("crossEntropy", "d9126d6659d5f482", perceptron),
        GoldenRun("label smoothing", "f468fd1804ce55c5", perceptron, "loss: {crossEntropy: {labelSmoothing: 0.1}}"),
        GoldenRun(
            "class weights", "b5245855f646f051", perceptron,
            "loss: {crossEntropy: {labelSmoothing: 0.1, classWeights: [1, 2, 0.5, 3, 0.25]}}"),
        GoldenRun("meanSquaredError", "8476c4d734a12c55", values),
        GoldenRun("binaryCrossEntropy", "13ce2d629adac1b6", values, "loss: binaryCrossEntropy"),
        GoldenRun("huber", "c2d56df90cfed6e5", values, "loss: {huber: {delta: 0.3}}"),
    ]

    private static let optimizers = [
        GoldenRun("sgd", "1dfafd267d57a4c7", perceptron, "optimizer: {sgd: {learningRate: 0.1, weightDecay: 0.01}}"),
        GoldenRun("momentum", "96022bc34a603e6e", perceptron, "optimizer: {sgd: {learningRate: 0.1, momentum: 0.9}}"),
        GoldenRun(
            "nesterov", "b3aa9c227e968c70", perceptron,
            "optimizer: {sgd: {learningRate: 0.1, momentum: 0.9, nesterov: true}}"),
        GoldenRun("adam", "d9c7dffd8f9eeddb", perceptron, "optimizer: {adam: {learningRate: 0.01, weightDecay: 0.01}}"),
        GoldenRun("lars", "0c8d55df604c91e8", perceptron, "optimizer: {lars: {learningRate: 2, nesterov: true}}"),
        GoldenRun("lamb", "05e3aa3ec58f427f", perceptron, "optimizer: {lamb: {learningRate: 0.01}}"),
    ]

    private static let schedules = [
        GoldenRun("warm-up in steps", "6294b51431f6224f", perceptron, "schedule: {constant: {warmupSteps: 5}}"),
        GoldenRun("step", "eae4a0a2f43b3884", perceptron, "schedule: {step: {everyEpochs: 1, factor: 0.5}}"),
        GoldenRun(
            "step, warm-up in epochs from a share", "3ce61bff3e2ba22c", perceptron,
            "schedule: {step: {everyEpochs: 1, factor: 0.5, warmupEpochs: 1, warmupStart: 0.2}}"),
        GoldenRun("cosine", "fa5e8eeae1dfe4f4", perceptron, "schedule: {cosine: {warmupSteps: 3, minimum: 0.0001}}"),
        GoldenRun(
            "linear", "d1a58cb5a6981f55", perceptron,
            "schedule: {linear: {warmupEpochs: 1, decaySteps: 10, minimum: 0.0001}}"),
        GoldenRun(
            "polynomial", "0b1718755f3a508d", perceptron, "schedule: {polynomial: {power: 1.5, minimum: 0.0001}}"),
        GoldenRun("oneCycle", "bc9fe4c2072d1869", perceptron, "schedule: {oneCycle: {cycleMomentum: true}}"),
    ]

    private static let steps = [
        GoldenRun("clipNorm", "7c3d0dd59774b955", perceptron, "clipNorm: 0.5"),
        GoldenRun("clipLayerNorm", "6c2dd8ed7033afee", perceptron, "clipLayerNorm: 0.1"),
        GoldenRun("clipValue", "f78d4624759e9049", perceptron, "clipValue: 0.01"),
        GoldenRun("learningRateScaling", "054c3adc24d5b843", perceptron, "learningRateScaling: {squareRoot: 16}"),
        GoldenRun(
            "parameter groups", "bec3bcb52f253a45", perceptron,
            """
            parameterGroups: [{parameters: linear1/*, learningRate: 0.002}, {parameters: "*/bias", frozen: true}]
            """),
        GoldenRun(
            "LAMB, clipping, accumulation, average, ragged last batch", "254bb6eb1dc96b05", perceptron,
            "optimizer: {lamb: {weightDecay: 0.01}}", "clipNorm: 0.5", "accumulate: 2", "movingAverage: 0.9"),
        GoldenRun("one shard", "cfea846392474fa1", perceptron, "shards: 1"),
        GoldenRun("default shards", "9a60ece7a8e5bdcb", perceptron, "batchSize: 103", "shards: 8"),
    ]

    private static let data = [
        GoldenRun("shuffle none", "2e17ba57150a7aec", perceptron, "shuffle: none"),
        GoldenRun("shuffle blocks", "9f0d72f03773f8cb", perceptron, "shuffle: {block: 8, window: 16}"),
        GoldenRun(
            "standardize", "dc02deb4133df2a1", perceptron, "dataset: {path: table.h5, normalization: standardize}",
            head3),
        GoldenRun("no normalization", "d22cccd7d22c731f", perceptron, "dataset: table.h5", head3),
        GoldenRun("scale and offset", "8d58e0a266dfd24c", perceptron, scaled, head3),
        GoldenRun("standardizeChannels", "b9d3f669afe754e0", images, channels),
        GoldenRun(
            "augmentation", "3da2247a0ec4a4af", images,
            "augmentation: {shift: 1, horizontalFlip: 0.5, rotation: 5, cutout: 2, mixup: 0.2}"),
    ]
    private static let head3 = "network: [{linear: 8}, relu, {linear: 3}]"
    private static let scaled = "dataset: {path: table.h5, normalization: {scale: 0.1, offset: [1, 2, 3, 4]}}"
    private static let channels =
        "dataset: {synthetic: {inputs: [7, 6, 3], classes: 5, samples: 103}, normalization: standardizeChannels}"

    private static let layers = [
        GoldenRun(
            "activations and initializers", "2435860b17677e7a", perceptron,
            """
            network:
              - {linear: {outputs: 9, initializer: {glorot: uniform}}}
              - tanh
              - {linear: {outputs: 8, initializer: {lecun: normal}}}
              - silu
              - {linear: {outputs: 7, initializer: {he: uniform}}}
              - {leakyRelu: 0.1}
              - {linear: {outputs: 6, initializer: {normal: 0.3}}}
              - sigmoid
              - {linear: {outputs: 5, initializer: {uniform: 0.5}, bias: false}}
            """),
        GoldenRun(
            "normalizations of features", "96ea070bcf95abe9", perceptron,
            """
            network: [{linear: 12}, layerNormalization, relu, {linear: 12}, {batchNormalization: {synchronized: true}},
              gelu, {linear: 12}, {groupNormalization: 3}, tanh, {linear: 5}]
            """),
        GoldenRun(
            "shards that join", "d1d2fd2399f0cf96", perceptron,
            "network: [{linear: 12}, batchNormalization, relu, {linear: 5}]"),
        GoldenRun(
            "frozen normalization", "dc480e95bc897011", perceptron,
            "network: [{linear: 12}, batchNormalization, relu, {linear: 5}]",
            "parameterGroups: [{parameters: [linear1/*, '*/mean', '*/variance'], frozen: true}]"),
        GoldenRun(
            "probabilities", "d49869e2d1bbb1d3", perceptron, "network: [{linear: 24}, relu, {linear: 5}, softmax]"),
    ]

    private static let convolutional = [
        GoldenRun(
            "CNN, both normalizations, augmentation", "0d0069947c65fe7c", images,
            """
            network:
              - {convolution: {filters: 5, kernel: 3, padding: same, bias: false}}
              - batchNormalization
              - relu
              - {maxPool: 2}
              - residual:
                  layers:
                    - {convolution: {filters: 6, kernel: 3, stride: 2, padding: same, bias: false}}
                    - {batchNormalization: {synchronized: true, momentum: 0.3}}
                  projection: [{convolution: {filters: 6, kernel: 1, stride: 2, bias: false}}]
              - {convolution: {filters: 6, kernel: 3, padding: same, groups: 6}}
              - gelu
              - {dropout: {probability: 0.2, channels: true}}
              - globalAveragePool
              - {linear: 5}
            augmentation: {shift: 1, horizontalFlip: 0.5, rotation: 5, cutout: 2, mixup: 0.2}
            """),
        GoldenRun(
            "pooling, branches, upsampling", "01ac161ea9dd2fd4", images,
            """
            network:
              - {concatenate: [[{convolution: {filters: 3, kernel: 3, padding: same, dilation: 2}}], []]}
              - {averagePool: {size: 3, stride: 2, padding: 1}}
              - {upsample: 2}
              - {convolution: {filters: 8, kernel: [3, 1], groups: 2, stride: [1, 2]}}
              - silu
              - flatten
              - {linear: 5}
            """),
        GoldenRun(
            "signals", "3e50d58ea4e97928", images,
            """
            dataset: {synthetic: {inputs: [33, 3], classes: 5, samples: 103}}
            network:
              - {convolution1D: {filters: 6, kernel: 5, stride: 2}}
              - relu
              - {maxPool1D: 2}
              - {upsample1D: 2}
              - {averagePool1D: 3}
              - flatten
              - {linear: 5}
            """),
        GoldenRun(
            "leNet5", "d357bfc84fabf84a", images, "dataset: {synthetic: {inputs: [28, 28], classes: 10, samples: 70}}",
            "network: [leNet5]"),
        GoldenRun(
            "smallCNN", "fcce45e7a4d58434", images,
            "dataset: {synthetic: {inputs: [12, 12], classes: 10, samples: 70}}",
            "network: [{smallCNN: {batchNormalization: true}}]"),
        GoldenRun(
            "resNet", "063bb15258006a98", images, "dataset: {synthetic: {inputs: [8, 8, 3], classes: 10, samples: 40}}",
            "network: [{resNet: {depth: 8, width: 4}}]"),
    ]
}
