import StrictCoding

/// The names a split's inputs and targets have in a file: an HDF5 file or an archive of arrays.
struct TableNames: Equatable, Sendable {
    var inputs: String
    var targets: String?

    /// Finds the split under the usual names, or nil when its inputs are not there.
    ///
    /// For inputs called `x`, the train split is `x_train`, `train_x` or `train/x`, or else plain `x`.
    /// - Parameters:
    ///   - inputs: what the inputs are called, without the split; nil looks for `x` and `X`.
    ///   - targets: the same for targets; nil looks for `y` and `Y`.
    ///   - isAlone: whether the file holds this split only, so that plain `x` is meant for it.
    static func find(
        _ split: Split, inputs: String?, targets: String?, isAlone: Bool = false, exists: (String) throws -> Bool
    ) rethrows -> TableNames? {
        func first(_ bases: [String]) throws -> String? {
            let names = bases.flatMap { candidates($0, split) } + (isAlone ? bases : [])
            return try names.first(where: exists)
        }
        guard let found = try first(inputs.map { [$0] } ?? ["x", "X"]) else { return nil }
        return TableNames(inputs: found, targets: try first(targets.map { [$0] } ?? ["y", "Y"]))
    }

    /// The names tried for a split, the most usual first.
    static func candidates(_ base: String, _ split: Split) -> [String] {
        split.aliases.flatMap { ["\(base)_\($0)", "\($0)_\(base)", "\($0)/\(base)"] } + (split == .train ? [base] : [])
    }

    /// The error for an object that is not there: what is, and which of it was perhaps meant.
    /// - Parameters:
    ///   - what: the kind of object: `data set`, `array`.
    ///   - key: how to say where it is.
    static func missing(
        _ name: String, file: String, available: [String], what: String = "data set", key: String
    ) -> DatasetError {
        let suggestion =
            nearest(name, among: available.filter { !areOpposite(name, $0) })
            .map { "Did you mean '\($0)'? " } ?? ""
        return DatasetError(
            .missingObject, file: file, object: name,
            found: "there is no such \(what); the file holds \(listed(available))",
            advice: "\(suggestion)Say where it is with \(key)")
    }

    /// Whether one is a usual name of inputs and the other one of targets, however alike they look.
    private static func areOpposite(_ a: String, _ b: String) -> Bool {
        func isUsual(_ name: String, _ bases: [String]) -> Bool {
            Split.allCases.contains { split in bases.contains { candidates($0, split).contains(name) } }
        }
        let (inputs, targets) = (["x", "X"], ["y", "Y"])
        return (isUsual(a, inputs) && isUsual(b, targets)) || (isUsual(a, targets) && isUsual(b, inputs))
    }
}
