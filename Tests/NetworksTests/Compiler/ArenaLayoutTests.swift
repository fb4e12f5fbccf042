import TestSupport
import XCTest

@testable import Networks

final class ArenaLayoutTests: XCTestCase {
    private typealias Place = ArenaLayout.Place

    private func assertSound(
        _ places: [Place], _ layout: ArenaLayout, file: StaticString = #filePath, line: UInt = #line
    ) {
        for (a, first) in places.enumerated() where first.width > 0 {
            XCTAssertEqual(layout.offsets[a] % 16, 0, file: file, line: line)
            XCTAssertLessThanOrEqual(layout.offsets[a] + first.width, layout.width, file: file, line: line)
            for (b, second) in places.enumerated().dropFirst(a + 1) where second.width > 0 {
                let together = first.firstUse <= second.lastUse && second.firstUse <= first.lastUse
                let apart =
                    layout.offsets[a] + first.width <= layout.offsets[b]
                    || layout.offsets[b] + second.width <= layout.offsets[a]
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
                    width: Int.random(in: 0...70, using: &random), firstUse: first,
                    lastUse: first + Int.random(in: 0...8, using: &random))
            }
            assertSound(places, ArenaLayout(places))
        }
    }

    func testAChainNeedsRoomForTwoNeighborsOnly() {
        let places = (0..<10).map { Place(width: 32, firstUse: $0, lastUse: $0 + 1) }
        XCTAssertEqual(ArenaLayout(places).width, 64)
    }

    func testPlacesThatMeetAtOneMomentAreAliveTogether() {
        let layout = ArenaLayout([
            Place(width: 16, firstUse: 0, lastUse: 3), Place(width: 16, firstUse: 3, lastUse: 5),
            Place(width: 16, firstUse: 4, lastUse: 5),
        ])
        XCTAssertNotEqual(layout.offsets[0], layout.offsets[1])
        XCTAssertEqual(layout.offsets[0], layout.offsets[2])
        XCTAssertEqual(layout.width, 32)
    }

    func testASmallPlaceFillsAGap() {
        let layout = ArenaLayout([
            Place(width: 64, firstUse: 0, lastUse: 1), Place(width: 48, firstUse: 0, lastUse: 5),
            Place(width: 32, firstUse: 2, lastUse: 5), Place(width: 16, firstUse: 2, lastUse: 5),
        ])
        XCTAssertEqual(layout.offsets, [0, 64, 0, 32])
        XCTAssertEqual(layout.width, 112)
    }

    func testWidthsAreRoundedUpToCacheLines() {
        let layout = ArenaLayout([
            Place(width: 1, firstUse: 0, lastUse: 0), Place(width: 17, firstUse: 0, lastUse: 0),
        ])
        XCTAssertEqual(layout.offsets, [32, 0])
        XCTAssertEqual(layout.width, 48)
        XCTAssertEqual(ArenaLayout([]).width, 0)
    }
}
