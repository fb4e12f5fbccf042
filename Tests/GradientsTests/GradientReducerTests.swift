import EngineSupport
import Kernels
import TestSupport
import XCTest

@testable import Gradients
@testable import Networks
@testable import Workers

final class GradientReducerTests: XCTestCase {
    /// A layout of two small parameters with a gap between them.
    private let layout: ParameterLayout = {
        var layout = ParameterLayout()
        for (name, count) in [("a", 3), ("b", 18)] {
            _ = layout.append(
                name: name, shape: [count], initializer: .zeros, fanIn: 1, fanOut: 1, packing: nil)
        }
        return layout
    }()

    /// Gradients of very different sizes, so that another order of additions gives other bits.
    private func gradients(shards: Int, seed: UInt64) -> [[Float]] {
        var random = SeededGenerator(seed: seed)
        return (0..<shards).map { _ in
            random.floats(layout.bufferCount).map {
                $0 * Float(sign: .plus, exponent: .random(in: -6...6, using: &random), significand: 1)
            }
        }
    }

    /// The sum in a balanced tree over the shards: the definition, by recursion over its levels.
    private func treeSum(_ level: [[Float]]) -> [Float] {
        guard level.count > 1 else { return level[0] }
        return treeSum(
            stride(from: 0, to: level.count, by: 2).map { first in
                first + 1 < level.count ? zip(level[first], level[first + 1]).map { $0 + $1 } : level[first]
            })
    }

    private func sum(_ reducer: GradientReducer) -> [Float] {
        var result = [Float](repeating: .nan, count: layout.bufferCount)
        for parameter in layout.parameters {
            result.withUnsafeMutableBufferPointer {
                reducer.sum(parameter.range, into: $0.baseAddress! + parameter.offset)
            }
        }
        return result
    }

    private func assertSum(
        _ reducer: GradientReducer, _ expected: [Float], _ name: @autoclosure () -> String,
        file: StaticString = #filePath, line: UInt = #line
    ) {
        let found = sum(reducer)
        for parameter in layout.parameters {
            assertSameBits(
                Array(found[parameter.range]), Array(expected[parameter.range]), name(), file: file, line: line)
        }
    }

    private func fill(_ reducer: GradientReducer, _ buffer: Int, _ values: [Float]) {
        reducer.gradients(buffer).update(from: values, count: values.count)
    }

    // MARK: Schedules

    /// Who goes next: nil begins the next shard, a number finishes that one of those under way.
    private typealias Policy = (_ underWay: [Int], _ mayBegin: Bool) -> Int?

    /// Plays a step through as workers might, one after the other: shards are begun in order and finished in any.
    private func play(_ reducer: GradientReducer, _ gradients: [[Float]], workers: Int, _ policy: Policy) {
        let shards = gradients.count
        reducer.begin(shards: shards)
        var begun = 0
        var underWay: [(shard: Int, buffer: Int)] = []
        var isDone = [Bool](repeating: false, count: shards)
        while begun < shards || !underWay.isEmpty {
            let mayBegin = begun < shards && underWay.count < workers
            if let next = underWay.isEmpty ? nil : policy(underWay.map(\.shard), mayBegin) {
                let (shard, buffer) = underWay.remove(at: underWay.firstIndex { $0.shard == next }!)
                reducer.deposit(shard: shard, buffer: buffer)
                isDone[shard] = true
            } else {
                underWay.append((begun, reducer.take()))
                fill(reducer, underWay.last!.buffer, gradients[begun])
                begun += 1
            }
            let used = buffersInUse(shards, rootLimit: max(2 * workers, 8), isDone, Set(underWay.map(\.shard)))
            XCTAssertLessThanOrEqual(used, reducer.bufferLimit, "\(shards) shards, \(workers) workers")
        }
    }

    /// How many buffers hold something: one for each shard under way and for each largest finished subtree.
    private func buffersInUse(_ shards: Int, rootLimit: Int, _ isDone: [Bool], _ underWay: Set<Int>) -> Int {
        func count(_ range: Range<Int>, _ size: Int) -> Int {
            let range = range.clamped(to: 0..<shards)
            if range.isEmpty { return 0 }
            if range.allSatisfy({ isDone[$0] }) { return 1 }
            if size == 1 { return underWay.contains(range.lowerBound) ? 1 : 0 }
            let half = range.lowerBound + size / 2
            return count(range.lowerBound..<half, size / 2) + count(half..<range.lowerBound + size, size / 2)
        }
        let size = 1 << GradientReducer.foldLevels(shards: shards, rootLimit: rootLimit)
        return stride(from: 0, to: shards, by: size).reduce(0) { $0 + count($1..<$1 + size, size) }
    }

    func testAnyScheduleGivesTheBitsOfTheBalancedTree() {
        var random = SeededGenerator(seed: 1)
        let policies: [(String, Policy)] = [
            (
                "random",
                { underWay, mayBegin in
                    mayBegin && Bool.random(using: &random) ? nil : underWay.randomElement(using: &random)!
                }
            ),
            ("oldest first", { underWay, mayBegin in mayBegin ? nil : underWay.first! }),
            ("youngest first", { underWay, mayBegin in mayBegin ? nil : underWay.last! }),
            ("youngest at once", { underWay, mayBegin in mayBegin && underWay.count < 2 ? nil : underWay.last! }),
            (
                "one worker holds shard 0 to the end",
                { underWay, mayBegin in mayBegin ? nil : underWay.first { $0 != 0 } ?? 0 }
            ),
            (
                "workers hold on to every sixth shard",
                { underWay, mayBegin in
                    mayBegin ? nil : underWay.first { $0 % 6 != 0 } ?? underWay.randomElement(using: &random)!
                }
            ),
        ]
        for shards in 1...40 {
            let gradients = gradients(shards: shards, seed: UInt64(shards))
            let expected = treeSum(gradients)
            for workers in 1...5 {
                let reducer = GradientReducer(
                    layout: layout, shards: shards, workers: workers, kernels: availableKernels()[0])
                for (name, policy) in policies {
                    play(reducer, gradients, workers: workers, policy)
                    assertSum(reducer, expected, "\(shards) shards, \(workers) workers, \(name)")
                }
            }
        }
    }

    func testEveryTableOfKernelsSumsTheSameTree() {
        for kernels in availableKernels() {
            for shards in [1, 7, 16, 33] {
                let gradients = gradients(shards: shards, seed: UInt64(shards))
                let reducer = GradientReducer(layout: layout, shards: shards, workers: 3, kernels: kernels)
                play(reducer, gradients, workers: 3) { underWay, mayBegin in mayBegin ? nil : underWay.last! }
                assertSum(reducer, treeSum(gradients), "\(kernels.name) \(shards) shards")
            }
        }
    }

    func testAStepOfFewerShardsThanTheMostIsSummedInItsOwnTree() {
        let reducer = GradientReducer(layout: layout, shards: 40, workers: 2, kernels: availableKernels()[0])
        for shards in [40, 3, 17, 1, 40] {
            let gradients = gradients(shards: shards, seed: 9)
            play(reducer, gradients, workers: 2) { underWay, mayBegin in mayBegin ? nil : underWay.last! }
            assertSum(reducer, treeSum(gradients), "\(shards) shards")
        }
    }

    // MARK: Memory

    func testTheBoundIsReachedButForOneBufferAndNeverExceeded() {
        // All moments of all schedules: any prefix of the shards begun, any few of them still under way.
        for shards in 1...18 {
            for workers in 1...3 {
                for rootLimit in [2, 3, 5] where rootLimit > workers {
                    let limit = GradientReducer.bufferLimit(shards: shards, workers: workers, rootLimit: rootLimit)
                    var most = 0
                    for begun in 0...shards {
                        forEachSubset(of: begun, upTo: workers) { underWay in
                            let isDone = (0..<shards).map { $0 < begun && !underWay.contains($0) }
                            most = max(most, buffersInUse(shards, rootLimit: rootLimit, isDone, underWay))
                        }
                    }
                    let name = "\(shards) shards, \(workers) workers, at most \(rootLimit) roots"
                    XCTAssertLessThanOrEqual(most, limit, name)
                    let levels = GradientReducer.foldLevels(shards: shards, rootLimit: rootLimit)
                    if shards == rootLimit << levels {
                        XCTAssertGreaterThanOrEqual(most, min(limit, shards) - 1, name)
                    }
                }
            }
        }
    }

    private func forEachSubset(of count: Int, upTo size: Int, _ body: (Set<Int>) -> Void) {
        func extend(_ subset: Set<Int>, from first: Int) {
            body(subset)
            guard subset.count < size else { return }
            for next in first..<max(first, count) { extend(subset.union([next]), from: next + 1) }
        }
        extend([], from: 0)
    }

    func testMemoryGrowsWithWorkersAndOnlyByALevelWhenShardsDouble() {
        for workers in [1, 2, 5, 16] {
            let roots = max(2 * workers, 8)
            func limit(_ shards: Int) -> Int {
                GradientReducer(layout: layout, shards: shards, workers: workers, kernels: availableKernels()[0])
                    .bufferLimit
            }
            XCTAssertEqual(limit(roots), roots, "a buffer for each shard while there are few")
            for level in 1...5 {
                XCTAssertLessThanOrEqual(limit(roots << level), roots + (workers + 1) * level, "\(workers) workers")
            }
        }
    }

    // MARK: Threads

    func testThreadsThatRaceGiveTheBitsOfTheBalancedTree() {
        for workers in [2, 5, 12] {
            let team = WorkerTeam(workerCount: workers, spinRounds: 20, launch: onThreads)
            let shards = 61
            // Scalar kernels: a sanitizer does not look at vectors.
            let reducer = GradientReducer(
                layout: layout, shards: shards, workers: workers, kernels: ReferenceKernels.self)
            let gradients = gradients(shards: shards, seed: 11)
            let expected = treeSum(gradients)
            let task = ClosureTask { [layout] shard, _ in
                let buffer = reducer.take()
                for index in 0..<layout.bufferCount { reducer.gradients(buffer)[index] = gradients[shard][index] }
                if shard % 3 == 0 { sched_yield() }
                reducer.deposit(shard: shard, buffer: buffer)
            }
            team.region {
                for _ in 0..<150 {
                    reducer.begin(shards: shards)
                    team.run(task, count: shards)
                    assertSum(reducer, expected, "\(workers) workers")
                }
            }
        }
    }
}
