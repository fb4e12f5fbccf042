/// A contract as named lists of texts and numbers and a few attributes: what a file stores of it.
extension DataContract {
    /// A list of texts or of numbers.
    package enum Column: Equatable, Sendable {
        case texts([String])
        case numbers([Double])
    }

    private static var texts: [(name: String, path: WritableKeyPath<DataContract, [String]?>)] {
        [
            ("feature_names", \.featureNames), ("class_names", \.classNames), ("target_names", \.targetNames),
        ]
    }

    private static var values: [(prefix: String, path: WritableKeyPath<DataContract, NormalizationValues?>)] {
        [
            ("", \.normalization), ("transformed_", \.transformation), ("targets_transformed_", \.targetTransformation),
        ]
    }

    private static var numbers: [(name: String, path: WritableKeyPath<NormalizationValues, [Double]?>)] {
        [
            ("scale", \.scale), ("offset", \.offset), ("mean", \.mean), ("standard_deviation", \.standardDeviation),
        ]
    }

    /// All lists that are there, in one order.
    package var columns: [(name: String, column: Column)] {
        var columns: [(name: String, column: Column)] = []
        for (name, path) in Self.texts {
            if let texts = self[keyPath: path] { columns.append((name, .texts(texts))) }
        }
        for (prefix, values) in Self.values {
            for (name, path) in Self.numbers {
                if let numbers = self[keyPath: values]?[keyPath: path] {
                    columns.append((prefix + name, .numbers(numbers)))
                }
            }
        }
        return columns
    }

    /// Fills in the lists that `texts` and `numbers` find by name.
    package mutating func readColumns(
        texts: (String) throws -> [String]?, numbers: (String) throws -> [Double]?
    ) rethrows {
        for (name, path) in Self.texts { self[keyPath: path] = try texts(name) }
        for (prefix, path) in Self.values {
            var values = NormalizationValues()
            for (name, numberPath) in Self.numbers { values[keyPath: numberPath] = try numbers(prefix + name) }
            if !values.isEmpty { self[keyPath: path] = values }
        }
    }
}

extension TargetKind {
    /// `classes`, `values` or `none`, as files have it.
    package var name: String {
        switch self {
        case .classes: "classes"
        case .values: "values"
        case .unlabeled: "none"
        }
    }

    /// Classes, or numbers a target.
    package var count: Int {
        switch self {
        case .classes(let count): count
        case .values(let width): width
        case .unlabeled: 0
        }
    }

    /// - Returns: nil for a name that is none.
    package init?(name: String, count: Int) {
        switch name {
        case "classes": self = .classes(count: count)
        case "values": self = .values(width: count)
        case "none": self = .unlabeled
        default: return nil
        }
    }
}
