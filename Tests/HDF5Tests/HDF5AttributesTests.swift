import HDF5
import TestSupport
import XCTest

final class HDF5AttributesTests: HDF5TestCase {
    /// Writes attributes on the root of a file, and reads them from the closed file.
    private func roundTrip(
        _ write: (HDF5Attributes) throws -> Void, _ read: (HDF5Attributes) throws -> Void
    ) throws {
        try withNewFile(path("a.h5")) { try write(try $0.root.attributes) }
        try withFile(path("a.h5")) { try read(try $0.root.attributes) }
    }

    func testNumbersComeBack() throws {
        try roundTrip {
            try $0.set("step", 1234)
            try $0.set("seed", UInt64.max)
            try $0.set("rate", 0.1)
            try $0.set("single", Float(0.5))
            try $0.set("shape", [28, 28])
            try $0.set("weights", [Float(1), 2.5])
            try $0.set("none", [Int]())
        } _: {
            XCTAssertEqual(try $0.integer("step"), 1234)
            XCTAssertEqual(try $0.integer("seed", as: UInt64.self), .max)
            XCTAssertEqual(try $0.number("rate"), 0.1)
            XCTAssertEqual(try $0.number("single"), 0.5)
            XCTAssertEqual(try $0.number("step"), 1234)
            XCTAssertEqual(try $0.integers("shape"), [28, 28])
            XCTAssertEqual(try $0.numbers("weights"), [1, 2.5])
            XCTAssertEqual(try $0.integers("none"), [])
        }
    }

    func testStringsAndBooleansComeBack() throws {
        try roundTrip {
            try $0.set("text", "grüße, 数")
            try $0.set("empty", "")
            try $0.set("names", ["T-shirt/top", "", "größe"])
            try $0.set("none", [String]())
            try $0.setFixed("fixed", "0123456789abcdef")
            try $0.setFixed("fixedEmpty", "")
            try $0.setFixed("fixedNames", ["a", "größe", ""])
            try $0.setFixed("fixedNone", [])
            try $0.set("yes", true)
            try $0.set("no", false)
        } _: {
            XCTAssertEqual(try $0.string("text"), "grüße, 数")
            XCTAssertEqual(try $0.string("empty"), "")
            XCTAssertEqual(try $0.strings("names"), ["T-shirt/top", "", "größe"])
            XCTAssertEqual(try $0.strings("none"), [])
            XCTAssertEqual(try $0.string("fixed"), "0123456789abcdef")
            XCTAssertEqual(try $0.string("fixedEmpty"), "")
            XCTAssertEqual(try $0.strings("fixedNames"), ["a", "größe", ""])
            XCTAssertEqual(try $0.strings("fixedNone"), [])
            XCTAssertEqual(try $0.boolean("yes"), true)
            XCTAssertEqual(try $0.boolean("no"), false)
        }
    }

    func testALargeAttributeComesBack() throws {
        let text = String(repeating: "a line of configuration\n", count: 10_000)
        let numbers = [Int](0..<20_000)
        try roundTrip {
            try $0.set("text", text)
            try $0.setFixed("fixed", text)
            try $0.set("numbers", numbers)
        } _: {
            XCTAssertEqual(try $0.string("text"), text)
            XCTAssertEqual(try $0.string("fixed"), text)
            XCTAssertEqual(try $0.integers("numbers"), numbers)
        }
    }

    func testADataSetCarriesAttributes() throws {
        try withNewFile(path("a.h5")) { file in
            try file.root.write("x", [1])
            try file.root.dataset("x").attributes.set("unit", "pixel")
            XCTAssertEqual(try file.root.dataset("x").attributes.string("unit"), "pixel")
            XCTAssertEqual(try file.root.attributes.names(), [])
        }
    }

    func testNamesAreListedInOrder() throws {
        try roundTrip {
            for name in ["b", "a", "größe", "c"] { try $0.set(name, 1) }
        } _: {
            XCTAssertEqual(try $0.names(), ["a", "b", "c", "größe"])
            XCTAssertTrue(try $0.contains("b"))
        }
    }

    func testAnAbsentAttributeIsNil() throws {
        try roundTrip { _ in
        } _: {
            XCTAssertNil(try $0.integer("x"))
            XCTAssertNil(try $0.string("x"))
            XCTAssertNil(try $0.attribute("x"))
            XCTAssertFalse(try $0.contains("x"))
        }
    }

    func testAnotherKindOrShapeIsRefusedWithBothNamed() throws {
        try roundTrip {
            try $0.set("text", "abc")
            try $0.set("pair", [1, 2])
            try $0.set("large", Int.max)
            try $0.set("half", 0.5)
        } _: { attributes in
            assertThrows(.mismatch, "/@text", "expected integers", "found string", "abc") {
                try attributes.integer("text")
            }
            assertThrows(.mismatch, "/@pair", "expected a single value", "[1, 2]") { try attributes.integer("pair") }
            assertThrows(.mismatch, "at most 127") { try attributes.integer("large", as: Int8.self) }
            assertThrows(.mismatch, "expected integers", "0.5") { try attributes.integer("half") }
            assertThrows(.mismatch, "expected a string") { try attributes.string("half") }
            assertThrows(.mismatch, "expected a bool") { try attributes.boolean("half") }
        }
    }

    func testAnAttributeIsNotReplaced() throws {
        try withNewFile(path("a.h5")) { file in
            let attributes = try file.root.attributes
            try attributes.set("step", 1)
            assertThrows(.exists, "/@step") { try attributes.set("step", 2) }
            XCTAssertEqual(try attributes.integer("step"), 1)
        }
    }

    func testAStringWithAZeroByteIsRefused() throws {
        try withNewFile(path("a.h5")) { file in
            assertThrows(.misuse, "zero byte") { try file.root.attributes.set("text", "a\0b") }
            assertThrows(.misuse, "zero byte") { try file.root.attributes.setFixed("text", "a\0b") }
        }
    }
}
