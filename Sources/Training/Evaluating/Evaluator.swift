import Batches
import Datasets
import Gradients
import Kernels
import Networks
import Timelines
import Workers

/// Computes a model's outputs and metrics on a split, on all workers, in memory that does not grow with the split.
package final class Evaluator {
    private let model: Model
    private let kernels: any KernelTable.Type
    private let team: WorkerTeam
    private let engine: InferenceEngine
    private let lossFunction: LossFunction
    private let width: Int
    /// Where to draw what loading threads do, if anywhere.
    var timeline: Timeline?

    /// Samples whose outputs are held at once. No result depends on it.
    private let chunk: Int

    init(model: Model, team: WorkerTeam, kernels: any KernelTable.Type) {
        self.model = model
        self.team = team
        self.kernels = kernels
        let outline = EvaluatorOutline(model.network, workers: team.workerCount)
        width = outline.width
        engine = InferenceEngine(
            network: model.network, model: model.shared, microBatch: outline.microBatch, team: team, kernels: kernels)
        chunk = outline.chunk
        lossFunction = LossFunction(model.network.loss, width: width, kernels: kernels)
    }

    package convenience init(model: Model, workers: WorkerCount = .automatic, kernels: any KernelTable.Type) {
        self.init(model: model, team: WorkerTeam(workerCount: workers.resolved), kernels: kernels)
    }

    /// Checks that a data set holds what the network reads and, to evaluate it, what its loss compares with.
    ///
    /// - Throws: `TrainingError.incompatible`, `DatasetError`.
    package func check(_ dataset: Dataset, needsTargets: Bool) throws {
        guard Shape(dataset.inputShape) == model.network.inputShape else {
            throw TrainingError.incompatible(
                path: dataset.name,
                problem: "expected inputs of shape \(model.network.inputShape), found \(Shape(dataset.inputShape))")
        }
        guard needsTargets else { return }
        // Not all classes need to occur in a data set for a network to be evaluated on it.
        try dataset.requireTargets(for: model.network.loss, outputs: width, isTrained: true)
    }

    /// Computes loss and metrics of a whole split.
    ///
    /// - Parameters:
    ///   - countsConfusions: whether confusions of more than 100 classes are counted too, in memory for as many numbers
    ///     as the split has samples at the most.
    ///   - isInterrupted: asked every few thousand samples.
    /// - Throws: `CancellationError` once it says yes, and what reading streamed data meets with.
    package func evaluate(
        _ table: SampleTable, split: Split, countsConfusions: Bool = true, isInterrupted: () -> Bool = { false }
    ) throws -> EvaluationReport {
        try table.requireWeight(in: model.network.loss, split: split)
        let usesLabels = model.network.loss.isClassification
        let losses = AlignedBuffer(count: min(table.count, chunk))
        var lossSum = 0.0
        var weight = 0.0
        var classes = ClassificationMetrics(classes: usesLabels ? width : 0, countsConfusions: countsConfusions)
        var regression = RegressionMetrics(width: width)
        var rightSides = 0
        let predicted = UnsafeMutablePointer<Int32>.allocate(capacity: chunk)
        let ranks = UnsafeMutablePointer<Int32>.allocate(capacity: chunk)
        defer {
            predicted.deallocate()
            ranks.deallocate()
        }
        try forEachChunk(of: table) { batch, outputs in
            if isInterrupted() { throw CancellationError() }
            let rows = batch.rows
            lossFunction.evaluate(
                output: outputs, targets: batch.targets, rows: rows, weight: 1, losses: losses.pointer, gradient: nil)
            for row in 0..<rows { lossSum += Double(losses.pointer[row]) }
            weight += lossFunction.weight(of: batch.targets, rows: rows)
            switch batch.targets {
            case .labels(let labels), .mixtures(let labels, _, _):
                kernels.argmax(outputs, rows: rows, columns: width, into: predicted)
                kernels.labelRanks(outputs, labels: labels, rows: rows, columns: width, into: ranks)
                for row in 0..<rows {
                    classes.add(label: Int(labels[row]), predicted: Int(predicted[row]), rank: Int(ranks[row]))
                }
            case .values(let values) where model.network.loss == .binaryCrossEntropy:
                for index in 0..<rows * width where !outputs[index].isNaN {
                    if (outputs[index] > 0) == (values[index] >= 0.5) { rightSides += 1 }
                }
            case .values(let values):
                for row in 0..<rows {
                    let prediction = UnsafeBufferPointer(start: outputs + row * width, count: width)
                    regression.add(prediction: prediction, target: values + row * width)
                }
            }
        }
        var report = EvaluationReport(split: split.rawValue, samples: table.count, loss: lossSum / weight)
        let count = Double(table.count)
        if usesLabels {
            report.accuracy = Double(classes.correct) / count
            report.top5Accuracy = width > 5 ? Double(classes.amongFive) / count : nil
            report.confusionMatrix = classes.confusionMatrix
            report.confusionCounts = classes.confusionCounts
        } else if model.network.loss == .binaryCrossEntropy {
            report.accuracy = Double(rightSides) / (count * Double(width))
        } else {
            report.rootMeanSquaredError = regression.rootMeanSquaredError
            report.meanAbsoluteError = regression.meanAbsoluteError
            report.rSquared = regression.rSquared
            report.rSquaredByOutput = width > 1 ? regression.rSquaredByOutput : nil
        }
        return report
    }

    /// Computes a model's predictions for a whole split.
    ///
    /// - Parameter body: called once a chunk, in order, with the chunk's first sample, its rows and its predictions
    ///   `[rows, width]`: probabilities for a classifier, the outputs themselves for regression.
    func predict(_ table: SampleTable, _ body: (Int, Int, UnsafeMutablePointer<Float>) throws -> Void) throws {
        var first = 0
        try forEachChunk(of: table) { batch, outputs in
            switch model.network.loss {
            case .crossEntropy: kernels.softmax(outputs, into: outputs, rows: batch.rows, columns: width)
            case .binaryCrossEntropy: kernels.activate(.sigmoid, outputs, into: outputs, count: batch.rows * width)
            case .meanSquaredError, .huber: break
            }
            try body(first, batch.rows, outputs)
            first += batch.rows
        }
    }

    private func forEachChunk(
        of table: SampleTable, _ body: (Batch, UnsafeMutablePointer<Float>) throws -> Void
    ) throws {
        let capacity = min(table.count, chunk)
        let reader = try SampleReader(inFileOrder: table)
        reader.record(on: timeline)
        let order = SampleOrder(count: table.count, seed: 0, epoch: 0, shuffle: .none)
        let batch = Batch(
            reader: reader, capacity: capacity, usesLabels: model.network.loss.isClassification, width: width,
            kernels: kernels)
        let outputs = AlignedBuffer(count: capacity * width)
        for first in stride(from: 0, to: table.count, by: chunk) {
            let samples = first..<min(first + chunk, table.count)
            batch.fill(samples, of: order)
            batch.prefetchInputs()
            // As many at a time as memory for data holds.
            var next = first
            while next < samples.upperBound {
                let acquired = next..<next + min(samples.upperBound - next, reader.capacity)
                try reader.acquire(acquired, of: order)
                batch.beginLoading(at: next - first)
                engine.run(inputs: batch, rows: acquired.count, into: outputs.pointer + (next - first) * width)
                next = acquired.upperBound
            }
            try body(batch, outputs.pointer)
        }
    }
}
