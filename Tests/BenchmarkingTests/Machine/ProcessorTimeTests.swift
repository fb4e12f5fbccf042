import XCTest

@testable import Benchmarking

final class ProcessorTimeTests: XCTestCase {
    private func time(_ line: String, own: Double) throws -> ProcessorTime {
        try XCTUnwrap(ProcessorTime(parsing: line + "\ncpu0 1 2 3", own: own, ticksPerSecond: 100))
    }

    func testOthersAreWhatIsBusyWithoutThisProcess() throws {
        // user nice system idle iowait irq softirq steal guest
        let before = try time("cpu  1000 0 500 8000 100 0 0 50 0 0", own: 2)
        let after = try time("cpu  1200 20 560 8200 100 10 10 150 0 0", own: 4)
        XCTAssertEqual(after.total - before.total, 6, accuracy: 1e-9)
        let shares = before.shares(until: after, cores: 2)
        XCTAssertEqual(shares.others, 1.0 / 6, accuracy: 1e-9)
        XCTAssertEqual(shares.stolen, 1.0 / 6, accuracy: 1e-9)
        XCTAssertEqual(shares.cores, 2.0 / 3, accuracy: 1e-9)
    }

    func testSharesOfASpanShorterThanATickAreNone() throws {
        let moment = try time("cpu  1000 0 500 8000 100 0 0 50", own: 2)
        let shares = moment.shares(until: try time("cpu  1000 0 500 8000 100 0 0 50", own: 2.001), cores: 2)
        XCTAssertEqual(shares, ProcessorTime.Shares(others: 0, stolen: 0, cores: 0))
    }

    func testAnotherTextIsNone() {
        for text in ["", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 3", "cpu  a b c d e f g h"] {
            XCTAssertNil(ProcessorTime(parsing: text, own: 0, ticksPerSecond: 100), text)
        }
    }
}

final class MachineDescriptionTests: XCTestCase {
    func testAProcessorHasItsNameWhereTheSystemGivesOne() {
        let text = "processor\t: 0\nmodel\t\t: 1\nmodel name\t: Fake 9000 @ 1: 2\nprocessor\t: 1\nmodel name\t: Other\n"
        XCTAssertEqual(MachineDescription.processorName(text), "Fake 9000 @ 1: 2")
    }

    func testAnArmProcessorHasNumbers() {
        let text = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"
        XCTAssertEqual(MachineDescription.processorName(text), "Arm implementer 0x41, part 0xd0c")
        XCTAssertNil(MachineDescription.processorName(""))
    }
}
