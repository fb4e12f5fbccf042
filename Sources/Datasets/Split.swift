/// The three parts of a data set: to learn from, to choose by, and to judge with.
public enum Split: String, CaseIterable, Codable, Sendable {
    case train, validation, test

    /// The names a split goes by inside files; the first is ours.
    var aliases: [String] {
        switch self {
        case .train: ["train"]
        case .validation: ["validation", "val"]
        case .test: ["test"]
        }
    }
}

/// What there is to predict.
public enum TargetKind: Equatable, Sendable {
    /// Class indices, one of `count` classes a row.
    case classes(count: Int)
    /// `width` numbers a row.
    case values(width: Int)
    /// Nothing: inputs alone, to predict on.
    case unlabeled
}

/// The targets of a split, row by row.
package enum Targets: Equatable, Sendable {
    /// Class indices from zero, one a row.
    case classes([Int32])
    /// `width` numbers a row, in row-major order.
    case values([Float], width: Int)
    case unlabeled
}
