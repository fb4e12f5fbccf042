/// The name that `word` was most likely meant to be, or nil when none is close.
///
/// Close means an edit distance of at most a third of the longer of the two (and always at least one): letters
/// inserted, deleted, replaced, or two neighbors swapped count one each; case counts nothing. The first of equals wins.
package func nearest(_ word: String, among names: [String]) -> String? {
    var best: (name: String, distance: Int)?
    for name in names {
        let distance = editDistance(word.lowercased(), name.lowercased())
        let longer = max(word.count, name.count)
        guard distance <= max(1, longer / 3), distance < longer else { continue }
        if distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
}

/// The optimal string alignment distance: Levenshtein's, with the transposition of two neighbors at a cost of one.
/// O(a·b) time, three rows of memory.
func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in a.indices {
        current[0] = i + 1
        for j in b.indices {
            let replaced = previous[j] + (a[i] == b[j] ? 0 : 1)
            current[j + 1] = min(replaced, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1)
            }
        }
        (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count]
}

/// `; did you mean 'outputs'?` or, when nothing is close, a full stop.
func suggestion(for word: String, among names: [String]) -> String {
    nearest(word, among: names).map { "; did you mean '\($0)'?" } ?? "."
}
