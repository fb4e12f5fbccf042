import Foundation
import Training

/// Standard error as what messages and progress go to; results go to standard output by `print`.
enum Terminal {
    /// Whether someone watches who can be shown a line that changes.
    static var isInteractive: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Columns of the window, asked anew at each call since windows are resized; 80 if it does not say.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes text as it is, at once. Standard error that is closed or full is no reason to end a run.
    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Lists what all takes of memory.
    static func show(_ plan: MemoryPlan) {
        for line in plan.lines { write(line + "\n") }
    }

    /// Writes a line that the user should read.
    static func note(_ message: String) {
        write("lockstep: \(message.escaped)\n")
    }
}
