import CSystem
import Foundation

/// The processors that a thread may run on.
package struct ThreadAffinity {
    private var mask = lockstep_affinity()

    /// Numbers of processors are below this.
    package static let limit = Int(LOCKSTEP_MOST_PROCESSORS)

    /// The processors that the calling thread may run on; nil where the system has no such thing.
    package static var current: ThreadAffinity? {
        var affinity = ThreadAffinity()
        return lockstep_get_affinity(&affinity.mask) == 0 ? affinity : nil
    }

    package var processors: [Int] {
        withUnsafeBytes(of: mask) { bytes in
            let mask = bytes.assumingMemoryBound(to: lockstep_affinity.self).baseAddress!
            // By words, since nearly all are zero.
            return bytes.assumingMemoryBound(to: UInt.self).indices.filter { word in
                bytes.load(fromByteOffset: word * MemoryLayout<UInt>.size, as: UInt.self) != 0
            }.flatMap { word in
                (word * UInt.bitWidth..<(word + 1) * UInt.bitWidth).filter { lockstep_affinity_has(mask, Int32($0)) }
            }
        }
    }

    /// Lets the calling thread run on these. It does as before if they are not there any more.
    package func apply() { _ = withUnsafePointer(to: mask) { lockstep_set_affinity($0) } }

    /// Binds the calling thread to a processor.
    ///
    /// - Throws: `PlacementError` if the system refuses.
    static func pin(to processor: Int) throws(PlacementError) {
        guard lockstep_pin(Int32(processor)) == 0 else {
            throw PlacementError(
                problem: "a thread cannot be bound to processor \(processor): \(String(cString: strerror(errno)))")
        }
    }

    /// Makes sure that threads can be bound to processors, and leaves the calling one as it was.
    ///
    /// - Throws: `PlacementError`.
    package static func check(_ processors: [Int]) throws(PlacementError) {
        let before = current
        defer { before?.apply() }
        for processor in processors { try pin(to: processor) }
    }
}
