/// What other data have to agree with, and on which road they come.
package struct DataReference: Sendable {
    package var contract: DataContract
    package var road: DataRoad
    /// For messages: `the network`, `train.h5`.
    package var name: String

    /// - Parameters:
    ///   - contract: that of a checkpoint, or of the train split. One without normalization leaves that to each file.
    package init(_ contract: DataContract, on road: DataRoad, name: String = "the network") {
        self.contract = contract
        self.road = road
        self.name = name
    }
}
