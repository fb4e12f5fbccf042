/// How to read a table of comma-separated values.
public struct CSVOptions: Equatable, Sendable {
    public enum Header: String, CaseIterable, Sendable {
        /// The first line is a header when no field of it is a number.
        case automatic
        case present, absent
    }

    public enum Task: String, CaseIterable, Sendable {
        /// Classes when a target is text, or when all are whole numbers and few differ: at most 20, or one for every 40
        /// rows. Otherwise values.
        case automatic
        case classification, regression
    }

    public var header: Header
    /// The column to predict: its name, or its number from 1, or -1 for the last. Nil takes the last, or the one that
    /// `likeness` names.
    public var target: String?
    public var task: Task
    /// Columns to leave out, such as identifiers: names or numbers.
    public var excluded: [String]
    /// Nil takes the one of comma, semicolon, tab and bar that the first line has most of.
    public var delimiter: Character?
    public var split: SplitFractions
    /// Whether mean and standard deviation of each column over the train split are stored, so that batches have mean 0
    /// and deviation 1.
    public var standardizes: Bool
    /// Whether there has to be a target, or shall be none.
    public var taking: TargetImport
    /// What columns are found by, and classes are numbered by; nil for a table to train on.
    public var likeness: Likeness?

    public init(
        header: Header = .automatic, target: String? = nil, task: Task = .automatic, excluded: [String] = [],
        delimiter: Character? = nil, split: SplitFractions = SplitFractions(validation: 0.1, test: 0.2),
        standardizes: Bool = true, taking: TargetImport = .required, like likeness: Likeness? = nil
    ) {
        self.header = header
        self.target = target
        self.task = task
        self.excluded = excluded
        self.delimiter = delimiter
        self.split = split
        self.standardizes = standardizes
        self.taking = taking
        self.likeness = likeness
    }
}
