import Foundation

/// The README as tests see it: its code blocks and tables.
struct Readme {
    struct Table {
        /// The first cell of the header, such as ``key of `sgd` ``.
        let title: String
        /// Rows by the names in their first cell; a cell may hold several.
        let rows: [String: [String]]
    }

    private let lines: [Substring]

    init() throws {
        let text = try String(contentsOfFile: CommandTestCase.sources + "/README.md", encoding: .utf8)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Code blocks of a language, without their fences.
    func blocks(_ language: String) -> [String] {
        // Between two fences lies a block, then text, then a block.
        let parts = lines.split(omittingEmptySubsequences: false) { $0.hasPrefix("```") }
        let fences = lines.filter { $0.hasPrefix("```") }
        return zip(fences, parts.dropFirst()).enumerated()
            .filter { $0.offset.isMultiple(of: 2) && $0.element.0 == "```" + language }
            .map { $0.element.1.joined(separator: "\n") }
    }

    var tables: [Table] {
        lines.split { !$0.hasPrefix("|") }.map { block in
            let cells = block.map { line in
                line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }
            let rows = cells.dropFirst(2).flatMap { row in Self.names(in: row[0]).map { ($0, row) } }
            return Table(title: cells[0][0], rows: Dictionary(rows) { first, _ in first })
        }
    }

    func table(_ title: String) -> Table? { tables.first { $0.title == title } }

    /// What stands between backquotes.
    private static func names(in cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }
}
