import TestSupport
import XCTest

@testable import Networks

final class ArenaLayoutTests: XCTestCase {
    private typealias Place = ArenaLayout.Place

    private func assertSound(
        _ places: [Place], _ layout: ArenaLayout, file: StaticString = #filePath, line: UInt = #line
    ) {
        for (a, first) in places.enumerated() where first.bytes > 0 {
            XCTAssertEqual(layout.offsets[a] % 64, 0, file: file, line: line)
            XCTAssertLessThanOrEqual(layout.offsets[a] + first.bytes, layout.bytes, file: file, line: line)
            for (b, second) in places.enumerated().dropFirst(a + 1) where second.bytes > 0 {
                let together = first.firstUse <= second.lastUse && second.firstUse <= first.lastUse
                let apart =
                    layout.offsets[a] + first.bytes <= layout.offsets[b]
                    || layout.offsets[b] + second.bytes <= layout.offsets[a]
                XCTAssertTrue(!together || apart, "\(first) and \(second) overlap", file: file, line: line)
            }
        }
    }

    func testPlacesAliveTogetherNeverOverlap() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            let places = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                let first = Int.random(in: -1...20, using: &random)
                return Place(
                    bytes: 4 * Int.random(in: 0...70, using: &random), firstUse: first,
                    lastUse: first + Int.random(in: 0...8, using: &random))
            }
            assertSound(places, ArenaLayout(places))
        }
    }

    func testAChainNeedsRoomForTwoNeighborsOnly() {
        let places = (0..<10).map { Place(bytes: 128, firstUse: $0, lastUse: $0 + 1) }
        XCTAssertEqual(ArenaLayout(places).bytes, 256)
    }

    func testPlacesThatMeetAtOneMomentAreAliveTogether() {
        let layout = ArenaLayout([
            Place(bytes: 64, firstUse: 0, lastUse: 3), Place(bytes: 64, firstUse: 3, lastUse: 5),
            Place(bytes: 64, firstUse: 4, lastUse: 5),
        ])
        XCTAssertNotEqual(layout.offsets[0], layout.offsets[1])
        XCTAssertEqual(layout.offsets[0], layout.offsets[2])
        XCTAssertEqual(layout.bytes, 128)
    }

    func testASmallPlaceFillsAGap() {
        let layout = ArenaLayout([
            Place(bytes: 256, firstUse: 0, lastUse: 1), Place(bytes: 192, firstUse: 0, lastUse: 5),
            Place(bytes: 128, firstUse: 2, lastUse: 5), Place(bytes: 64, firstUse: 2, lastUse: 5),
        ])
        XCTAssertEqual(layout.offsets, [0, 256, 0, 128])
        XCTAssertEqual(layout.bytes, 448)
    }

    func testWidthsAreRoundedUpToCacheLines() {
        let layout = ArenaLayout([
            Place(bytes: 4, firstUse: 0, lastUse: 0), Place(bytes: 68, firstUse: 0, lastUse: 0),
        ])
        XCTAssertEqual(layout.offsets, [128, 0])
        XCTAssertEqual(layout.bytes, 192)
        XCTAssertEqual(ArenaLayout([]).bytes, 0)
    }

    /// Each place among all that were given out before, by looking at each of them.
    private func offsetsByLookingAtAll(_ places: [Place]) -> [Int] {
        var offsets = [Int](repeating: 0, count: places.count)
        var placed: [Int] = []
        let order = places.indices.sorted {
            (places[$0].bytes, -places[$0].firstUse, -$0) > (places[$1].bytes, -places[$1].firstUse, -$1)
        }
        func rounded(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }
        for index in order where places[index].bytes > 0 {
            let place = places[index]
            let neighbors = placed.filter {
                places[$0].firstUse <= place.lastUse && place.firstUse <= places[$0].lastUse
            }.sorted { offsets[$0] < offsets[$1] }
            for neighbor in neighbors {
                if offsets[neighbor] >= offsets[index] + rounded(place.bytes) { break }
                offsets[index] = max(offsets[index], offsets[neighbor] + rounded(places[neighbor].bytes))
            }
            placed.append(index)
        }
        return offsets
    }

    func testEachPlaceIsTheLowestThatIsFreeWhileItLives() {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<300 {
            let places = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                let first = Int.random(in: -1...40, using: &random)
                return Place(
                    bytes: 4 * Int.random(in: 0...90, using: &random), firstUse: first,
                    lastUse: first + Int.random(in: 0...(Bool.random(using: &random) ? 40 : 3), using: &random))
            }
            XCTAssertEqual(ArenaLayout(places).offsets, offsetsByLookingAtAll(places))
        }
    }
}
