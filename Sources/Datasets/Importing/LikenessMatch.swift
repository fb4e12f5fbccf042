import StrictCoding

/// What brings data to what they shall be like: which of their columns are which, and what numbers their classes have.
struct LikenessMatch {
    /// For each number of a sample the one that it is here; nil where they are the same.
    private(set) var features: [Int]?
    /// The class index of each class here; nil where nothing is named.
    private(set) var classes: [Int]?
    /// What was left out or taken for granted, a line each.
    private(set) var notes: [String] = []

    private let file: String
    private let likeness: Likeness

    /// - Parameters:
    ///   - data: what is there: shape of samples, names of features and classes.
    ///   - otherwise: what to do about a class that is not known there, as a sentence.
    /// - Throws: `DatasetError` for what is not there to be matched, with both sides listed.
    init(_ data: DataContract, to likeness: Likeness, file: String, otherwise: String) throws {
        self.file = file
        self.likeness = likeness
        let wanted = likeness.contract
        if let names = data.featureNames, let wantedNames = wanted.featureNames {
            try match(names, wantedNames, data.inputShape)
        } else {
            guard likeness.holds(sampleShape: data.inputShape) else {
                throw error(
                    .wrongShape, "samples of shape \(wanted.inputShape)", "\(data.inputShape)",
                    data.featureNames == nil && wanted.featureNames == nil
                        ? nil : "Without names on both sides columns are taken by position, and have to be as many.")
            }
            if let names = wanted.featureNames {
                notes.append("\(file) names no columns: taken by position as \(listed(names))")
            } else if let names = data.featureNames {
                notes.append("\(likeness.path) names no columns: \(listed(names)) taken by position")
            }
        }
        guard let names = data.classNames else { return }
        guard let wantedNames = wanted.classNames else {
            throw error(.wrongType, "no names of classes, but numbers", listed(names), otherwise)
        }
        let places = Dictionary(wantedNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        if let unknown = names.first(where: { places[$0] == nil }) {
            throw error(
                .labelOutOfRange, "classes \(listed(wantedNames))", "\(listed(names)), of which '\(unknown)' is none",
                (nearest(unknown, among: wantedNames).map { "Is it '\($0)'? " } ?? "") + otherwise)
        }
        classes = names.map { places[$0]! }
    }

    /// Finds columns, or the channels of images, by their names.
    private mutating func match(_ names: [String], _ wanted: [String], _ shape: [Int]) throws {
        var places: [String: [Int]] = [:]
        for (place, name) in names.enumerated() { places[name, default: []].append(place) }
        let missing = wanted.filter { places[$0] == nil }
        guard missing.isEmpty else {
            let known = Set(wanted)
            let similar = nearest(missing[0], among: names.filter { !known.contains($0) })
            throw error(
                .missingObject, "columns \(listed(wanted))", "\(listed(names)), without \(listed(missing))",
                similar.map { "If '\($0)' is '\(missing[0])', rename it." } ?? "Add what is missing.")
        }
        if let twice = wanted.first(where: { places[$0]!.count > 1 }) {
            throw error(
                .malformed, "one column '\(twice)'", "\(places[twice]!.count)",
                "Rename or remove those that are not it.")
        }
        let known = Set(wanted)
        let extra = names.filter { !known.contains($0) }
        if !extra.isEmpty { notes.append("\(file): left out: \(listed(extra.map { $0.isEmpty ? "''" : $0 }))") }
        let order = wanted.map { places[$0]![0] }
        guard order != Array(names.indices) else { return }
        // Names of positions of the last axis stand for all numbers at them.
        let groups = shape.reduce(1, *) / names.count
        features = (0..<groups).flatMap { group in order.map { group * names.count + $0 } }
    }

    private func error(
        _ kind: DatasetError.Kind, _ expected: String, _ found: String, _ advice: String?
    ) -> DatasetError {
        DatasetError(
            kind, file: file, expected: "\(expected) as in \(likeness.path)", found: found, advice: advice)
    }
}

extension LikenessMatch {
    /// What an import can do about a class that is not known.
    static let withoutTargets = "Rename the class, or take inputs alone, to predict on: --no-targets."
}
