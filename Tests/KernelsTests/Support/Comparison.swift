import KernelShapes
import Kernels
import XCTest

/// Every table that must equal the reference: those of this machine, and other machines' tile shapes.
let testedKernels: [any KernelTable.Type] = availableKernels() + [WideTile.self, ShortTile.self]

/// Zero, one, primes, and both sides of the widths of registers, lanes and tiles.
let raggedCounts = [0, 1, 2, 3, 7, 13, 15, 16, 17, 31, 32, 33, 47, 64, 65, 97, 128, 131]

/// Few columns, which take a row a lane, and one more; rows on both sides of one and two times 16 lanes.
let fewColumns = Array(1...17)
let fewRows = [0, 1, 2, 3, 5, 7, 11, 13, 15, 16, 17, 29, 31, 32, 33]

/// An array of floats between guards, to show writes that stray.
final class GuardedFloats {
    let count: Int
    private let memory: UnsafeMutablePointer<Float>
    private static let guardCount = 32
    private static let guardBits: UInt32 = 0x7FC0_DEAD

    init(_ values: [Float]) {
        count = values.count
        memory = .allocate(capacity: count + 2 * Self.guardCount)
        memory.initialize(repeating: Float(bitPattern: Self.guardBits), count: count + 2 * Self.guardCount)
        pointer.update(from: values, count: count)
    }

    deinit { memory.deallocate() }

    var pointer: UnsafeMutablePointer<Float> { memory + Self.guardCount }
    var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    var guardsAreIntact: Bool {
        (0..<Self.guardCount).allSatisfy {
            memory[$0].bitPattern == Self.guardBits
                && memory[Self.guardCount + count + $0].bitPattern == Self.guardBits
        }
    }
}

/// Runs `body` with the reference kernels and with every other table, each on its own copy of `buffers`, and asserts
/// that all buffers hold the same bits afterwards (any NaN equals any other) and that nothing around them changed.
func assertEqualsReference(
    _ what: @autoclosure () -> String, _ buffers: [[Float]], line: UInt = #line,
    _ body: (any KernelTable.Type, [UnsafeMutablePointer<Float>]) -> Void
) {
    let expected = buffers.map(GuardedFloats.init)
    body(ReferenceKernels.self, expected.map(\.pointer))
    for kernels in testedKernels {
        let actual = buffers.map(GuardedFloats.init)
        body(kernels, actual.map(\.pointer))
        for (index, (a, e)) in zip(actual, expected).enumerated() {
            if !a.guardsAreIntact { XCTFail("\(kernels.name) \(what()): wrote outside buffer \(index)", line: line) }
            if let i = firstDifference(a.values, e.values) {
                XCTFail(
                    "\(kernels.name) \(what()): buffer \(index)[\(i)] is \(a.values[i]), expected \(e.values[i])",
                    line: line)
            }
        }
    }
}

func firstDifference(_ a: [Float], _ b: [Float]) -> Int? {
    zip(a, b).enumerated().first { _, pair in
        pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN)
    }?.offset
}

/// Numbers of a fixed sequence, so that a failure can be repeated.
struct TestNumbers {
    private var generator: UInt64

    init(seed: UInt64 = 1) { generator = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func word() -> UInt64 {
        generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return generator >> 16
    }

    mutating func float(in range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * Float(word() & 0xFF_FFFF) / 0x1p24
    }

    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
        (0..<count).map { _ in float(in: range) }
    }

    /// Numbers among which every fifth is one at which functions go wrong.
    mutating func floatsWithSpecialOnes(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            word() % 5 == 0 ? specialFloats[Int(word() % UInt64(specialFloats.count))] : float(in: -9...9)
        }
    }

    mutating func integers(_ count: Int, below bound: Int) -> [Int32] {
        (0..<count).map { _ in Int32(word() % UInt64(bound)) }
    }
}

/// Values at which functions of floats go wrong.
let specialFloats: [Float] = [
    0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 1e-30, -1e-30, 0.5, 2, 10,
    -10, 87.3, 88.7, 89, -87.3, -88, -103, -104, -105, 1e4, -1e4, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    .infinity, -.infinity, .nan,
]
