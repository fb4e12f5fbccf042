/// The x ≥ 0 that minimizes |A·x - b|², for a handful of unknowns.
///
/// At the minimum some unknowns are 0 and the others solve the plain least-squares problem of their columns. With so
/// few of them every choice is tried, and the best of those without a negative number is the minimum.
///
/// - Parameters:
///   - rows: those of A, as long as there are unknowns; at least one.
///   - values: b.
/// - Returns: x, or nil when no choice of columns has one solution.
func nonnegativeLeastSquares(rows: [[Double]], values: [Double]) -> [Double]? {
    let unknowns = rows[0].count
    var best: (solution: [Double], error: Double)?
    for choice in 1..<(1 << unknowns) {
        let columns = (0..<unknowns).filter { choice >> $0 & 1 == 1 }
        guard columns.count <= rows.count, let part = leastSquares(rows.map { row in columns.map { row[$0] } }, values),
            part.allSatisfy({ $0 >= 0 })
        else { continue }
        var solution = [Double](repeating: 0, count: unknowns)
        for (column, value) in zip(columns, part) { solution[column] = value }
        let error = zip(rows, values).reduce(0) { sum, equation in
            let residual = zip(equation.0, solution).reduce(-equation.1) { $0 + $1.0 * $1.1 }
            return sum + residual * residual
        }
        // An exact tie goes to the fewer unknowns, which come first.
        if error < (best?.error ?? .infinity) { best = (solution, error) }
    }
    return best?.solution
}

/// Least squares by the normal equations of columns scaled to length 1, solved by elimination with pivots.
private func leastSquares(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    let count = rows[0].count
    let lengths = (0..<count).map { column in rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot() }
    guard lengths.allSatisfy({ $0 > 0 }) else { return nil }
    var system = (0..<count).map { i in
        (0..<count).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } / (lengths[i] * lengths[j]) }
            + [zip(rows, values).reduce(0) { $0 + $1.0[i] * $1.1 } / lengths[i]]
    }
    for step in 0..<count {
        let pivot = (step..<count).max { system[$0][step].magnitude < system[$1][step].magnitude }!
        // Columns that depend on each other up to rounding.
        guard system[pivot][step].magnitude > 1e-12 else { return nil }
        system.swapAt(step, pivot)
        for row in step + 1..<count {
            let factor = system[row][step] / system[step][step]
            for column in step...count { system[row][column] -= factor * system[step][column] }
        }
    }
    var solution = [Double](repeating: 0, count: count)
    for row in (0..<count).reversed() {
        let known = (row + 1..<count).reduce(0) { $0 + system[row][$1] * solution[$1] }
        solution[row] = (system[row][count] - known) / system[row][row]
    }
    return (0..<count).map { solution[$0] / lengths[$0] }
}
