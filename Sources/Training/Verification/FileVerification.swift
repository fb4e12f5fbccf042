import HDF5

/// What a check of one file came to.
public struct FileVerification: Sendable, Equatable, Encodable {
    public enum Kind: String, Sendable, Encodable {
        case checkpoint, dataset, configuration, metrics, fingerprints, predictions
        /// A file that cannot be opened, so that nobody knows what it would be.
        case file
        /// The directory of a run, when there is something wrong with it besides its files.
        case run
    }

    public let file: String
    public let kind: Kind
    /// What the file holds, for a reader: `step 800, 18 tensors`. nil where there are problems.
    public let content: String?
    public let problems: [FileProblem]

    public var isGood: Bool { problems.isEmpty }

    init(_ file: String, _ kind: Kind, content: String? = nil, problems: [FileProblem] = []) {
        self.file = file
        self.kind = kind
        self.content = problems.isEmpty ? content : nil
        self.problems = problems
    }

    private enum CodingKeys: String, CodingKey { case file, kind, content, problems, ok }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(file, forKey: .file)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(isGood, forKey: .ok)
        try fields.encodeIfPresent(content, forKey: .content)
        try fields.encode(problems, forKey: .problems)
    }
}

extension FileProblem {
    /// What an error says, without the name of the file where it begins with it.
    init(_ error: any Error, in path: String) {
        let text = "\(error)"
        let problem = FileProblem(of: error)
        self.init(
            problem.object, expected: problem.expected,
            found: problem.found == text && text.hasPrefix(path + ": ")
                ? String(text.dropFirst(path.count + 2)) : problem.found)
    }
}
