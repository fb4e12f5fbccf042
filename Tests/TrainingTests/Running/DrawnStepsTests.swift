import XCTest

@testable import Training

final class DrawnStepsTests: XCTestCase {
    /// Which of some steps are drawn, if all last as long and have as many spans.
    private func drawn(of count: Int, _ steps: DrawnSteps, nanoseconds: UInt64, spans: Int) -> [Int] {
        var steps = steps
        return (0..<count).filter { _ in
            guard steps.begin() else { return false }
            steps.end(nanoseconds: nanoseconds, spans: spans)
            return true
        }
    }

    func testStepsOfLongSpansAreAllDrawn() {
        XCTAssertEqual(drawn(of: 40, DrawnSteps(), nanoseconds: 80_000, spans: 40), Array(0..<40))
    }

    func testOfStepsOfShortSpansOneInSixteenIs() {
        XCTAssertEqual(drawn(of: 40, DrawnSteps(), nanoseconds: 79_999, spans: 40), [0, 16, 32])
    }

    func testAStepWithoutSpansSaysNothing() {
        XCTAssertEqual(drawn(of: 3, DrawnSteps(), nanoseconds: 10, spans: 0), [0, 1, 2])
    }

    func testNoneIsLeftOutWhereThatIsAskedFor() {
        XCTAssertEqual(drawn(of: 3, DrawnSteps(skipped: 0), nanoseconds: 10, spans: 10), [0, 1, 2])
    }
}
