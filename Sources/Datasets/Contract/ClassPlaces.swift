/// Where classes are, by name; names that are numbers on both sides by their value.
struct ClassPlaces {
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
