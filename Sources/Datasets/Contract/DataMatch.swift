import StrictCoding

/// How the data of one table come to what is expected, by name where both sides have names: the one function of every
/// road. It decides by `DataRoad.decision`.
struct DataMatch: Sendable {
    /// For each feature of the network, in order, its place in a sample of the file; nil where they are the same.
    private(set) var features: [Int32]?
    /// Shape of one sample, for the network.
    private(set) var inputShape: [Int]
    /// For each class of the file, the network's; −1 for one that it has not. Nil where they are the same.
    private(set) var classes: [Int32]?
    /// Names of the network's classes.
    private(set) var classNames: [String]?
    /// For each number of a target, its place among those of the file; nil where they are the same.
    private(set) var targets: [Int]?
    /// What has to be said of the table.
    private(set) var notes: [String] = []

    private let own: DataContract
    private let reference: DataReference
    private let file: String

    /// - Parameters:
    ///   - own: shape of the samples and names of features, classes and targets in the file.
    ///   - inputs: name of the inputs there, for messages.
    ///   - hasColumns: whether there are columns to be matched, and not those that are expected already.
    ///   - hasTargets: whether there are targets to be matched.
    /// - Throws: `DatasetError` that lists both sides, where the road refuses what is different.
    init(
        _ own: DataContract, to reference: DataReference, file: String, inputs: String? = nil, hasColumns: Bool = true,
        hasTargets: Bool = true
    ) throws {
        self.own = own
        self.reference = reference
        self.file = file
        inputShape = own.inputShape
        classNames = reference.contract.classNames ?? own.classNames
        if hasColumns { try matchFeatures(own.featureNames, inputs) }
        if reference.road.makesFile { try requireShape(inputs) }
        guard hasTargets, reference.road.decision(on: .classesInAnotherOrder) != .notRead else { return }
        try matchClasses(own.classNames)
        try matchTargets(own.targetNames)
    }

    private mutating func note(_ text: String) { notes.append(text) }

    // MARK: Features

    private mutating func matchFeatures(_ names: [String]?, _ inputs: String?) throws {
        let (expected, shape) = (reference.contract.featureNames, reference.contract.inputShape)
        // Which pixel is which needs no name, unless one side has them.
        let needsNames = shape.count == 1 && shape == inputShape
        guard let expected, let names else {
            if shape == inputShape, expected != nil || names != nil {
                note(
                    names == nil
                        ? "its columns have no names: taken by position for \(listed(expected!))"
                        : "\(reference.name) has no names of columns: \(listed(names!)) are taken by position")
            } else if needsNames, ![.splits, .resume, .branch].contains(reference.road) {
                note("its columns have no names, nor has \(reference.name) any: taken by position")
            }
            return
        }
        guard expected != names || shape != inputShape else { return }
        let (channels, own) = (shape.last ?? 1, inputShape.last ?? 1)
        // Names of channels, the other axes being the same, or of all numbers of a sample.
        let areChannels =
            expected.count == channels && names.count == own && shape.dropLast() == inputShape.dropLast()
        guard areChannels || (expected.count == shape.reduce(1, *) && names.count == inputShape.reduce(1, *)) else {
            return
        }
        let places = try places(of: expected, among: names, what: "column", inputs)
        if names.count > expected.count {
            let known = Set(expected)
            note("columns that \(reference.name) has not are left out: \(listed(names.filter { !known.contains($0) }))")
        }
        let isInOrder = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
        if !isInOrder { note("its columns are in another order, \(listed(names)): matched by name") }
        if areChannels {
            let positions = shape.dropLast().reduce(1, *)
            features = (0..<positions).flatMap { position in places.map { Int32(position * own + $0) } }
        } else {
            features = places.map { Int32($0) }
        }
        inputShape = shape
    }

    /// What is taken by position has to be as many numbers. Where no file is made, a network compares shapes.
    private func requireShape(_ inputs: String?) throws {
        let expected = reference.contract.inputShape
        guard !inputShape.holdsAsMuch(as: expected) else { return }
        throw DatasetError(
            .wrongShape, file: file, object: inputs, expected: "samples of shape \(expected), as \(reference.name) has",
            found: "\(inputShape)",
            advice: own.featureNames == nil || reference.contract.featureNames == nil
                ? "Columns without names on both sides are taken by position, and have to be as many." : nil)
    }

    /// Where the names that are expected are among those found.
    private func places(
        of expected: [String], among names: [String], what: String, _ object: String?
    ) throws -> [Int] {
        func error(_ expectedText: String, _ found: String, _ advice: String) -> DatasetError {
            DatasetError(
                .missingObject, file: file, object: object, expected: expectedText, found: found, advice: advice)
        }
        var places: [String: Int] = [:]
        var twice: Set<String> = []
        for (place, name) in names.enumerated() where places.updateValue(place, forKey: name) != nil {
            twice.insert(name)
        }
        let missing = expected.filter { places[$0] == nil }
        guard missing.isEmpty else {
            let suggestion = nearest(missing[0], among: names.filter { !expected.contains($0) }).map {
                "Did you mean '\($0)' to be '\(missing[0])'? "
            }
            throw error(
                "the \(what)s of \(reference.name): \(listed(expected))",
                "\(listed(names)), without \(listed(missing))",
                (suggestion ?? "") + "Name the \(what)s alike, or add what is missing.")
        }
        let needed = Set(expected)
        if needed.count < expected.count || !twice.isDisjoint(with: needed) {
            let name =
                expected.first { twice.contains($0) } ?? expected.first { name in expected.count { $0 == name } > 1 }!
            throw error(
                "\(what)s that a name tells apart", "'\(name)' more than once",
                "Give each \(what) a name of its own.")
        }
        return expected.map { places[$0]! }
    }

    // MARK: Classes

    private mutating func matchClasses(_ names: [String]?) throws {
        guard let expected = reference.contract.classNames else {
            if let names { try matchNumbers(names) }
            return
        }
        guard let names else {
            // Names that are the numbers say no more than these.
            if !expected.areIndices {
                note("its classes have no names: labels are taken by position, 0 for \(expected.first ?? "")")
            }
            return
        }
        guard names != expected else { return }
        let places = ClassPlaces(expected, found: names)
        guard places.areDistinct else {
            throw DatasetError(
                .malformed, file: file, object: "class_names",
                expected: "the classes of \(reference.name): \(listed(expected)), which names do not tell apart",
                found: listed(names), advice: "Number the classes alike.")
        }
        var map = names.map { places.place(of: $0).map { Int32($0) } ?? -1 }
        let unknown = names.indices.filter { map[$0] < 0 }
        if !unknown.isEmpty, reference.road.decision(on: .extraClass) == .takesAPlace {
            let taken = Set(map)
            let free = expected.indices.filter { !taken.contains(Int32($0)) }
            guard unknown.count <= free.count else {
                throw DatasetError(
                    .wrongShape, file: file, object: "class_names",
                    expected: "at most as many classes as \(reference.name) has: \(listed(expected))",
                    found: "\(names.count): \(listed(names))",
                    advice: "Give the network another last layer, and train it from its seed.")
            }
            var after = expected
            for (index, place) in zip(unknown, free) {
                map[index] = Int32(place)
                after[place] = names[index]
            }
            let replaced = zip(unknown, free).map { "\(names[$0]) for \(expected[$1])" }
            note("classes that \(reference.name) has not take outputs that are free: \(listed(replaced))")
            classNames = after
        } else if !unknown.isEmpty {
            note(
                "\(listed(unknown.map { names[$0] })) is no class of \(reference.name), which has \(listed(expected))")
        }
        // What is imported has no numbers of classes before it gets these.
        if reference.road != .importing, map.indices.contains(where: { map[$0] >= 0 && map[$0] != $0 }) {
            note("its classes are \(listed(names)): matched by name with \(listed(expected))")
        }
        classes = map
    }

    /// Names that are whole numbers, for a network whose classes are numbers and nothing else.
    private mutating func matchNumbers(_ names: [String]) throws {
        let count: Int
        switch reference.contract.targetKind {
        case .classes(let known): count = known
        // Labels of which nothing is known yet.
        case .unlabeled: count = Int(Int32.max)
        case .values: return
        }
        let numbers = names.compactMap { Int32($0) }
        guard numbers.count == names.count, Set(numbers).count == numbers.count,
            numbers.allSatisfy({ (0..<Int32(count)).contains($0) })
        else {
            guard reference.road.decision(on: .classesNamedThereAlone) == .refused else {
                return note("\(reference.name) has no names of classes: \(listed(names)) are taken by position")
            }
            throw DatasetError(
                .wrongType, file: file, expected: "numbers of classes, since \(reference.name) has no names of them",
                found: listed(names), advice: reference.road.adviceOnClasses)
        }
        guard numbers != (0..<Int32(names.count)).map({ $0 }) else { return }
        classNames = nil
        note(
            "its classes are \(listed(names)): taken by these numbers, since \(reference.name) has no names of classes")
        classes = numbers
    }

    /// Labels as the network counts classes.
    ///
    /// - Parameters:
    ///   - object: what holds the labels, for messages.
    ///   - firstRow: row of the first label there.
    /// - Throws: `DatasetError` that names the first row of a class that the network has not, and lists both sides.
    func matched<Label: FixedWidthInteger>(
        _ labels: [Label], in object: String?, firstRow: Int = 0
    ) throws -> [Label] {
        guard let classes, let names = own.classNames else { return labels }
        return try labels.enumerated().map { index, label in
            guard classes.indices.contains(Int(clamping: label)) else {
                throw DatasetError(
                    .labelOutOfRange, file: file, object: object,
                    expected: "labels in 0 ..< \(names.count), since there are \(names.count) class names",
                    found: "\(label) in row \(firstRow + index)",
                    advice: "Classes count from zero: correct the label, or the number of class names.")
            }
            guard classes[Int(label)] >= 0 else {
                throw unknownClass(names[Int(label)], in: object, row: firstRow + index)
            }
            return Label(classes[Int(label)])
        }
    }

    /// Where no index says which rows are of a class, all that are named have to be known.
    func requireKnownClasses(in object: String?) throws {
        guard let unknown = classes?.firstIndex(where: { $0 < 0 }) else { return }
        throw unknownClass(own.classNames![unknown], in: object)
    }

    private func unknownClass(_ name: String, in object: String?, row: Int? = nil) -> DatasetError {
        let (expected, names) = (reference.contract.classNames ?? [], own.classNames ?? [])
        let similar = nearest(name, among: expected.filter { !names.contains($0) })
        return DatasetError(
            .labelOutOfRange, file: file, object: object,
            expected: "classes of \(reference.name): \(listed(expected))",
            found: "'\(name)'" + (row.map { " in row \($0)" } ?? "") + ", of \(listed(names))",
            advice: (similar.map { "Did you mean '\(name)' to be '\($0)'? " } ?? "") + reference.road.adviceOnClasses)
    }

    // MARK: Targets that are numbers

    private mutating func matchTargets(_ names: [String]?) throws {
        guard case .values(let width) = reference.contract.targetKind, width > 1,
            let expected = reference.contract.targetNames, let names, names != expected
        else { return }
        targets = try places(of: expected, among: names, what: "target", "target_names")
        note("its targets are \(listed(names)): matched by name with \(listed(expected))")
    }
}

extension [Int] {
    /// Whether samples of two shapes hold the same numbers in the same order: axes of length 1 make no difference.
    func holdsAsMuch(as other: [Int]) -> Bool { filter { $0 != 1 } == other.filter { $0 != 1 } }
}

extension DataRoad {
    /// What to do about a class that is not known.
    fileprivate var adviceOnClasses: String {
        switch self {
        case .importing: "Rename the class, or take inputs alone, to predict on: --no-targets."
        case .joining: "Rename the class, or convert each file by itself."
        case .evaluate, .predict, .resume, .branch, .initialize, .splits:
            "Name the classes alike in the attribute class_names, or leave such rows out."
        }
    }
}
