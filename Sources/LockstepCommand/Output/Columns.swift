/// Lines of cells, printed so that those of a column stand below each other.
struct Columns {
    enum Alignment { case left, right }

    private var rows: [[String]] = []
    private let alignments: [Alignment]

    /// - Parameter alignments: by column; columns beyond them stand on the left.
    init(_ alignments: [Alignment] = []) {
        self.alignments = alignments
    }

    mutating func add(_ cells: String...) { rows.append(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells) }
    mutating func add(_ rows: [[String]]) { self.rows += rows }

    /// The lines, two spaces between columns and none at the ends of lines.
    func lines(indent: String = "") -> [String] {
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                // What a row ends with needs no room below other rows' columns.
                if column < row.count - 1 || alignment(column) == .right {
                    widths[column] = max(widths[column], cell.count)
                }
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                alignment(column) == .right ? cell.leftPadded(to: widths[column]) : cell.padded(to: widths[column])
            }
            let line = indent + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func alignment(_ column: Int) -> Alignment { column < alignments.count ? alignments[column] : .left }
}
