import Foundation
import XCTest

@testable import Workers

/// Machines that are made up of files.
final class ProcessorTopologyTests: XCTestCase {
    private var root = ""

    override func setUpWithError() throws { root = NSTemporaryDirectory() + "topology-\(UUID().uuidString)" }
    override func tearDown() { try? FileManager.default.removeItem(atPath: root) }

    private func write(_ path: String, _ text: String) throws {
        let url = URL(fileURLWithPath: "\(root)/\(path)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data((text + "\n").utf8).write(to: url)
    }

    /// Cores of two threads as x86 servers number them: first one thread of each core, socket by socket, then the
    /// others.
    private func writeServer(sockets: Int = 2, cores: Int = 4, online: String? = nil) throws {
        let all = sockets * cores
        try write("cpu/online", online ?? "0-\(2 * all - 1)")
        try write("node/online", "0-\(sockets - 1)")
        for number in 0..<2 * all {
            try write("cpu/cpu\(number)/topology/thread_siblings_list", "\(number % all),\(number % all + all)")
        }
        for socket in 0..<sockets {
            let (first, last) = (socket * cores, (socket + 1) * cores - 1)
            try write("node/node\(socket)/cpulist", "\(first)-\(last),\(first + all)-\(last + all)")
        }
    }

    private func topology(_ allowed: [Int] = Array(0..<64)) throws -> ProcessorTopology {
        try ProcessorTopology(root: root, allowed: allowed)
    }

    func testOneThreadOfEachCoreComesFirstNodeByNodeThenTheOthers() throws {
        try writeServer()
        let topology = try topology()
        XCTAssertEqual(topology.placement, Array(0..<16))
        XCTAssertEqual(topology.cores, 8)
        XCTAssertEqual(topology.nodes, 2)
        XCTAssertEqual(topology.processors[13], .init(number: 13, core: 5, node: 1))
    }

    func testNeighborsThatShareACoreAreNotNeighborsInTheOrder() throws {
        // As virtual machines number them: 0 and 1 share a core; nodes take turns.
        try write("cpu/online", "0-7")
        try write("node/online", "0-1")
        try write("node/node0/cpulist", "0-1,4-5")
        try write("node/node1/cpulist", "2-3,6-7")
        for number in 0..<8 {
            try write("cpu/cpu\(number)/topology/thread_siblings_list", "\(number / 2 * 2)-\(number / 2 * 2 + 1)")
        }
        XCTAssertEqual(try topology().placement, [0, 4, 2, 6, 1, 5, 3, 7])
    }

    func testAMaskLeavesWhatItAllows() throws {
        try writeServer()
        XCTAssertEqual(
            try topology([1, 5, 9, 12]).placement, [1, 5, 12, 9], "9 shares a core with 1; 12 is alone on its")
        XCTAssertEqual(try topology([1, 5, 9, 12]).cores, 3)
        XCTAssertEqual(try topology([15]).placement, [15])
    }

    func testProcessorsThatAreOfflineAreLeftOut() throws {
        try writeServer(online: "0-2,4,8-9,15")
        try write("cpu/cpu15/topology/thread_siblings_list", "15")
        XCTAssertEqual(try topology().placement, [0, 1, 2, 4, 15, 8, 9])
    }

    func testWithoutNodesThereIsOne() throws {
        try writeServer()
        try FileManager.default.removeItem(atPath: root + "/node")
        XCTAssertEqual(try topology().nodes, 1)
        XCTAssertEqual(try topology().placement.prefix(8), Array(0..<8)[...])
    }

    func testANodeOfMemoryAloneIsFine() throws {
        try writeServer()
        try write("node/online", "0-2")
        try write("node/node2/cpulist", "")
        XCTAssertEqual(try topology().nodes, 2)
    }

    func testFilesThatAreMissingOrNonsenseAreNamed() throws {
        let files = ["cpu/online", "cpu/cpu3/topology/thread_siblings_list", "node/node1/cpulist", "node/online"]
        for file in files {
            for text in [
                "x", "3-1", "-1", "0-", ",", "0,,1", "99999999999999999999", "0-8192", "1-2-3", "0-9999999999",
            ] {
                try writeServer()
                try write(file, text)
                XCTAssertThrowsError(try topology(), "\(file): \(text)") { error in
                    XCTAssertTrue("\(error)".hasPrefix("--pin: \(root)/\(file): expected"), "\(error)")
                }
            }
            guard file != "node/online" else { continue }
            try FileManager.default.removeItem(atPath: "\(root)/\(file)")
            XCTAssertThrowsError(try topology(), file) { error in
                XCTAssertTrue("\(error)".contains("\(file) cannot be read"), "\(error)")
            }
        }
        XCTAssertThrowsError(try ProcessorTopology(root: root + "/absent", allowed: [0]))
    }

    func testAMaskWithNothingOnlineIsAnError() throws {
        try writeServer(online: "0-3")
        XCTAssertThrowsError(try topology([5])) { error in
            XCTAssertTrue("\(error)".contains("none of the processors"), "\(error)")
        }
    }

    func testACoreThatDoesNotHaveItsOwnThreadIsAnError() throws {
        try writeServer()
        try write("cpu/cpu3/topology/thread_siblings_list", "4-5")
        XCTAssertThrowsError(try topology()) { XCTAssertTrue("\($0)".contains("expected a list with 3"), "\($0)") }
    }
}
