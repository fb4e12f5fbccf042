import Batches
import Datasets
import Images
import Kernels

/// Samples of images side by side in one picture, each with its target under it.
///
///     let configuration = try Configuration(contentsOf: "cifar.yaml")
///     let (sheet, _) = try ContactSheet().draw(configuration)
///
/// With a configuration, the train split is shown as an epoch brings it, augmented. Other splits, and data sets alone,
/// are shown as they are: in random order, or in that of the file where they stay there.
package struct ContactSheet: Sendable, Equatable {
    /// The most samples of a sheet.
    package static let mostSamples = 1000

    package var split: Split
    /// Samples to show, or all where there are fewer.
    package var count: Int
    /// Which epoch of training to show, from 0.
    package var epoch: Int

    /// - Parameter count: in 1 ... `mostSamples`.
    package init(split: Split = .train, count: Int = 64, epoch: Int = 0) {
        precondition(1...Self.mostSamples ~= count && epoch >= 0)
        self.split = split
        self.count = count
        self.epoch = epoch
    }

    /// What was drawn.
    package struct Content: Sendable, Equatable {
        package let samples: Int
        package let inputShape: [Int]
        package let isAugmented: Bool
    }

    /// Draws a data set as it is.
    /// - Throws: `DatasetError` for one that cannot be read, or whose samples are no images in gray or color.
    package func draw(
        _ description: DatasetDescription, loading: LoadingOptions = LoadingOptions()
    ) throws -> (Bitmap, Content) {
        let dataset = try Dataset.load(description, targets: .optional, loading: loading)
        return try draw(dataset, Source(asItIs: try dataset.table(split)))
    }

    /// Draws what a configuration trains on.
    /// - Throws: also `TrainingError` for a configuration that makes no sense with its data.
    package func draw(
        _ configuration: Configuration, loading: LoadingOptions = LoadingOptions()
    ) throws -> (Bitmap, Content) {
        try configuration.check()
        let dataset = try configuration.loadDataset(relativeTo: nil, loading)
        try configuration.checkAugmentation(for: dataset)
        let table = try dataset.table(split)
        return try draw(
            dataset, split == .train ? Source(training: configuration, table, epoch: epoch) : Source(asItIs: table))
    }

    private func draw(_ dataset: Dataset, _ source: Source) throws -> (Bitmap, Content) {
        let table = source.reader.table
        guard let image = ImageShape(dataset.inputShape), [1, 3].contains(image.channels) else {
            throw DatasetError(
                .wrongShape, file: table.origin.file, object: table.origin.inputs,
                expected: "images, samples of shape [height, width], [height, width, 1] or [height, width, 3]",
                found: "samples of shape \(dataset.inputShape)")
        }
        let count = min(count, table.count)
        let samples = try source.load(count, of: dataset)
        let tiles = Tiles(image, captions: samples.captions)
        let bitmap = tiles.draw(PixelValues(samples.inputs, of: table))
        return (
            bitmap, Content(samples: count, inputShape: dataset.inputShape, isAugmented: source.augmenter != nil)
        )
    }
}

/// Where the samples of a sheet come from, and in which order.
private struct Source {
    let reader: SampleReader
    let order: SampleOrder
    /// Samples at a time.
    let batchSize: Int
    var augmenter: Augmenter?

    init(asItIs table: SampleTable) throws {
        reader = try SampleReader(inFileOrder: table)
        order = SampleOrder(count: table.count, seed: 0, epoch: 0, shuffle: table.isStreamed ? .none : .full)
        batchSize = min(reader.capacity, ContactSheet.mostSamples)
    }

    init(training configuration: Configuration, _ table: SampleTable, epoch: Int) throws {
        batchSize = min(configuration.batchSize, table.count)
        reader = try SampleReader(
            table, shuffle: configuration.shuffle, seed: configuration.seed, batchSize: batchSize)
        order = SampleOrder(
            count: table.count, seed: configuration.seed, epoch: epoch, shuffle: configuration.shuffle)
        augmenter = configuration.augmentation.map {
            Augmenter($0, inputShape: table.inputShape, seed: configuration.seed)
        }
    }

    /// The first samples, `[count, features]` as a batch has them, and what their targets say.
    func load(_ count: Int, of dataset: Dataset) throws -> (inputs: AlignedBuffer, captions: [String]) {
        let (usesLabels, width) =
            switch reader.table.targets {
            case .classes: (true, 1)
            case .values(_, let width): (false, width)
            case .unlabeled: (true, 0)
            }
        let batch = Batch(
            reader: reader, capacity: min(batchSize, reader.table.count), usesLabels: usesLabels, width: width,
            augmenter: augmenter, kernels: availableKernels()[0])
        let features = reader.table.features
        let inputs = AlignedBuffer(count: count * features)
        var captions: [String] = []
        for first in stride(from: 0, to: count, by: batchSize) {
            // Whole batches, since a sample may be mixed with any other one of its batch.
            let samples = first..<min(first + batchSize, reader.table.count)
            try reader.acquire(samples, of: order)
            batch.fill(samples, of: order)
            let rows = min(samples.count, count - first)
            batch.load(rows: 0..<rows, into: inputs.pointer + first * features, worker: 0)
            for row in 0..<rows { captions.append(width == 0 ? "" : batch.caption(of: row, dataset, width: width)) }
        }
        return (inputs, captions)
    }
}

extension Batch {
    /// "cat", "cat 70% dog" for a mixture, or numbers.
    fileprivate func caption(of row: Int, _ dataset: Dataset, width: Int) -> String {
        func name(_ label: Int32) -> String { dataset.classNames?[Int(label)] ?? "\(label)" }
        switch targets {
        case .labels(let labels): return name(labels[row])
        case .mixtures(let labels, let others, let shares):
            let percent = Int((100 * shares[row]).rounded())
            guard labels[row] != others[row], percent < 100 else { return name(labels[row]) }
            return "\(name(labels[row])) \(percent)% \(name(others[row]))"
        case .values(let values):
            let shown = (0..<min(width, 3)).map { brief(values[row * width + $0]) }
            return shown.joined(separator: " ") + (width > 3 ? " …" : "")
        }
    }

    /// About four digits.
    private func brief(_ value: Float) -> String {
        guard abs(value) < 1e6 else { return "\(value)" }
        let rounded = (Double(value) * 1000).rounded() / 1000
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
