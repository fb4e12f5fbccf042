import Foundation

/// Text as it stands in HTML and in attributes: what it would take for markup is written otherwise.
func escapedMarkup(_ text: String) -> String {
    text.reduce(into: "") { result, character in
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.append(character)
        }
    }
}

/// A coordinate: a tenth of a pixel is enough.
func coordinate(_ value: Double) -> String { String(format: "%.1f", value) }

/// A table with numbers on the right.
///
/// - Parameters:
///   - header: names of the columns, markup.
///   - rows: cells, markup.
func tableMarkup(header: [String], rows: [[String]], caption: String) -> String {
    let head = header.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.map { row in
        "<tr><th scope=\"row\">\(row[0])</th>" + row.dropFirst().map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return "<div class=\"scroll\"><table><caption>\(caption)</caption><thead><tr>\(head)</tr></thead><tbody>"
        + body.joined(separator: "\n") + "</tbody></table></div>"
}
