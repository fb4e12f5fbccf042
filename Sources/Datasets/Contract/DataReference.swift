/// What other data have to agree with, and on which road they come.
public struct DataReference: Sendable {
    public var contract: DataContract
    public var road: DataRoad
    /// For messages: `the network`, `train.h5`.
    public var name: String

    /// - Parameters:
    ///   - contract: that of a checkpoint, or of the train split. One without normalization leaves that to each file.
    public init(_ contract: DataContract, on road: DataRoad, name: String = "the network") {
        self.contract = contract
        self.road = road
        self.name = name
    }
}
