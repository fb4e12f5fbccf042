/// What has to be said of data, a line each: of a file what holds for all of its tables, and else of a table.
struct DataNotes {
    /// A table of a file.
    struct Place: Hashable {
        let file: String
        let table: String
    }

    private var places: [Place] = []
    private var said: [(text: String, place: Place?)] = []

    /// - Parameter texts: without the file and the table that they are of.
    mutating func add(_ texts: [String], of place: Place) {
        if !places.contains(place) { places.append(place) }
        said += texts.map { ($0, place) }
    }

    /// Lines that say themselves what they are of.
    mutating func add(lines: [String]) { said += lines.map { ($0, nil) } }

    /// Each once, where it came first.
    var lines: [String] {
        var known: Set<String> = []
        return said.map { text, place in
            guard let place else { return text }
            let tables = Set(said.filter { $0.text == text }.compactMap(\.place)).filter { $0.file == place.file }
            let all = places.filter { $0.file == place.file }
            let names = all.filter(tables.contains).map(\.table)
            return "\(place.file): " + (tables.count == all.count ? "" : "\(names.joined(separator: ", ")): ") + text
        }.filter { known.insert($0).inserted }
    }
}
