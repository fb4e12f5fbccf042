/// How to read a table of comma-separated values.
public struct CSVOptions: Equatable, Sendable {
    public enum Header: String, CaseIterable, Sendable {
        /// By comparison of the first line with those after it, column by column: see `CSVHeader`.
        case automatic
        case present, absent
    }

    /// Whether the first column names the rows, and is no input.
    public enum Index: String, CaseIterable, Sendable {
        /// When the header has no name for it, or that which pandas makes up: `Unnamed: 0`.
        case automatic
        case present, absent
    }

    public enum Task: String, CaseIterable, Sendable {
        /// Texts are classes; numbers are both, and the loss decides which it reads.
        case automatic
        case classification, regression
    }

    public var header: Header
    public var index: Index
    public var encoding: CSVEncoding
    /// The column to predict: its name, or its number from 1, or -1 for the last. Nil takes the last, or the one that
    /// `likeness` names.
    public var target: String?
    public var task: Task
    /// Columns to leave out, such as identifiers: names or numbers.
    public var excluded: [String]
    /// Nil takes the one of comma, semicolon, tab and bar that the first lines have most of, and all as many of.
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
        delimiter: Character? = nil, index: Index = .automatic, encoding: CSVEncoding = .utf8,
        split: SplitFractions = SplitFractions(validation: 0.1, test: 0.2),
        standardizes: Bool = true, taking: TargetImport = .required, like likeness: Likeness? = nil
    ) {
        self.header = header
        self.index = index
        self.encoding = encoding
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
