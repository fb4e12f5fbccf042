import Datasets
import Networks

extension Loss {
    /// What it reads of targets that a data set has as classes and as values.
    package var reading: TargetChoice { isClassification ? .classes : .values }
}

extension Dataset {
    /// What a network has agreed on with its data. Whole numbers without names, which may be classes, are numbers where
    /// a loss reads these, and others of them need not be whole.
    func contract(for loss: Loss) -> DataContract {
        var contract = contract
        if loss.reading == .values, case .classes = contract.targetKind, contract.classNames == nil {
            contract.targetKind = .values(width: 1)
        }
        return contract
    }

    /// Checks that a loss can mean the targets of every split: their kind, and each of their numbers.
    ///
    /// - Parameters:
    ///   - outputs: those of the network, which the targets have to fit; nil if that is checked elsewhere.
    ///   - isTrained: whether the network is trained, so that its loss is what it is.
    /// - Throws: `DatasetError` that names what was expected, the row where it is one, and what to do.
    func requireTargets(for loss: Loss, outputs: Int? = nil, isTrained: Bool = false) throws {
        let consumer = "loss \(loss.name)"
        switch loss {
        case .crossEntropy: try requireClasses(outputs: outputs, for: consumer, isTrained: isTrained)
        // A share of a yes is as good a target as a yes.
        case .binaryCrossEntropy:
            try requireValues(outputs: outputs, in: 0...1, for: consumer, isTrained: isTrained)
        case .meanSquaredError, .huber:
            try requireValues(outputs: outputs, for: consumer, isTrained: isTrained)
        }
    }

    /// Checks that the train split has a row that a loss has a weight for.
    ///
    /// - Throws: `DatasetError` if all of its classes weigh 0, so that nothing would be learned.
    func requireWeight(for loss: Loss) throws {
        guard case .crossEntropy(_, let weights?) = loss, let table = self[.train],
            case .classes(let labels) = table.targets
        else { return }
        let isWeighed = (0..<table.count).contains { row in
            let label = Int(labels[table.originalRow(row)])
            return !weights.indices.contains(label) || weights[label] > 0
        }
        guard !isWeighed else { return }
        throw DatasetError(
            .outOfRange, file: table.origin.file, object: table.origin.targets,
            expected: "a row of a class that classWeights give a weight", found: "classes of weight 0 alone",
            advice: "Nothing would be learned: change classWeights.")
    }
}
