import StrictCoding

/// What other data have to agree with, and on which road they come.
public struct DataReference: Sendable {
    public var contract: DataContract
    public var road: DataRoad
    /// For messages: `the network`, `train.h5`.
    public var name: String

    /// - Parameters:
    ///   - contract: that of a checkpoint, or of the train split. One without normalization leaves that to each file.
    public init(_ contract: DataContract, on road: DataRoad, name: String = "the network") {
        self.contract = contract
        self.road = road
        self.name = name
    }
}

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
    /// Names of the file's classes.
    let ownClassNames: [String]?
    /// For each number of a target, its place among those of the file; nil where they are the same.
    private(set) var targets: [Int]?
    /// What has to be said.
    private(set) var notes: [String] = []

    private let reference: DataReference
    private let file: String

    /// - Parameters:
    ///   - facts: names of the file's table, whose samples have the shape `inputShape`.
    ///   - classNames: those of the file.
    /// - Throws: `DatasetError` that lists both sides, where the road refuses what is different.
    init(
        _ reference: DataReference, file: OpenFile, inputs: String, inputShape: [Int], facts: TableFacts,
        classNames: [String]?
    ) throws {
        self.reference = reference
        self.file = file.path
        self.inputShape = inputShape
        self.classNames = reference.contract.classNames ?? classNames
        ownClassNames = classNames
        try matchFeatures(facts.featureNames, inputs)
        try matchClasses(classNames)
        try matchTargets(facts.targetNames)
    }

    private mutating func note(_ text: String) { notes.append("\(file): \(text)") }

    // MARK: Features

    private mutating func matchFeatures(_ names: [String]?, _ inputs: String) throws {
        let (expected, shape) = (reference.contract.featureNames, reference.contract.inputShape)
        // Which pixel is which needs no name.
        let needsNames = shape.count == 1 && shape == inputShape
        guard let expected, let names else {
            if needsNames, expected != nil || names != nil {
                note(
                    names == nil
                        ? "its columns have no names: taken by position for \(listed(expected!))"
                        : "\(reference.name) has no names of columns: \(listed(names!)) are taken by position")
            } else if needsNames, reference.road != .splits {
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

    /// Where the names that are expected are among those found.
    private func places(
        of expected: [String], among names: [String], what: String, _ object: String
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
        guard reference.road.decision(on: .classesInAnotherOrder) != .notRead else { return }
        guard let expected = reference.contract.classNames else {
            if let names { matchNumbers(names) }
            return
        }
        guard let names else {
            return note("its classes have no names: labels are taken by position, 0 for \(expected.first ?? "")")
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
        if map.indices.contains(where: { map[$0] >= 0 && map[$0] != $0 }) {
            note("its classes are \(listed(names)): matched by name with \(listed(expected))")
        }
        classes = map
    }

    /// Names that are whole numbers, for a network whose classes are numbers and nothing else.
    private mutating func matchNumbers(_ names: [String]) {
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
        else { return note("\(reference.name) has no names of classes: \(listed(names)) are taken by position") }
        guard numbers != (0..<Int32(names.count)).map({ $0 }) else { return }
        classNames = nil
        note(
            "its classes are \(listed(names)): taken by these numbers, since \(reference.name) has no names of classes")
        classes = numbers
    }

    /// The labels of a table as the network counts classes.
    ///
    /// - Throws: `DatasetError` that names the first row of a class that the network has not, and lists both sides.
    func matched(_ labels: [Int32], _ origin: SampleTable.Origin) throws -> [Int32] {
        guard let classes, let names = ownClassNames else { return labels }
        return try labels.enumerated().map { row, label in
            guard classes.indices.contains(Int(label)) else {
                throw DatasetError(
                    .labelOutOfRange, file: origin.file, object: origin.targets,
                    expected: "labels in 0 ..< \(names.count), since there are \(names.count) class names",
                    found: "\(label) in row \(row)",
                    advice: "Classes count from zero: correct the label, or the number of class names.")
            }
            guard classes[Int(label)] >= 0 else {
                throw DatasetError(
                    .labelOutOfRange, file: origin.file, object: origin.targets,
                    expected: "classes of \(reference.name): \(listed(reference.contract.classNames ?? []))",
                    found: "'\(names[Int(label)])' in row \(row), of \(listed(names))",
                    advice: "Name the classes alike in the attribute class_names, or leave such rows out.")
            }
            return classes[Int(label)]
        }
    }

    // MARK: Targets that are numbers

    private mutating func matchTargets(_ names: [String]?) throws {
        guard reference.road.decision(on: .classesInAnotherOrder) != .notRead,
            case .values(let width) = reference.contract.targetKind, width > 1,
            let expected = reference.contract.targetNames, let names, names != expected
        else { return }
        targets = try places(of: expected, among: names, what: "target", "target_names")
        note("its targets are \(listed(names)): matched by name with \(listed(expected))")
    }
}

/// Where classes are, by name; names that are numbers on both sides by their value.
private struct ClassPlaces {
    private let names: [String: Int]
    private let numbers: [Double: Int]?
    let areDistinct: Bool

    /// A code such as 007 is a text.
    private static func number(_ name: String) -> Double? {
        guard name.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }) else { return nil }
        let digits = name.drop { "+-".contains($0) }
        guard !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true) else { return nil }
        return Double(name).flatMap { $0.isFinite ? $0 : nil }
    }

    /// - Parameter found: the names to be looked for, which must be numbers and differ in value to be taken as such.
    init(_ expected: [String], found: [String]) {
        names = Dictionary(expected.enumerated().map { ($1, $0) }) { first, _ in first }
        areDistinct = names.count == expected.count
        let values = expected.compactMap(Self.number)
        let byNumber = Dictionary(values.enumerated().map { ($1, $0) }) { first, _ in first }
        let others = found.compactMap(Self.number)
        let areNumbers = byNumber.count == expected.count && Set(others).count == found.count
        numbers = values.count == expected.count && areNumbers ? byNumber : nil
    }

    func place(of name: String) -> Int? {
        names[name] ?? numbers.flatMap { numbers in Self.number(name).flatMap { numbers[$0] } }
    }
}
