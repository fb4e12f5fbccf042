import Training

/// The epochs of a run as lines of a table, which fit a window of 80 columns and leave its last one free.
///
///                  training            validation
///     epoch  step       loss  accuracy        loss  accuracy  samples/s
///      1/20    40     1.7891    46.54%     0.93623    86.11%     21,904  best
///
/// Where room is short, the speed goes first, which `metrics.csv` has, then the name of the output with the least R².
struct EpochTable {
    private static let mostColumns = 79
    private static let longestName = 24
    private static let shortestName = 8

    private let epochs: String
    private let lastStep: String
    private var titles: [String] = []

    /// - Parameters:
    ///   - epochs: of the whole run; numbers are as wide as this one, so that lines of a run stand in columns.
    ///   - lastStep: of the run, likewise.
    init(epochs: Int, lastStep: Int) {
        self.epochs = "\(epochs)"
        self.lastStep = lastStep.grouped
    }

    /// The line of an epoch, below the titles where these are not what was shown last.
    mutating func lines(for report: EpochReport) -> [String] {
        let columns = fitting(columns(of: report))
        let titles = [line(columns.map { $0.cell($0.group) }), line(columns.map { $0.cell($0.title) })]
        defer { self.titles = titles }
        return (titles == self.titles ? [] : titles) + [line(columns.map { $0.cell($0.text) })]
    }

    private func columns(of report: EpochReport) -> [Column] {
        let epoch = "\(report.epoch)".leftPadded(to: epochs.count) + "/\(epochs)"
        var columns = [
            Column("epoch", epoch, width: 2 * epochs.count + 1),
            Column("step", report.step.grouped, width: lastStep.count),
            Column("loss", report.trainingLoss.brief, width: 9, group: "training"),
        ]
        if let accuracy = report.trainingAccuracy { columns.append(Column("accuracy", accuracy.percent)) }
        if let validation = report.validation {
            columns.append(Column("loss", validation.loss.brief, width: 10, group: "validation"))
            if let accuracy = validation.accuracy { columns.append(Column("accuracy", accuracy.percent)) }
            if let rSquared = validation.rSquared { columns.append(Column("R²", rSquared.brief, width: 10)) }
            if let output = validation.leastOutput, let least = validation.leastRSquared {
                columns.append(Column("least R²", least.brief, width: 10))
                let name = validation.targetNames?[output].escaped ?? "\(output)"
                columns.append(Column("of output", name, width: Self.longestName, kind: .name))
            }
        }
        columns.append(
            Column("samples/s", Int(report.samplesPerSecond.rounded()).grouped, kind: .speed))
        columns.append(Column("", report.isBest ? "best" : "", width: 4))
        return columns
    }

    /// The columns that there is room for.
    private func fitting(_ columns: [Column]) -> [Column] {
        func room(_ columns: [Column]) -> Int { Self.mostColumns - columns.reduce(-2) { $0 + $1.width + 2 } }
        for given in [[], [Column.Kind.speed]] {
            var left = columns.filter { !given.contains($0.kind) }
            guard let name = left.firstIndex(where: { $0.kind == .name }) else {
                if room(left) >= 0 { return left }
                continue
            }
            left[name].width = min(Self.longestName, left[name].width + room(left))
            if left[name].width >= max(Self.shortestName, left[name].title.count) { return left }
        }
        let least = columns.filter { $0.kind != .speed && $0.kind != .name }
        let all = columns.filter { $0.kind != .name }
        return room(all) >= 0 ? all : least
    }

    private func line(_ cells: [String]) -> String {
        let line = cells.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}

private struct Column {
    enum Kind { case number, name, speed }

    let title: String
    let text: String
    /// What the titles of this column and the next stand below.
    let group: String
    let kind: Kind
    var width: Int

    init(_ title: String, _ text: String, width: Int = 0, group: String = "", kind: Kind = .number) {
        self.title = title
        self.text = text
        self.group = group
        self.kind = kind
        self.width = max(width, title.count)
    }

    /// A text as it stands in this column.
    func cell(_ text: String) -> String {
        kind == .name || title.isEmpty ? text.shortened(to: width).padded(to: width) : text.leftPadded(to: width)
    }
}
