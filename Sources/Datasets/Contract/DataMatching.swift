/// How the tables of a data set come to what is expected: by the reference that is given, or else by the train split, or
/// the first there is.
struct DataMatching {
    /// What was expected.
    private(set) var reference: DataReference
    /// Whether it was given.
    let isGiven: Bool
    /// By table.
    private(set) var matches: [DataMatch] = []

    /// One table.
    struct Side {
        var contract: DataContract
        var file: String
        /// Name of the inputs there.
        var inputs: String
    }

    /// - Parameter sides: in the order of splits; not none.
    /// - Throws: `DatasetError` that lists both sides, where the road refuses what is different.
    init(_ sides: [Side], to given: DataReference?) throws {
        isGiven = given != nil
        reference = given ?? DataReference(sides[0].contract, on: .splits, name: sides[0].file)
        var expected = reference
        for (index, side) in sides.enumerated() {
            let match = try DataMatch(side.contract, to: expected, file: side.file, inputs: side.inputs)
            matches.append(match)
            guard index == 0, reference.road.decision(on: .extraClass) == .takesAPlace else { continue }
            // The other splits go by what became of the first.
            reference.contract.classNames = match.classNames
            expected = reference
            expected.road = .splits
        }
    }
}
