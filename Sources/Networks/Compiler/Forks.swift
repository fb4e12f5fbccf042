extension Program {
    /// Puts values of their own in the place of each that several operations read, and forks that make them of it,
    /// before the first of the readers. A gradient then has one writer, and no operation needs to know who else reads
    /// its input.
    ///
    /// The readers are the operations in order, and of one operation its places in order, with the loss as the reader
    /// of the output; but a network within a layer is one reader, which has forks of its own if more than one of its
    /// operations read the value. Gradients are added from the last reader to the first. So the bits of a gradient
    /// depend on how layers are nested.
    mutating func insertForks() {
        var readers = [Int](repeating: 0, count: values.count)
        for operation in operations {
            for id in operation.reads { readers[id] += 1 }
        }
        readers[output.id] += 1
        /// What a value is under: itself, but for the input of a network, which is what goes in there.
        var origins = Array(values.indices)
        /// The values that the readers to come get, the next one last.
        var parts: [Value.ID: [Value.ID]] = [:]
        let graph = operations
        operations = []
        operations.reserveCapacity(graph.count)

        func part(of id: Value.ID, layer: String) -> Value.ID {
            guard readers[id] > 1 else { return origins[id] }
            if parts[id] == nil { parts[id] = fork(origins[id], readers: readers[id], layer: layer).reversed() }
            return parts[id]!.removeLast()
        }
        for var operation in graph {
            operation.reads = operation.reads.map { part(of: $0, layer: operation.layer) }
            if let entry = operation as? EntryOperation {
                origins[entry.output] = entry.input
            } else {
                operations.append(operation)
            }
        }
        output = Value(
            id: part(of: output.id, layer: operations.last?.layer ?? ""), shape: output.shape,
            elementType: output.elementType)
    }

    /// As many values in place of one as there are readers.
    private mutating func fork(_ input: Value.ID, readers: Int, layer: String) -> [Value.ID] {
        let count = values[input].shape.count
        var (outputs, rest): ([Value.ID], Value.ID) = ([], input)
        for _ in 1..<readers {
            let (first, second) = (value(like: input), value(like: input))
            operations.append(
                ForkOperation(layer: layer, input: rest, output: first, second: second, count: count))
            outputs.append(first)
            rest = second
        }
        return outputs + [rest]
    }
}
