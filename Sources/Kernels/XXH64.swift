/// XXH64, the 64-bit hash of the xxHash specification (version 0.1.1): a fast digest of bytes, not a secure one.
///
///     var digest = XXH64()
///     digest.update(bytes)
///     print(digest.finalize())
///
/// Cutting the bytes into updates at will gives the same value.
package struct XXH64 {
    private var lanes: (UInt64, UInt64, UInt64, UInt64)
    private let seed: UInt64
    private var length: UInt64 = 0
    /// Bytes that do not fill a stripe yet: `length % 32` of them.
    private var pending: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init(seed: UInt64 = 0) {
        self.seed = seed
        lanes = (seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1)
    }

    /// All that there is to know so far: 10 words, from which `init(state:)` goes on.
    package var state: [UInt64] {
        [seed, length, lanes.0, lanes.1, lanes.2, lanes.3, pending.0, pending.1, pending.2, pending.3]
    }

    /// Goes on from a state; nil for other than 10 words.
    package init?(state: [UInt64]) {
        guard state.count == 10 else { return nil }
        (seed, length) = (state[0], state[1])
        lanes = (state[2], state[3], state[4], state[5])
        pending = (state[6], state[7], state[8], state[9])
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        let filled = Int(length % 32)
        length &+= UInt64(bytes.count)
        if filled > 0 {
            let taken = min(32 - filled, rest.count)
            withUnsafeMutableBytes(of: &pending) { stripe in
                stripe[filled..<filled + taken].copyBytes(from: rest.prefix(taken))
            }
            rest = rest.dropFirst(taken)
            guard filled + taken == 32 else { return }
            consume(pending)
        }
        if var next = UnsafeRawBufferPointer(rebasing: rest).baseAddress {
            for _ in 0..<rest.count / 32 {
                consume(next.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self))
                next += 32
            }
        }
        let tail = rest.suffix(rest.count % 32)
        withUnsafeMutableBytes(of: &pending) { $0[..<tail.count].copyBytes(from: tail) }
    }

    /// The digest of all bytes so far; further updates may follow.
    package func finalize() -> UInt64 {
        var hash: UInt64
        if length >= 32 {
            hash =
                Self.rotate(lanes.0, 1) &+ Self.rotate(lanes.1, 7) &+ Self.rotate(lanes.2, 12)
                &+ Self.rotate(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
                hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
            }
        } else {
            hash = seed &+ Self.prime5
        }
        hash &+= length
        withUnsafeBytes(of: pending) { stripe in
            var rest = stripe.prefix(Int(length % 32))
            while rest.count >= 8 {
                let word = UInt64(littleEndian: stripe.loadUnaligned(fromByteOffset: rest.startIndex, as: UInt64.self))
                hash = Self.rotate(hash ^ Self.round(0, word), 27) &* Self.prime1 &+ Self.prime4
                rest = rest.dropFirst(8)
            }
            if rest.count >= 4 {
                let word = UInt32(littleEndian: stripe.loadUnaligned(fromByteOffset: rest.startIndex, as: UInt32.self))
                hash = Self.rotate(hash ^ (UInt64(word) &* Self.prime1), 23) &* Self.prime2 &+ Self.prime3
                rest = rest.dropFirst(4)
            }
            for byte in rest { hash = Self.rotate(hash ^ (UInt64(byte) &* Self.prime5), 11) &* Self.prime1 }
        }
        hash = (hash ^ (hash >> 33)) &* Self.prime2
        hash = (hash ^ (hash >> 29)) &* Self.prime3
        return hash ^ (hash >> 32)
    }

    private mutating func consume(_ stripe: (UInt64, UInt64, UInt64, UInt64)) {
        lanes.0 = Self.round(lanes.0, UInt64(littleEndian: stripe.0))
        lanes.1 = Self.round(lanes.1, UInt64(littleEndian: stripe.1))
        lanes.2 = Self.round(lanes.2, UInt64(littleEndian: stripe.2))
        lanes.3 = Self.round(lanes.3, UInt64(littleEndian: stripe.3))
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    private static func rotate(_ x: UInt64, _ count: UInt64) -> UInt64 { x &<< count | x &>> (64 &- count) }

    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
}
