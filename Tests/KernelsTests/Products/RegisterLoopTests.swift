import Kernels
import XCTest

final class RegisterLoopTests: XCTestCase {
    func testEachFloatIsAChainOfMultiplyAdds() {
        let (a, b): (Float, Float) = (1.1, 0.3)
        for kernels in availableKernels() + [ReferenceKernels.self] {
            let count = kernels.multiplyAddCount
            let x = AlignedBuffer(count: count + 1)
            x.pointer[count] = .nan
            for i in 0..<count { x.pointer[i] = Float(i) }
            for rounds in [0, 1, 7] {
                var expected = (0..<count).map { x.pointer[$0] }
                for _ in 0..<rounds { for i in 0..<count { expected[i].addProduct(a, b) } }
                kernels.multiplyAdd(a, b, into: x.pointer, rounds: rounds)
                XCTAssertEqual((0..<count).map { x.pointer[$0] }, expected, "\(kernels.name), \(rounds) rounds")
            }
            XCTAssertTrue(x.pointer[count].isNaN, kernels.name)
        }
    }
}
