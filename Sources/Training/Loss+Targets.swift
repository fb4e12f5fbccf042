import Datasets
import Networks

extension Loss {
    /// What it reads of targets that a data set has as classes and as values.
    public var reading: TargetChoice { isClassification ? .classes : .values }
}

extension Dataset {
    /// Checks that a loss can mean the targets of every split: their kind, and each of their numbers.
    ///
    /// - Parameter outputs: those of the network, which the targets have to fit; nil if that is checked elsewhere.
    /// - Throws: `DatasetError` that names what was expected, the row where it is one, and what to do.
    func requireTargets(for loss: Loss, outputs: Int? = nil) throws {
        let consumer = "loss \(loss.name)"
        switch loss {
        case .crossEntropy: try requireClasses(outputs: outputs, for: consumer)
        // A share of a yes is as good a target as a yes.
        case .binaryCrossEntropy: try requireValues(outputs: outputs, in: 0...1, for: consumer)
        case .meanSquaredError, .huber: try requireValues(outputs: outputs, for: consumer)
        }
    }
}
