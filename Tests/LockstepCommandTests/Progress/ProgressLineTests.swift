import XCTest

@testable import LockstepCommand

final class ProgressLineTests: XCTestCase {
    private var line = ProgressLine(
        epoch: 3, epochs: 15, step: 1234, lastStep: 3525, loss: 0.34567, samplesPerSecond: 61234.4, secondsLeft: 75)

    func testAWideWindowShowsEverything() {
        XCTAssertEqual(
            line.text(columns: 120),
            "epoch 3/15  [==========>                   ]  step 1,234/3,525  loss 0.34567  61,234 samples/s  1:15 min left"
        )
    }

    func testEveryWidthIsKeptAndShowsTheStepAsLongAsItFits() {
        for columns in 0...150 {
            let text = line.text(columns: columns)
            XCTAssertLessThanOrEqual(text.count, columns)
            XCTAssertTrue(text.utf8.allSatisfy { $0 >= 32 && $0 < 127 }, text)
            if columns >= 16 { XCTAssertTrue(text.contains("step 1,234/3,525"), text) }
        }
    }

    func testPartsGoInOrderOfImportance() {
        XCTAssertEqual(line.text(columns: 48), "step 1,234/3,525  loss 0.34567  1:15 min left")
        XCTAssertEqual(line.text(columns: 40), "step 1,234/3,525  1:15 min left")
        XCTAssertEqual(line.text(columns: 20), "step 1,234/3,525")
        XCTAssertEqual(line.text(columns: 7), "step 1,")
    }

    func testTheBarIsEmptyAtTheStartAndFullAtTheEnd() {
        line.step = 0
        XCTAssertTrue(line.text(columns: 100).contains("[>   "))
        line.step = line.lastStep
        XCTAssertTrue(line.text(columns: 100).contains("=]"))
        XCTAssertFalse(line.text(columns: 100).contains(">"))
    }

    func testNumbersThatAreNoneDoNotBreakTheLine() {
        line.loss = .nan
        line.samplesPerSecond = .infinity
        line.secondsLeft = .infinity
        line.lastStep = 0
        XCTAssertTrue(line.text(columns: 120).contains("loss nan  ? samples/s  ? left"), line.text(columns: 120))
    }
}
