import StrictCoding
import XCTest
import Yams

@testable import Networks

final class LayerKindsTests: XCTestCase {
    private let kinds = LayerKinds.standard.adding([Barrier.self])

    /// From YAML, which is JSON too, and from JSON.
    private func decode(_ json: String, _ kinds: LayerKinds?) throws -> [Network] {
        let userInfo: [CodingUserInfoKey: any Sendable] = kinds.map { [.layerKinds: $0] } ?? [:]
        let decoder = JSONDecoder()
        decoder.userInfo = userInfo
        return [
            try strictly { try YAMLDecoder().decode(Network.self, from: json, userInfo: userInfo) },
            try strictly { try decoder.decode(Network.self, from: Data(json.utf8)) },
        ]
    }

    func testKindsReachTheLayersWithinLayers() throws {
        let json = """
            ["barrier", {"residual": {"layers": ["barrier", {"residual": ["barrier"]}], "projection": ["barrier"]}},
             {"concatenate": [["relu"], ["barrier", {"concatenate": [["barrier"], []]}]]}]
            """
        let expected = Network {
            Barrier()
            Residual {
                Barrier()
                Residual { Barrier() }
            } projection: {
                Barrier()
            }
            Concatenate(
                Network { ReLU() },
                Network {
                    Barrier()
                    Concatenate(Network { Barrier() }, Network {})
                })
        }
        XCTAssertEqual(try decode(json, kinds), [expected, expected])
    }

    func testAKindThatIsNotHandedInIsUnknown() {
        for kinds in [nil, LayerKinds.standard] {
            XCTAssertThrowsError(try decode(#"[{"residual": ["barrier"]}]"#, kinds)) {
                XCTAssertEqual(
                    "\($0)",
                    "[0].residual[0]: unknown layer 'barrier'. Choose from: "
                        + LayerKinds.standard.names.joined(separator: ", "))
            }
        }
    }

    func testAMisspeltKindIsLookedForAmongThoseHandedIn() {
        XCTAssertThrowsError(try decode(#"["bariers"]"#, kinds)) {
            XCTAssertEqual(
                "\($0)",
                "[0]: unknown layer 'bariers'; did you mean 'barrier'? Choose from: "
                    + (LayerKinds.standard.names + ["barrier"]).joined(separator: ", "))
        }
        XCTAssertThrowsError(try decode(#"["linear"]"#, LayerKinds([ReLU.self]))) {
            XCTAssertEqual("\($0)", "[0]: unknown layer 'linear'. Choose from: relu")
        }
    }
}
