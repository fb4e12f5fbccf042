import Checkpoints
import Datasets
import Kernels
import Networks

/// Predictions for samples in memory.
///
///     let model = try TrainedModel("runs/digits-1/checkpoints/best.h5")
///     let answer = try model.predict([5.1, 3.5, 1.4, 0.2])         // one sample
///     print(answer.className ?? "none", answer.probabilities![0])
///     let answers = try model.predict([[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3]])
///     let picture = try model.predict(pixels, shape: [28, 28, 1])  // [UInt8] or [Float]
///
/// **Numbers** are raw: in the units, and in the order, of the file that the network was trained on; where that says that
/// its own were made of others (`transformed_mean`), in the units of these. The checkpoint's normalization is applied to
/// them exactly as `lockstep predict` does with a file that says nothing of itself.
///
/// **Bits** are those of `lockstep predict`, for any number of samples at a time, of threads and of workers, on every
/// instruction set. They are those of the forward pass of training too, where the network has no batch normalization and
/// no dropout: these do something else in training.
///
/// **Threads**: any number may call at once. One sample is computed on the calling thread; many are computed on all
/// workers, by one call at a time, while others compute on their own threads. In the steady state nothing is allocated
/// but the answer, and what waking other threads takes.
extension TrainedModel {
    /// Predicts on one sample.
    ///
    /// - Parameter sample: its numbers, row-major.
    /// - Throws: `PredictionError`.
    public func predict(_ sample: [Float]) throws(PredictionError) -> Prediction {
        try check(sample, sample: 0)
        return sample.withUnsafeBufferPointer { prediction(.floats($0.baseAddress!)) }
    }

    /// Predicts on samples, an array each.
    ///
    /// - Throws: `PredictionError`, for the first sample that is wrong.
    public func predict(_ samples: [[Float]]) throws(PredictionError) -> Predictions {
        guard !samples.isEmpty else { throw .noSamples }
        for index in samples.indices { try check(samples[index], sample: index) }
        return samples.withUnsafeBufferPointer { predictions(.arrays($0), count: $0.count) }
    }

    /// Predicts on samples that lie one after another.
    ///
    /// - Parameters:
    ///   - numbers: row-major.
    ///   - shape: that of a sample, or `[samples]` and that of a sample.
    /// - Throws: `PredictionError`.
    public func predict(_ numbers: [Float], shape: [Int]) throws(PredictionError) -> Predictions {
        let count = try samples(in: numbers.count, shape: shape)
        try checkFinite(numbers, firstSample: 0)
        return numbers.withUnsafeBufferPointer { predictions(.floats($0.baseAddress!), count: count) }
    }

    /// Predicts on samples of bytes that lie one after another, such as pixels, with a network trained on bytes.
    ///
    /// - Parameters:
    ///   - bytes: row-major.
    ///   - shape: that of a sample, or `[samples]` and that of a sample.
    /// - Throws: `PredictionError`.
    public func predict(_ bytes: [UInt8], shape: [Int]) throws(PredictionError) -> Predictions {
        guard predictor.inputs.takesBytes else { throw .bytes }
        let count = try samples(in: bytes.count, shape: shape)
        return bytes.withUnsafeBufferPointer { predictions(.bytes($0.baseAddress!), count: count) }
    }

    // MARK: Checks

    private var sampleShape: [Int] { checkpoint.inputShape }

    /// How many samples there are.
    private func samples(in numbers: Int, shape: [Int]) throws(PredictionError) -> Int {
        let count: Int
        if shape == sampleShape {
            count = 1
        } else if shape.count == sampleShape.count + 1, shape.dropFirst().elementsEqual(sampleShape), shape[0] >= 0 {
            count = shape[0]
        } else {
            throw .wrongShape(expected: sampleShape, found: shape)
        }
        let (expected, overflow) = count.multipliedReportingOverflow(by: predictor.inputs.features)
        guard !overflow, numbers == expected else {
            throw .wrongTotal(shape: shape, expected: overflow ? .max : expected, found: numbers)
        }
        guard count > 0 else { throw .noSamples }
        return count
    }

    private func check(_ numbers: [Float], sample: Int) throws(PredictionError) {
        let expected = predictor.inputs.features
        guard numbers.count == expected else {
            throw .wrongCount(sample: sample, expected: expected, shape: sampleShape, found: numbers.count)
        }
        try checkFinite(numbers, firstSample: sample)
    }

    private func checkFinite(_ numbers: [Float], firstSample: Int) throws(PredictionError) {
        let bad = numbers.withUnsafeBufferPointer { model.kernels.firstNonFinite($0.baseAddress!, count: $0.count) }
        guard bad < numbers.count else { return }
        let features = predictor.inputs.features
        var (rest, place) = (bad % features, sampleShape)
        for axis in sampleShape.indices.reversed() {
            (rest, place[axis]) = rest.quotientAndRemainder(dividingBy: sampleShape[axis])
        }
        throw .notFinite(sample: firstSample + bad / features, place: place, found: numbers[bad])
    }

    // MARK: Answers

    private func predictions(_ samples: SamplesInMemory, count: Int) -> Predictions {
        let width = predictor.width
        let outputs = [Float](unsafeUninitializedCapacity: count * width) { buffer, initialized in
            predictor.run(samples, count: count, into: buffer.baseAddress!)
            initialized = count * width
        }
        let probabilities = model.probabilities(of: outputs, rows: count)
        return Predictions(
            width: width, outputs: outputs, probabilities: probabilities,
            classIndices: model.classIndices(probabilities, rows: count), classNames: checkpoint.classNames,
            targetNames: checkpoint.data?.targetNames)
    }

    private func prediction(_ sample: SamplesInMemory) -> Prediction {
        let width = predictor.width
        let outputs = [Float](unsafeUninitializedCapacity: width) { buffer, initialized in
            predictor.run(sample, count: 1, into: buffer.baseAddress!)
            initialized = width
        }
        let probabilities = model.probabilities(of: outputs, rows: 1)
        let index = model.classIndex(probabilities)
        return Prediction(
            outputs: outputs, probabilities: probabilities, classIndex: index,
            className: index.flatMap { checkpoint.classNames?[place: $0] })
    }
}

extension Model {
    /// What `lockstep predict` writes as probabilities of outputs `[rows, width]`; nil where it has none.
    fileprivate func probabilities(of outputs: [Float], rows: Int) -> [Float]? {
        let isBinary = network.loss == .binaryCrossEntropy
        guard network.loss.isClassification || isBinary else { return nil }
        return [Float](unsafeUninitializedCapacity: outputs.count) { buffer, initialized in
            if isBinary {
                kernels.activate(.sigmoid, outputs, into: buffer.baseAddress!, count: outputs.count)
            } else {
                kernels.softmax(outputs, into: buffer.baseAddress!, rows: rows, columns: outputs.count / rows)
            }
            initialized = outputs.count
        }
    }

    /// The class of each row; nil where samples belong to none.
    fileprivate func classIndices(_ probabilities: [Float]?, rows: Int) -> [Int32]? {
        guard network.loss.isClassification, let probabilities else { return nil }
        return [Int32](unsafeUninitializedCapacity: rows) { buffer, initialized in
            kernels.argmax(
                probabilities, rows: rows, columns: probabilities.count / rows, into: buffer.baseAddress!)
            initialized = rows
        }
    }

    /// The class of the one row.
    fileprivate func classIndex(_ probabilities: [Float]?) -> Int? {
        guard network.loss.isClassification, let probabilities else { return nil }
        var index: Int32 = 0
        kernels.argmax(probabilities, rows: 1, columns: probabilities.count, into: &index)
        return Int(index)
    }
}
