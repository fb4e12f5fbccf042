import Checkpoints
import Datasets

extension Checkpoint {
    /// What other data have to agree with to come to its network on a road. One from before checkpoints kept it knows
    /// the shape of inputs and the names of classes.
    package func reference(on road: DataRoad) -> DataReference {
        DataReference(data ?? DataContract(inputShape: inputShape, classNames: classNames), on: road)
    }
}
