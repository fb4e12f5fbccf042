import Foundation

/// A page that shows files, commands and what these print: files below a line with their name in backquotes and a
/// colon, commands behind `$ ` in blocks of `console`.
struct Transcript {
    enum Part: Equatable {
        case file(name: String, text: String)
        case command(String, prints: String)
    }

    private(set) var parts: [Part] = []

    init(page path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var name: String?
        var block: (language: Substring, lines: [Substring])?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let (language, lines) = block {
                    add(language, lines, name)
                    (block, name) = (nil, nil)
                } else {
                    block = (line.dropFirst(3), [])
                }
            } else if block != nil {
                block!.lines.append(line)
            } else if line.hasPrefix("`"), line.hasSuffix("`:") {
                name = String(line.dropFirst().dropLast(2))
            } else if !line.isEmpty {
                name = nil
            }
        }
    }

    private mutating func add(_ language: Substring, _ lines: [Substring], _ name: String?) {
        if let name {
            parts.append(.file(name: name, text: lines.joined(separator: "\n") + "\n"))
        } else if language == "console" {
            for line in lines {
                if line.hasPrefix("$ ") {
                    parts.append(.command(String(line.dropFirst(2)), prints: ""))
                } else if case .command(let command, let prints)? = parts.last {
                    parts[parts.count - 1] = .command(command, prints: prints + line + "\n")
                }
            }
        }
    }
}
