extension InstructionSet {
    @inlinable @inline(never)
    package static func columnSums(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, start: Accumulator, into out: UnsafeMutablePointer<Float>
    ) {
        @inline(__always) func body(j: Int, lanes: Int) {
            var chain: Lanes16
            switch start {
            case .zero: chain = Lanes16(repeating: 0)
            case .output: chain = .load(out + j, lanes: lanes)
            case .bias(let bias): chain = .load(bias + j, lanes: lanes)
            }
            for r in 0..<rows { chain += .load(x + r * columns + j, lanes: lanes) }
            chain.store(out + j, lanes: lanes)
        }
        forEach16(columns, body)
    }

    @inlinable @inline(never)
    package static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
        var lanes16 = Lanes16(repeating: 0)
        @inline(__always) func body(i: Int, lanes: Int) { lanes16 += .load(x + i, lanes: lanes) }
        forEach16(count, body)
        return lanes16.foldedSum
    }

    @inlinable @inline(never)
    package static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Float {
        var lanes16 = Lanes16(repeating: 0)
        @inline(__always) func body(i: Int, lanes: Int) {
            let v = Lanes16.load(x + i, lanes: lanes)
            lanes16 = .fma(v, v, lanes16)
        }
        forEach16(count, body)
        return lanes16.foldedSum
    }

    @inlinable @inline(never)
    package static func firstNonFinite(_ x: UnsafePointer<Float>, count: Int) -> Int {
        var i = 0
        while i + 16 <= count {
            // Infinity and NaN are the floats whose exponent is all ones.
            let bits = Lanes16.load(x + i).bits & 0x7FFF_FFFF
            if (~bits.isBelow(0x7F80_0000)).isAnywhere { break }
            i += 16
        }
        while i < count, x[i].isFinite { i += 1 }
        return i
    }

    /// Groups of four sources are subtrees of their own. They are pushed one after the other; before each push, equal
    /// subtrees on top of the stack merge, as the trailing ones of a counter carry. The stack then holds one subtree
    /// for each bit of the number of groups, and folding it from the top passes odd ones up.
    @inlinable @inline(never)
    package static func treeSum(
        _ sources: UnsafePointer<UnsafePointer<Float>>, sourceCount: Int, offset: Int, count: Int,
        into out: UnsafeMutablePointer<Float>
    ) {
        @inline(__always) func fold(stack: UnsafeMutableBufferPointer<Lanes16>) {
            @inline(__always) func body(i: Int, lanes: Int) {
                var top = group(sources, sourceCount, offset + i, lanes)
                var depth = 0
                for index in 1..<max(1, (sourceCount + 3) / 4) {
                    stack[depth] = top
                    depth += 1
                    top = group(sources + 4 * index, sourceCount - 4 * index, offset + i, lanes)
                    // The last group may be a part of one; it still passes up in its place.
                    for _ in 0..<index.trailingOnes {
                        depth -= 1
                        top = stack[depth] + top
                    }
                }
                while depth > 0 {
                    depth -= 1
                    top = stack[depth] + top
                }
                top.store(out + i, lanes: lanes)
            }
            forEach16(count, body)
        }
        // 1 KiB, which is certain to come from the stack; 16 subtrees suffice for 65,535 sources and more.
        withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: 16, fold)
    }

    /// The subtree of the first four of `count` sources, or of all if there are fewer.
    @inlinable @inline(__always)
    static func group(
        _ sources: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ i: Int, _ lanes: Int
    ) -> Lanes16 {
        let first = Lanes16.load(sources[0] + i, lanes: lanes)
        if count == 1 { return first }
        let pair = first + .load(sources[1] + i, lanes: lanes)
        if count == 2 { return pair }
        let third = Lanes16.load(sources[2] + i, lanes: lanes)
        if count == 3 { return pair + third }
        return pair + (third + .load(sources[3] + i, lanes: lanes))
    }
}

extension Int {
    @inlinable @inline(__always)
    var trailingOnes: Int { (~self).trailingZeroBitCount }
}
