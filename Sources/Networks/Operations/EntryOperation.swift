/// Marks where a value goes into a network within a layer. It is in no plan: the compiler takes it for the place of all
/// that read the value within that network, and leaves it out.
struct EntryOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID

    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) {}
    func backward(_ frame: Frame) {}
}
