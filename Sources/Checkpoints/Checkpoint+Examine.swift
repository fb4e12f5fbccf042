import HDF5

extension Checkpoint {
    /// What a check of a checkpoint's file came to.
    package struct Examination: Sendable {
        /// The checkpoint, if there is nothing wrong with it.
        package let checkpoint: Checkpoint?
        package let problems: [FileProblem]
    }

    /// Checks a checkpoint thoroughly: every tensor by its own digest, names and shapes, moments beside their
    /// parameters, finite values, and the digest of the whole. After a tensor that is damaged it goes on with the
    /// others.
    ///
    /// - Throws: `CheckpointError` for what is no checkpoint at all: `.notFound`, `.notACheckpoint`.
    package static func examine(_ path: String) throws -> Examination {
        var check = TensorCheck()
        do {
            try CheckpointReader.withFile(path) { check.run($0) }
            guard check.problems.isEmpty else { return Examination(checkpoint: nil, problems: check.problems) }
            // What a resume does, with the digest of the whole.
            return Examination(checkpoint: try read(path), problems: [])
        } catch let error as CheckpointError where ![.notFound, .notACheckpoint].contains(error.reason) {
            return Examination(checkpoint: nil, problems: check.problems + [FileProblem(found: error.message)])
        }
    }
}

/// Looks at each tensor by itself, and keeps what is wrong.
private struct TensorCheck {
    private(set) var problems: [FileProblem] = []

    /// What a report can hold.
    private static let mostProblems = 100

    mutating func run(_ reader: CheckpointReader) {
        let parameters = check(CheckpointFile.parameters, reader, finite: true)
        attempt(CheckpointFile.optimizer) { check in
            for child in try reader.root.group(CheckpointFile.optimizer).children() {
                let moment = CheckpointFile.moment(child.name)
                let found = check.check(moment, reader, finite: false)
                guard let parameters, let found, parameters != found else { continue }
                throw FileProblem(
                    moment, expected: "a tensor for each of the \(parameters.count) parameters, in their order",
                    found: "\(found.count) tensors: \(found.prefix(20).joined(separator: ", "))")
            }
        }
    }

    /// Checks all tensors of a group. Returns their names.
    private mutating func check(_ group: String, _ reader: CheckpointReader, finite: Bool) -> [String]? {
        var names: [String]?
        attempt(group) { check in
            let listed = try reader.tensorNames(group)
            names = listed
            for name in listed {
                check.attempt("\(group)/\(name)") { _ in
                    try Self.checkTensor(name, in: group, reader, finite: finite)
                }
            }
            let prefix = "/\(group)/"
            let known = Set(listed.map { prefix + $0 })
            for entry in try reader.root.group(group).walk() where entry.kind == .dataset && !known.contains(entry.path)
            {
                throw FileProblem(
                    String(entry.path.dropFirst()), expected: "the tensors that \(group) lists alone",
                    found: "one that it does not list")
            }
        }
        return names
    }

    private static func checkTensor(_ name: String, in group: String, _ reader: CheckpointReader, finite: Bool) throws {
        var tensor: Checkpoint.Tensor!
        _ = try reader.verified(name, in: group) { name, dataset in
            tensor = try Checkpoint.Tensor(name, dataset)
            return TensorRecord(tensor)
        }
        guard finite, let index = tensor.values.firstIndex(where: { !$0.isFinite }) else { return }
        throw FileProblem(
            "\(group)/\(name)", expected: "finite numbers", found: "\(tensor.values[index]) in element \(index)")
    }

    /// Does a part of the check, and notes what it throws.
    private mutating func attempt(_ object: String, _ body: (inout TensorCheck) throws -> Void) {
        guard problems.count < Self.mostProblems else { return }
        do {
            try body(&self)
        } catch let problem as FileProblem {
            problems.append(problem)
        } catch let error as HDF5Error {
            problems.append(FileProblem(error))
        } catch let error as CheckpointError {
            problems.append(FileProblem(object, found: error.message))
        } catch {
            problems.append(FileProblem(object, found: "\(error)"))
        }
    }
}
