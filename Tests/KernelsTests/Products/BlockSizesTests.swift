import KernelBodies
import XCTest

final class BlockSizesTests: XCTestCase {
    private func blocks(level2: Int, level3: Int = 32 << 20, nr: Int = 16) -> BlockSizes {
        BlockSizes(caches: CacheSizes(level2: level2, level3: level3), nr: nr)
    }

    func testAPanelOfBTakesAnEighthAndABlockOfAHalfOfTheSecondLevel() {
        for (level2, kc, mc) in [(256 << 10, 512, 64), (512 << 10, 1024, 64), (1 << 20, 1024, 128)] {
            XCTAssertEqual(blocks(level2: level2).kc, kc)
            XCTAssertEqual(blocks(level2: level2).aCount / kc, mc)
        }
        XCTAssertEqual(blocks(level2: 512 << 10, nr: 32).kc, 512)
    }

    func testABlockOfBIsWholePanelsInAQuarterOfTheThirdLevel() {
        for nr in [16, 32] {
            for level3 in [0, 3_000_000, 32 << 20] {
                let sizes = blocks(level2: 512 << 10, level3: level3, nr: nr)
                XCTAssertEqual(sizes.nc % nr, 0)
                XCTAssertGreaterThanOrEqual(sizes.nc, 8 * nr)
                let bytes = sizes.nc * sizes.kc * 4
                XCTAssert(bytes <= max(level3, 2 << 20) / 4 || sizes.nc == 8 * nr, "\(sizes)")
            }
        }
    }

    func testSizesOutOfRangeCountAsTheNearestInIt() {
        XCTAssertEqual(CacheSizes(level2: 0, level3: -1), CacheSizes(level2: 256 << 10, level3: 2 << 20))
        XCTAssertEqual(CacheSizes(level2: 1 << 40, level3: 1 << 40), CacheSizes(level2: 4 << 20, level3: 64 << 20))
        XCTAssertGreaterThan(blocks(level2: 0, level3: 0).nc, 0)
    }
}
