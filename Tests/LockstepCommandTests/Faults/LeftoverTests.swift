import DurableFiles
import Foundation
import XCTest

/// What imports and conversions that were killed have left goes at the next, and what a living one makes stays.
final class LeftoverTests: CommandTestCase {
    func testLeftoversGoAtTheNextThatMakesTheSameFile() throws {
        try TestData.write(path("data.h5"))
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nbatchSize: 10\nepochs: 1\n", to: "run.yaml")
        XCTAssertEqual(try lockstep("train", "run.yaml", "--run", "run", "--quiet").status, 0)
        try write("a,b,y\n1,2,0\n3,4,1\n5,6,0\n", to: "a.csv")
        let commands = [
            ["import", "csv", "a.csv", "--output", "new.h5"], ["convert", "data.h5", "--output", "new.h5"],
            ["predict", "run/checkpoints/best.h5", "--dataset", "data.h5", "--output", "new.h5"],
        ]
        for command in commands {
            // Killed in the middle, by the fault of a rename that never comes.
            let environment = [
                "LD_PRELOAD": try Faults.build(in: directory), "FAULTS": "renameat2=22,link=1,kill=1",
            ]
            XCTAssertEqual(try lockstep(command, environment: environment).status, 99)
            try? FileManager.default.removeItem(atPath: path("new.h5"))
            XCTAssertEqual(try files().filter { $0.hasPrefix(".new.h5.") }.count, 1, command[0])
            try write("of somebody else", to: ".other.h5.1a.tmp")
            let next = try lockstep(command)
            XCTAssertEqual(next.status, 0, next.errors)
            XCTAssertEqual(try files().filter { $0.hasPrefix(".") }, [".other.h5.1a.tmp"], command[0])
            try FileManager.default.removeItem(atPath: path("new.h5"))
        }
    }

    func testWhatALivingOneMakesStays() throws {
        let file = DurableFile(path("new.h5"))
        try file.write { temporary in
            try write("half", to: String(temporary.dropFirst(directory.count + 1)))
            DurableFile(path("new.h5")).removeLeftovers()
            XCTAssertTrue(FileManager.default.fileExists(atPath: temporary))
        }
        try write("half", to: ".new.h5.1a.tmp")
        file.removeLeftovers()
        XCTAssertEqual(try files(), ["new.h5"])
    }
}
