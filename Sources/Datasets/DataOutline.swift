/// What is known of a data set before its numbers are read.
package struct DataOutline: Sendable, Equatable {
    /// Shape of one sample, as the network takes it.
    package let inputShape: [Int]
    /// Samples of each split, with a validation split that is cut off the train split already cut.
    package let counts: [Split: Int]

    package init(inputShape: [Int], counts: [Split: Int]) {
        self.inputShape = inputShape
        self.counts = counts
    }

    init(inputShape: [Int], rows: [Split: Int], _ description: DatasetDescription) {
        var counts = rows
        if let fraction = description.validationFraction, let rows = counts[.train], counts[.validation] == nil {
            let cut = Int((Double(rows) * fraction).rounded())
            (counts[.train], counts[.validation]) = (rows - cut, cut > 0 ? cut : nil)
        }
        self.init(inputShape: inputShape, counts: counts)
    }
}

extension Dataset {
    /// The same of a data set that is there.
    package var outline: DataOutline {
        DataOutline(inputShape: inputShape, counts: tables.mapValues(\.count))
    }

    /// Bytes of inputs and targets that are in memory now. Those of a mapped file are the system's, which takes them
    /// back when it needs them.
    package var residentBytes: Int { tables.values.reduce(0) { $0 + $1.residentBytes } }

    /// Bytes that a training, with its validations, reads inputs into that stay in their file.
    ///
    /// - Parameter batchSize: the most samples of a batch.
    package func streamedBytes(shuffle: Shuffle, batchSize: Int) -> Int {
        let training = tables[.train]?.streamed.map { inputs, count in
            inputs.bytesForTraining(count: count, shuffle: shuffle, batchSize: batchSize) + inputs.memory.scratch
        }
        // One at a time.
        return (training ?? 0) + (splits.filter { $0 != .train }.map { streamedBytesInFileOrder($0) }.max() ?? 0)
    }

    /// Bytes that a pass through a split reads inputs into that stay in their file.
    package func streamedBytesInFileOrder(_ split: Split) -> Int {
        tables[split]?.streamed.map { $0.bytesInFileOrder(count: $1) + $0.memory.scratch } ?? 0
    }
}

extension SampleTable {
    fileprivate var residentBytes: Int {
        let width =
            switch targets {
            case .classes: 1
            case .values(_, let width): width
            case .unlabeled: 0
            }
        // Those of a table that is cut in two are shared; each part lists its rows.
        let numbers = count * width + (rows?.count ?? 0)
        return numbers * MemoryLayout<Int32>.stride + (isMapped || isStreamed ? 0 : inputBytes)
    }

    fileprivate var streamed: (StreamedInputs, count: Int)? {
        if case .streamed(let inputs) = inputs { (inputs, count) } else { nil }
    }
}
