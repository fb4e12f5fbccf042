/// Where the values of a plan and their gradients lie.
///
/// Time runs from -1 (the input is loaded) over the forward passes 0 ..< n and the loss at n to the backward pass of
/// operation i at 2n - i.
struct Placement {
    /// Whether operations' backward passes have anything to do, by operation.
    let runsBackward: [Bool]
    let arena: ArenaLayout
    /// Where in `arena` a value's activation lies, by value.
    let activationPlaces: [Int]
    /// Where in `arena` a value's gradient lies, by value; nil where it has none.
    let gradientPlaces: [Int?]

    init(_ program: Program) {
        let (operations, values) = (program.operations, program.values)
        let isTraining = program.mode == .training
        let end = operations.count
        let runsBackward = operations.map { operation in
            isTraining && operation.writes.contains { program.needsGradient[$0] }
        }

        // Values in one place have one owner: both ends of a fork, and where a backward pass works in place.
        var (activationOwners, gradientOwners) = (Array(values.indices), Array(values.indices))
        for operation in operations {
            if let shared = operation.gradientSharedWith { gradientOwners[operation.output] = gradientOwners[shared] }
            if let fork = operation as? ForkOperation {
                for id in fork.writes { activationOwners[id] = activationOwners[fork.input] }
            }
        }

        var places: [ArenaLayout.Place] = []
        var activationPlace = [Int?](repeating: nil, count: values.count)
        var gradientPlace = activationPlace
        func touch(_ owner: Value.ID, _ table: inout [Int?], bytes: Int, at time: Int) {
            if let place = table[owner] {
                places[place].firstUse = min(places[place].firstUse, time)
                places[place].lastUse = max(places[place].lastUse, time)
            } else {
                table[owner] = places.count
                places.append(.init(bytes: bytes, firstUse: time, lastUse: time))
            }
        }
        func touchActivation(_ id: Value.ID, at time: Int) {
            touch(activationOwners[id], &activationPlace, bytes: values[id].bytes, at: time)
        }
        func touchGradient(_ id: Value.ID, at time: Int) {
            guard isTraining, program.needsGradient[id] else { return }
            touch(gradientOwners[id], &gradientPlace, bytes: values[id].bytes, at: time)
        }
        touchActivation(program.input.id, at: -1)
        for (time, operation) in operations.enumerated() {
            for id in operation.reads + operation.writes {
                touchActivation(id, at: time)
                touchGradient(id, at: 2 * end - time)
            }
            for id in operation.notes { touchActivation(id, at: time) }
            if runsBackward[time] {
                for id in operation.savedForBackward { touchActivation(id, at: 2 * end - time) }
            }
        }
        touchActivation(program.output.id, at: end)
        touchGradient(program.output.id, at: end)
        self.runsBackward = runsBackward
        arena = ArenaLayout(places)
        activationPlaces = activationOwners.map { activationPlace[$0] ?? 0 }
        gradientPlaces = values.indices.map { program.needsGradient[$0] ? gradientPlace[gradientOwners[$0]] : nil }
    }
}
