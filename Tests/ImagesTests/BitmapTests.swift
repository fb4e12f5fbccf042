import XCTest

@testable import Images

final class BitmapTests: XCTestCase {
    private let white = Bitmap.Color(gray: 255)
    private let black = Bitmap.Color(gray: 0)

    func testRectanglesAreCutAtTheBorder() {
        var bitmap = Bitmap(width: 3, height: 2, color: white)
        bitmap.fill(x: -1, y: 1, width: 3, height: 9, black)
        bitmap.fill(x: 5, y: -5, width: 3, height: 2, black)
        XCTAssertEqual(
            (0..<2).map { y in (0..<3).map { bitmap[$0, y] == black } }, [[false, false, false], [true, true, false]])
    }

    func testTextIsDrawnAndCutAtTheBorder() {
        var bitmap = Bitmap(width: 9, height: 8, color: white)
        bitmap.draw("Tg", x: 0, y: 0, black)
        let lines = (0..<8).map { y in String((0..<9).map { bitmap[$0, y] == black ? "#" : "." }) }
        XCTAssertEqual(
            lines,
            [
                "#####....", "..#......", "..#....##", "..#...#..", "..#...#..", "..#....##", "..#......", ".......##",
            ])
    }

    func testEveryPrintableCharacterIsAPictureOfItsOwn() {
        var seen: [[UInt8]: Character] = [:]
        let characters = (32..<127).map { Character(UnicodeScalar($0)) }.filter { !"$\\^`{|}".contains($0) }
        for character in characters + ["…", "\u{4E00}"] {
            let rows = Glyphs.rows(of: character)
            XCTAssertEqual(rows.count, Glyphs.height)
            XCTAssertNil(seen.updateValue(character, forKey: rows), "\(character)")
        }
        XCTAssertEqual(Glyphs.rows(of: "$"), Glyphs.rows(of: "\u{4E00}"), "a box for all others")
    }
}
