import HDF5
import TestSupport
import XCTest

final class HDF5GroupTests: HDF5TestCase {
    func testChildrenAreListedInOrderOfNames() throws {
        try withNewFile(path("a.h5")) { file in
            let root = try file.root
            try root.createGroup("b/c")
            try root.write("a", [1])
            XCTAssertEqual(try root.children().map(\.name), ["a", "b"])
            XCTAssertEqual(try root.children().map(\.kind), [.dataset, .group])
            XCTAssertEqual(try root.group("b").children().map(\.name), ["c"])
        }
    }

    func testPathsAreRelativeToTheGroup() throws {
        try withNewFile(path("a.h5")) { file in
            let group = try file.root.createGroup("outer")
            try group.write("inner/x", [1, 2])
            XCTAssertEqual(try group.dataset("inner/x").path, "/outer/inner/x")
            XCTAssertEqual(try file.root.dataset("/outer/./inner//x").read(as: Int.self), [1, 2])
            XCTAssertTrue(try group.contains("inner/x"))
            XCTAssertFalse(try group.contains("inner/x/y"))
            XCTAssertFalse(try group.contains("outer"))
        }
    }

    func testAMissingObjectIsNamedWithWhatIsThere() throws {
        try withNewFile(path("a.h5")) { file in
            let root = try file.root
            try root.write("images/train", [1])
            try root.write("images/test", [1])
            assertThrows(.notFound, "a.h5: /images/x", "/images holds: test, train") { try root.dataset("images/x") }
            assertThrows(.notFound, "/nowhere/x", "The group / holds: images") { try root.group("nowhere/x") }
        }
    }

    func testAnEmptyFileSaysThatItIsEmpty() throws {
        try withNewFile(path("a.h5")) { file in
            assertThrows(.notFound, "The group / is empty") { try file.root.dataset("x_train") }
        }
    }

    func testAGroupIsNoDataSetAndTheReverse() throws {
        try withNewFile(path("a.h5")) { file in
            let root = try file.root
            try root.write("g/x", [1])
            assertThrows(.mismatch, "expected a data set, found a group") { try root.dataset("g") }
            assertThrows(.mismatch, "expected a group, found a data set") { try root.group("g/x") }
        }
    }

    func testANameIsNotUsedTwice() throws {
        try withNewFile(path("a.h5")) { file in
            let root = try file.root
            try root.write("x", [1])
            assertThrows(.exists, "/x") { try root.write("x", [2]) }
            assertThrows(.exists, "/x") { try root.createGroup("x") }
            assertThrows(.misuse, "name") { try root.createGroup("/") }
        }
    }

    func testNamesInUnicodeSurvive() throws {
        try withNewFile(path("a.h5")) { try $0.root.write("größe/数", [1]) }
        XCTAssertEqual(try python("print(list(h5py.File(sys.argv[1])['größe']))", path("a.h5")), "['数']")
        try withFile(path("a.h5")) { file in
            XCTAssertEqual(try file.root.group("größe").children().map(\.name), ["数"])
        }
    }

    func testAWalkListsEverythingOnce() throws {
        try python(
            """
            f = h5py.File(sys.argv[1], 'w')
            f['a/b/x'] = 1
            f['a/b/up'] = f['a']
            f['again'] = f['a/b']
            f['soft'] = h5py.SoftLink('/a/b/x')
            f['far'] = h5py.ExternalLink('other.h5', '/x')
            f['kind'] = np.dtype('f4')
            """, path("a.h5"))
        try withFile(path("a.h5")) { file in
            let entries = try file.root.walk()
            XCTAssertEqual(
                entries.map(\.path), ["/a", "/a/b", "/a/b/up", "/a/b/x", "/again", "/far", "/kind", "/soft"])
            XCTAssertEqual(entries.map(\.depth), [0, 1, 2, 2, 0, 0, 0, 0])
            XCTAssertEqual(
                entries.suffix(3).map(\.kind),
                [.externalLink(file: "other.h5", target: "/x"), .namedType, .softLink(target: "/a/b/x")])
        }
    }
}
