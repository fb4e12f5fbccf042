import HDF5
import Kernels

extension Dataset {
    /// What a check of a data set's file came to.
    package struct Examination: Sendable {
        /// The data set, if there is nothing wrong with it.
        package let dataset: Dataset?
        /// Objects of the file that hold numbers, all of which were read.
        package let objects: Int
        package let problems: [FileProblem]
    }

    /// Checks a data set in HDF5 thoroughly: structure, attributes, every chunk of every object in the file, and then
    /// what a training run asks of it (shapes, finite numbers, labels in range, names of classes).
    ///
    /// After a problem it goes on with what it does not concern, chunk by chunk. Data goes through a bounded piece of
    /// memory, that of `loading`.
    package static func examine(_ path: String, loading: LoadingOptions = LoadingOptions()) -> Examination {
        let contents = examineContents(path, loading: loading)
        guard contents.problems.isEmpty else { return contents }
        do {
            let dataset = try load(.file(path), targets: .optional, loading: loading)
            return Examination(dataset: dataset, objects: contents.objects, problems: [])
        } catch {
            return Examination(dataset: nil, objects: contents.objects, problems: [FileProblem(of: error)])
        }
    }

    /// Checks structure, attributes and every chunk of every object in a file of any content.
    package static func examineContents(_ path: String, loading: LoadingOptions = LoadingOptions()) -> Examination {
        var contents = ContentsCheck(path: path, memory: loading.memory ?? DataMemory.automatic())
        contents.run()
        return Examination(dataset: nil, objects: contents.objects, problems: contents.problems)
    }
}

extension FileProblem {
    /// What an error says that a data set caused, without the name of the file.
    package init(of error: any Error) {
        switch error {
        case let error as FileProblem: self = error
        case let error as HDF5Error: self.init(error)
        case let error as DatasetError:
            self.init(
                error.object, expected: error.expected, found: error.found + (error.shownAdvice.map { ". \($0)" } ?? "")
            )
        default: self.init(found: "\(error)")
        }
    }
}

/// Reads whatever is in an HDF5 file, and keeps what is wrong with it.
private struct ContentsCheck {
    let path: String
    let memory: Int
    private(set) var problems: [FileProblem] = []
    private(set) var objects = 0
    /// Bytes that the objects read so far are said to have stored, and where those objects are.
    private var storedBytes = 0
    /// Chunks of theirs that were never written, each of which is looked for.
    private var unstoredChunks = 0
    private var visited: Set<UInt64> = []

    /// What a report can hold: a file can be wrong in a million places.
    private static let mostProblems = 100
    private static let mostProblemsOfAnObject = 10
    /// Bytes that are read at a time, unless a chunk has more.
    private static let bandBytes = 4 << 20

    init(path: String, memory: Int) {
        self.path = path
        self.memory = memory
    }

    mutating func run() {
        attempt(nil) { check in
            try OpenFile(check.path).file.closeAfter { try check.walk($0) }
        }
    }

    /// Does a part of the check, and notes what it throws.
    private mutating func attempt(_ object: String?, _ body: (inout ContentsCheck) throws -> Void) {
        guard problems.count < Self.mostProblems else { return }
        do {
            try body(&self)
        } catch {
            let problem = FileProblem(of: error)
            problems.append(
                FileProblem(problem.object ?? object, expected: problem.expected, found: problem.found))
        }
    }

    private mutating func walk(_ file: HDF5File) throws {
        let root = try file.root
        let size = try file.size
        readAttributes(root.attributes, of: "/")
        for entry in try root.walk() where problems.count < Self.mostProblems {
            attempt(entry.path) { check in
                switch entry.kind {
                case .group:
                    let group = try root.group(entry.path)
                    check.readAttributes(group.attributes, of: entry.path)
                    try group.close()
                case .dataset:
                    let dataset = try root.dataset(entry.path)
                    check.readAttributes(dataset.attributes, of: entry.path)
                    try check.read(dataset, fileSize: size)
                    try dataset.close()
                // Links out of the file, or to other places in it, are never followed, so nothing depends on them.
                case .namedType, .softLink, .externalLink, .userDefined: break
                }
            }
        }
    }

    private mutating func readAttributes(_ attributes: HDF5Attributes, of object: String) {
        attempt(object) { check in
            for name in try attributes.names() {
                check.attempt("\(object)@\(name)") { _ in _ = try attributes.attribute(name) }
            }
        }
    }

    /// Reads all rows, a band after the other.
    private mutating func read(_ dataset: HDF5Dataset, fileSize: Int) throws {
        guard dataset.elementType.isNumeric, try visited.insert(dataset.objectAddress()).inserted else { return }
        objects += 1
        try dataset.checkReadable()
        // Objects that claim the same bytes could keep a reader busy for ever with a small file.
        storedBytes += dataset.storageSize
        guard storedBytes <= fileSize else {
            throw FileProblem(
                dataset.path, expected: "objects that lie side by side in a file of \(fileSize) bytes",
                found: "\(storedBytes) bytes stored up to this one")
        }
        guard dataset.storageSize > 0, dataset.count > 0 else { return }
        unstoredChunks += dataset.unstoredChunks
        guard unstoredChunks <= HDF5Limits.unstoredChunks else {
            throw FileProblem(
                dataset.path,
                expected: "at most \(HDF5Limits.unstoredChunks) chunks in all objects that were never written",
                found: "\(unstoredChunks) up to this one")
        }
        guard !dataset.shape.isEmpty else {
            _ = try dataset.read(as: Double.self)
            return
        }
        let source = try rowSource(dataset)
        let bandBytes = min(Self.bandBytes, memory / 4)
        let step = max(1, bandBytes / max(source.rowBytes * source.chunkRows, 1)) * source.chunkRows
        let band = min(step, dataset.shape[0])
        guard source.readerBytes + band * source.rowBytes <= memory else {
            throw FileProblem(
                dataset.path, expected: "rows or chunks that can be read in \(wholeSize(memory)) of memory",
                found: "ones that need \(wholeSize(source.readerBytes + band * source.rowBytes))")
        }
        let buffer = ByteBuffer(count: band * source.rowBytes)
        let reader = source.makeReader()
        let before = problems.count
        for first in stride(from: 0, to: dataset.shape[0], by: band) {
            guard problems.count < before + Self.mostProblemsOfAnObject else { break }
            attempt(dataset.path) { _ in
                try reader.read(first..<min(first + band, dataset.shape[0]), into: buffer.pointer)
            }
        }
    }
}
