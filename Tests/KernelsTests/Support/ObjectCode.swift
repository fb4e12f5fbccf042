import Foundation
import XCTest

/// What the compiler made of a module, read from its object files with binutils.
struct ObjectCode {
    /// A line of text as bytes: strings would make the tests take half a minute.
    typealias Line = ArraySlice<UInt8>

    /// Instructions of each function.
    private(set) var functions: [String: [Line]] = [:]
    /// Weak symbols that are defined: the linker keeps one of all that have the same name.
    private(set) var weakSymbols: Set<String> = []
    /// Undefined symbols that are called.
    private(set) var callees: Set<String> = []

    init(module: String) throws {
        let objects = try Self.objects(of: module)
        weakSymbols = try Self.weakSymbols(in: objects)
        let undefined = Set(
            try run("nm", ["--undefined-only"] + objects).compactMap {
                $0.split(separator: UInt8(ascii: " ")).last.map { String(decoding: $0, as: UTF8.self) }
            })
        var function = ""
        var instructions: [Line] = []
        for line in try run("objdump", ["-dr", "--no-show-raw-insn"] + objects) {
            if line.starts(with: "\t\t\t".utf8) {
                // A relocation: address, kind, symbol and addend.
                guard contains("PLT32", line), let field = line.split(separator: UInt8(ascii: "\t")).last else {
                    continue
                }
                let symbol = String(decoding: field.split(separator: UInt8(ascii: "-"))[0], as: UTF8.self)
                if undefined.contains(symbol) { callees.insert(symbol) }
            } else if let tab = line.firstIndex(of: UInt8(ascii: "\t")) {
                instructions.append(line[(tab + 1)...])
            } else if line.suffix(2).elementsEqual(">:".utf8), let start = line.firstIndex(of: UInt8(ascii: "<")) {
                functions[function, default: []] += instructions
                function = String(decoding: line[(start + 1)...].dropLast(2), as: UTF8.self)
                instructions = []
            }
        }
        functions[function, default: []] += instructions
        functions[""] = nil
        callees.subtract(functions.keys)
        XCTAssertFalse(functions.isEmpty, "no functions found in the objects of \(module)")
    }

    /// How many instructions contain a text, as "%ymm".
    func count(of text: String) -> Int { functions.values.reduce(0) { $0 + $1.count { contains(text, $0) } } }

    /// The functions that contain an instruction of AVX or later; all of their names begin with v.
    var functionsWithVectorExtensions: [String] {
        functions.filter { $0.value.contains { $0.first == UInt8(ascii: "v") } }.map(\.key)
    }

    /// Weak symbols of all modules but `module`.
    static func weakSymbols(except module: String) throws -> Set<String> {
        let files = FileManager.default
        let directories = try files.contentsOfDirectory(atPath: buildDirectory.path)
        let objects = directories.filter { $0.hasSuffix(".build") && $0 != module + ".build" }.flatMap { name in
            let directory = buildDirectory.appendingPathComponent(name).path
            let names = (try? files.contentsOfDirectory(atPath: directory)) ?? []
            return names.filter { $0.hasSuffix(".o") }.map { directory + "/" + $0 }
        }
        return try weakSymbols(in: objects)
    }

    private static func weakSymbols(in objects: [String]) throws -> Set<String> {
        Set(
            try run("nm", ["--defined-only"] + objects).compactMap { line in
                let fields = line.split(separator: UInt8(ascii: " "))
                guard fields.count == 3, "WV".utf8.contains(fields[1].first!) else { return nil }
                return String(decoding: fields[2], as: UTF8.self)
            })
    }

    /// Object files of a module, but for those of sources that are gone.
    private static func objects(of module: String) throws -> [String] {
        let directory = buildDirectory.appendingPathComponent(module + ".build")
        let sources = try String(contentsOf: directory.appendingPathComponent("sources"), encoding: .utf8)
        return sources.split(separator: "\n").map {
            directory.appendingPathComponent($0.split(separator: "/").last! + ".o").path
        }
    }

    /// The tests run from the directory of the products.
    private static let buildDirectory = URL(fileURLWithPath: CommandLine.arguments[0])
        .resolvingSymlinksInPath().deletingLastPathComponent()
}

private func contains(_ text: String, _ line: ObjectCode.Line) -> Bool {
    let text = Array(text.utf8)
    return line.indices.contains { line[$0] == text[0] && line[$0...].starts(with: text) }
}

/// The lines that one of the tools of binutils prints.
private func run(_ tool: String, _ arguments: [String]) throws -> [ObjectCode.Line] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/" + tool)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
        try process.run()
    } catch {
        throw MissingTool(description: "/usr/bin/\(tool) cannot be run (\(error)); install the package binutils")
    }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return [UInt8](data).split(separator: UInt8(ascii: "\n"))
}

private struct MissingTool: Error, CustomStringConvertible {
    let description: String
}
