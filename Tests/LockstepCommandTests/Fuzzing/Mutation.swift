import TestSupport

/// Something to be damaged, and where that is worth it.
struct FuzzSeed {
    let name: String
    let bytes: [UInt8]
    /// The places that a reader decides by: what is not among them is data. Empty for all.
    var structure: [Int] = []
    /// Parts of the file that end with a checksum of what is before it, four bytes.
    var checksummed: [Range<Int>] = []
    /// Writes the checksum of a part anew.
    var renew: (_ bytes: inout [UInt8], Range<Int>) -> Void = renewChecksum
    /// Words of a format that is text.
    var words: [String] = []

    /// A damaged copy.
    func mutated(with others: [FuzzSeed], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        let count = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 2...12, using: &random) : 1
        var movesBytes = false
        for _ in 0..<count where !bytes.isEmpty {
            if !words.isEmpty, Int.random(in: 0..<3, using: &random) > 0 {
                mutateText(&bytes, &random)
            } else if Int.random(in: 0..<(structure.isEmpty ? 3 : 25), using: &random) == 0 {
                move(&bytes, with: others, &random)
                movesBytes = true
            } else {
                overwrite(&bytes, &random)
            }
        }
        if !movesBytes, Int.random(in: 0..<10, using: &random) > 0 {
            for range in checksummed { renew(&bytes, range) }
        }
        return bytes
    }

    // MARK: In place

    private static let numbers: [UInt64] = [
        0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 257, 1000, 0x7FFF, 0x8000, 0xFFFF,
        0x1_0000,
        0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 62, .max >> 1, .max - 1, .max,
    ]

    private func overwrite(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = place(in: bytes, &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[place] = .random(in: 0...255, using: &random)
        case 3: bytes[place] &+= [1, 255, 2, 254, 16].randomElement(using: &random)!
        case 4, 5:
            let width = [1, 2, 4, 8].randomElement(using: &random)!
            var number = Self.numbers.randomElement(using: &random)!
            if Bool.random(using: &random) { number &+= UInt64(bytes.count) }
            if Int.random(in: 0..<4, using: &random) == 0 { number = number.byteSwapped >> UInt64(64 - 8 * width) }
            for index in 0..<width where place + index < bytes.count {
                bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
            }
        case 6:
            // An address or a length of something else.
            let source = self.place(in: bytes, &random)
            let width = [2, 4, 8, 8, 16, 40].randomElement(using: &random)!
            for index in 0..<width where max(place, source) + index < bytes.count {
                bytes[place + index] = bytes[source + index]
            }
        default:
            let fill: UInt8 = [0, 0xFF].randomElement(using: &random)!
            for index in place..<min(place + Int.random(in: 1...32, using: &random), bytes.count) {
                bytes[index] = fill
            }
        }
    }

    private func place(in bytes: [UInt8], _ random: inout SeededGenerator) -> Int {
        if !structure.isEmpty, Int.random(in: 0..<20, using: &random) > 0 {
            let place = structure.randomElement(using: &random)!
            if place < bytes.count { return place }
        }
        // Headers are at both ends.
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Int.random(in: 0..<min(bytes.count, 128), using: &random)
        case 1: return Int.random(in: max(0, bytes.count - 300)..<bytes.count, using: &random)
        default: return Int.random(in: bytes.indices, using: &random)
        }
    }

    // MARK: Of another length

    private func move(_ bytes: inout [UInt8], with others: [FuzzSeed], _ random: inout SeededGenerator) {
        let place = place(in: bytes, &random)
        let length = min([1, 2, 8, 64, 1024].randomElement(using: &random)!, bytes.count - place)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(place...)
        case 1: bytes.removeSubrange(place..<place + length)
        case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 3:
            bytes.insert(contentsOf: repeatElement(UInt8.random(in: 0...255, using: &random), count: length), at: place)
        default:
            let other = others.randomElement(using: &random)!.bytes
            guard !other.isEmpty else { return }
            let cut = Int.random(in: other.indices, using: &random)
            bytes.replaceSubrange(place..., with: other[cut...])
        }
    }

    private func mutateText(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let word = Array(words.randomElement(using: &random)!.utf8)
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(contentsOf: word, at: place)
        case 1:
            // In the place of what stands there: the word or number up to the next separator.
            func isWord(_ byte: UInt8) -> Bool { !Array(" \n\t,:{}[]\"'".utf8).contains(byte) }
            var (start, end) = (place, place)
            while start > 0, isWord(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, isWord(bytes[end]) { end += 1 }
            bytes.replaceSubrange(start..<end, with: word)
        case 2:
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
            var shuffled = lines
            shuffled.swapAt(
                Int.random(in: lines.indices, using: &random), Int.random(in: lines.indices, using: &random))
            bytes = Array(shuffled.joined(separator: [0x0A]))
        default: bytes.insert(contentsOf: (0..<Int.random(in: 1...40, using: &random)).flatMap { _ in word }, at: place)
        }
    }
}
