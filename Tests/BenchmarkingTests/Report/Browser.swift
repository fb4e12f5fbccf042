import Foundation
import XCTest

/// A browser without a window.
struct Browser {
    /// What a page came to.
    struct Outcome {
        let picture: Screenshot
        /// What the page, or the browser about it, wrote to the console: script errors, blocked resources.
        let console: [String]
    }

    private let program: String

    /// - Throws: `BrowserMissing` without one: a report that nobody looked at is not known to be readable.
    init() throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        let names = ["chromium", "chromium-browser", "google-chrome"]
        let paths = names.flatMap { name in folders.map { "\($0)/\(name)" } }
        guard let program = paths.first(where: FileManager.default.isExecutableFile) else { throw BrowserMissing() }
        self.program = program
    }

    /// Opens a page and takes a picture of the window.
    func open(_ html: String, width: Int, height: Int, isDark: Bool = false) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-browser-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (page, picture, log) = (
            folder.appendingPathComponent("page.html"), folder.appendingPathComponent("page.png"),
            folder.appendingPathComponent("log.txt")
        )
        try Data(html.utf8).write(to: page)
        try Data().write(to: log)
        let process = Process()
        // Virtual time lets the page finish however slow the machine is; the real limit is only for a browser that
        // hangs.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = [
            "300", program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-extensions",
            "--force-device-scale-factor=1", "--user-data-dir=\(folder.path)/profile",
            "--window-size=\(width),\(height)",
            "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--virtual-time-budget=2000",
            "--enable-logging=stderr", "--screenshot=\(picture.path)", page.absoluteString,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        process.waitUntilExit()
        let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
        XCTAssertEqual(process.terminationStatus, 0, text)
        return Outcome(
            picture: try Screenshot(Data(contentsOf: picture)),
            console: text.split(separator: "\n").map(String.init).filter { $0.contains(":CONSOLE") })
    }
}

struct BrowserMissing: Error, CustomStringConvertible {
    var description: String { "no browser to look at reports with: apt-get install chromium" }
}
