/// A way on which the data of another file come to a network.
package enum DataRoad: CaseIterable, Sendable {
    case evaluate
    case predict
    /// `resume --dataset`: the same data, however stored.
    case resume
    /// `train --from`.
    case branch
    /// `train --initialize-from`.
    case initialize
    /// A split in a file of its own; that of the train split says what is expected.
    case splits
    /// `import --like`: a file is made that goes with a network, or with the data of one.
    case importing
    /// `convert` of several files: those after the first are brought to it.
    case joining

    /// Whether a data set is written, whose numbers then are all there is.
    var makesFile: Bool { self == .importing || self == .joining }

    /// Whether the network is as it is, and reads what it reads.
    var isOfTrainedNetwork: Bool { self == .evaluate || self == .predict }

    /// As the documentation has it.
    package var title: String {
        switch self {
        case .evaluate: "`evaluate`"
        case .predict: "`predict`"
        case .resume: "`resume --dataset`"
        case .branch: "`train --from`"
        case .initialize: "`train --initialize-from`"
        case .splits: "splits in several files"
        case .importing: "`import --like`"
        case .joining: "`convert` of several files"
        }
    }
}

/// What the data of another file may have otherwise.
package enum DataDifference: CaseIterable, Sendable {
    case columnsInAnotherOrder
    case missingColumn
    case extraColumn
    case columnsWithoutNames
    case classesInAnotherOrder
    case missingClass
    case extraClass
    case classesWithoutNames
    /// The network, or the first file, has no names of classes.
    case classesNamedThereAlone
    case otherUnits

    /// As the documentation has it.
    package var title: String {
        switch self {
        case .columnsInAnotherOrder: "the same columns in another order"
        case .missingColumn: "a column is missing"
        case .extraColumn: "a column more"
        case .columnsWithoutNames: "no names of columns"
        case .classesInAnotherOrder: "the same classes in another order"
        case .missingClass: "a class is missing"
        case .extraClass: "rows of a class more"
        case .classesWithoutNames: "no names of classes"
        case .classesNamedThereAlone: "names of classes, of which the network has none"
        case .otherUnits: "other units, and the file says which"
        }
    }
}

/// What becomes of a difference.
package enum DataDecision: String, Sendable {
    /// Matched by name.
    case reordered
    case taken
    case takenByPosition = "taken by position"
    case takenAsRaw = "taken as raw"
    case leftOut = "left out"
    case converted
    /// Nothing of it is read.
    case notRead = "not read"
    /// Takes the place of a class that the file has not.
    case takesAPlace = "takes a free output"
    case refused
}

extension DataRoad {
    /// What this road does about a difference: the one place that says so.
    package func decision(on difference: DataDifference) -> DataDecision {
        switch (difference, self) {
        case (.classesInAnotherOrder, .predict), (.missingClass, .predict), (.extraClass, .predict),
            (.classesWithoutNames, .predict), (.classesNamedThereAlone, .predict):
            .notRead
        // What is imported says nothing of its units.
        case (.otherUnits, .importing): .takenAsRaw
        case (.columnsInAnotherOrder, _), (.classesInAnotherOrder, _): .reordered
        case (.missingColumn, _): .refused
        case (.extraColumn, _): .leftOut
        case (.columnsWithoutNames, _), (.classesWithoutNames, _): .takenByPosition
        // In a file that is made nothing would tell what was meant.
        case (.classesNamedThereAlone, .importing), (.classesNamedThereAlone, .joining): .refused
        case (.classesNamedThereAlone, _): .takenByPosition
        case (.missingClass, _): .taken
        case (.extraClass, .initialize): .takesAPlace
        case (.extraClass, _): .refused
        // What is converted is not the same to the last bit.
        case (.otherUnits, .resume), (.otherUnits, .branch): .refused
        case (.otherUnits, _): .converted
        }
    }

    /// The decisions as a table: a line for each difference, a column for each road.
    package static var table: String {
        let header = "| the other file | " + allCases.map(\.title).joined(separator: " | ") + " |"
        let rule = "| --- |" + allCases.map { _ in " --- |" }.joined()
        let lines = DataDifference.allCases.map { difference in
            "| \(difference.title) | "
                + allCases.map { $0.decision(on: difference).rawValue }.joined(separator: " | ") + " |"
        }
        return ([header, rule] + lines).joined(separator: "\n")
    }
}
