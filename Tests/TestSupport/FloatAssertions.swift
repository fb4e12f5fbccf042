import XCTest

/// The same number of floats, and the same bits in each.
package func assertSameBits(
    _ found: [Float], _ expected: [Float], _ message: @autoclosure () -> String = "",
    file: StaticString = #filePath, line: UInt = #line
) {
    guard found.count == expected.count else {
        return XCTFail("\(message()): \(found.count) floats, expected \(expected.count)", file: file, line: line)
    }
    guard let index = found.indices.first(where: { found[$0].bitPattern != expected[$0].bitPattern }) else { return }
    XCTFail("\(message()): [\(index)] is \(found[index]), expected \(expected[index])", file: file, line: line)
}

/// Each float within `tolerance · (1 + |expected|)` of what is expected. NaN is close to nothing.
package func assertClose(
    _ found: [Float], _ expected: [Double], tolerance: Double, _ message: @autoclosure () -> String = "",
    file: StaticString = #filePath, line: UInt = #line
) {
    guard found.count == expected.count else {
        return XCTFail("\(message()): \(found.count) floats, expected \(expected.count)", file: file, line: line)
    }
    let isOff = { abs(Double(found[$0]) - expected[$0]) <= tolerance * (1 + abs(expected[$0])) ? false : true }
    guard let index = found.indices.first(where: isOff) else { return }
    XCTFail("\(message()): [\(index)] is \(found[index]), expected \(expected[index])", file: file, line: line)
}
