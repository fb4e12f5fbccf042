import Foundation
import Kernels
import Training
import XCTest

@testable import Benchmarking

final class ScalingReportTests: XCTestCase {
    /// A measurement that no machine made: Amdahl's law with a little contention, on one to eight workers.
    ///
    /// - Parameter gain: what more than one worker are faster by than the law says.
    static func measurement(
        workload: String = "mlp-4096", warnings: [String] = [], gain: Double = 1
    ) -> ScalingMeasurement {
        let universal = ScalingCoefficients(law: .universal, single: 30_000, contention: 0.02, coherency: 0.0004)
        let points = [1, 2, 4, 8].map { workers -> ScalingPoint in
            let rate = universal.throughput(workers: Double(workers))
            let efficiency = rate / 30_000 / Double(workers) * (workers > 1 ? gain : 1)
            func rounds(_ value: Double) -> RoundEstimate {
                RoundEstimate([0.97, 0.99, 1, 1, 1.01, 1.02].map { $0 * value })
            }
            let time = ScalingPoint.TimeSplit(
                compute: efficiency * 0.9, reduceAndUpdate: efficiency * 0.08, data: efficiency * 0.02,
                waiting: 1 - efficiency)
            return ScalingPoint(
                workers: workers, batchSize: 4096, shards: 16, exceedsCores: false, steps: 100,
                stepMilliseconds: rounds(4096 / rate * 1e3), samplesPerSecond: rounds(rate),
                speedup: rounds(efficiency * Double(workers)), efficiency: rounds(efficiency),
                gflops: rate * 3.1e-3, peakGflops: 103 * Double(workers), shareOfPeak: 0.9,
                memoryGigabytesPerSecond: 25 + 8 * Double(workers),
                streamedGigabytesPerSecond: 5 * Double(workers), time: time,
                timeByWorker: Array(repeating: time, count: workers))
        }
        let fits = [
            ScalingFit(
                law: .amdahl, name: ScalingLaw.amdahl.name, singleWorkerSamplesPerSecond: 30_000,
                contention: RoundEstimate([0.03, 0.031]), coherency: nil, limit: 33, bestWorkers: nil, isExact: false),
            ScalingFit(
                law: .universal, name: ScalingLaw.universal.name, singleWorkerSamplesPerSecond: 30_000,
                contention: RoundEstimate([0.02, 0.021]), coherency: RoundEstimate([0.0004, 0.0005]), limit: 15,
                bestWorkers: 49, isExact: false),
        ]
        let predictions = [16, 32, 64].flatMap { workers in
            fits.map { fit -> ScalingPrediction in
                let speedup = fit.coefficients.throughput(workers: Double(workers)) / 30_000
                return ScalingPrediction(
                    workers: workers, law: fit.law, samplesPerSecond: RoundEstimate([speedup * 30_000]),
                    speedup: RoundEstimate([speedup]), efficiency: RoundEstimate([speedup / Double(workers)]),
                    isPrediction: true)
            }
        }
        let curve = ScalingCurve(
            mode: .strong, points: points, fits: fits, predictions: predictions,
            explanation: ["Arithmetic is <near> & memory is not."])
        var machine = MachineDescription(kernels: availableKernels()[0])
        machine.processor = "Fake <CPU> & Co"
        return ScalingMeasurement(
            lockstepVersion: "0.1.0", workload: workload, machine: machine, rounds: 6, secondsPerRound: 1,
            intervalCoverage: 0.97, curves: [curve], warnings: warnings)
    }

    private func html(workload: String = "mlp-4096", warnings: [String] = []) -> String {
        ScalingReport(Self.measurement(workload: workload, warnings: warnings)).html
    }

    func testTextFromOutsideIsNoMarkup() {
        let html = html(workload: "<script>alert('x')</script>\"", warnings: ["a < b & c"])
        XCTAssertFalse(html.contains("<script"))
        XCTAssertTrue(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;"))
        for text in ["Fake &lt;CPU&gt; &amp; Co", "a &lt; b &amp; c", "Arithmetic is &lt;near&gt; &amp; memory"] {
            XCTAssertTrue(html.contains(text), text)
        }
    }

    func testItLoadsAndRunsNothing() {
        let html = html()
        for forbidden in ["http:", "https:", "<script", "<link", "src=", "url(", "@import", "onload", "<img"] {
            XCTAssertFalse(html.contains(forbidden), forbidden)
        }
        XCTAssertTrue(html.contains("default-src 'none'"))
        XCTAssertTrue(html.contains("name=\"viewport\""))
        XCTAssertTrue(html.contains("prefers-color-scheme: dark"))
    }

    func testPredictionsAreMarkedAsSuch() {
        let html = html()
        XCTAssertTrue(html.contains("Predicted by these laws, not measured"))
        XCTAssertTrue(html.contains(">predicted</text>"))
    }

    func testAxesHaveNamesAndUnits() {
        let html = html()
        for label in ["workers</text>", "times as fast</text>", "efficiency</text>", "step, ms", "memory, GB/s"] {
            XCTAssertTrue(html.contains(label), label)
        }
    }

    func testWithoutWarningsThereIsNoBoxForThem() {
        XCTAssertFalse(html().contains("<div class=\"warnings\">"))
        XCTAssertTrue(html(warnings: ["busy"]).contains("<div class=\"warnings\">"))
    }
}

final class ReportAxisTests: XCTestCase {
    func testASpeedUpStandsWhereItIsBelowOneAndBeyondTheIdealToo() {
        for (gain, least, greatest) in [(0.3, 0.5, 64.0), (0.02, 0.03125, 64), (1, 0.5, 64), (12, 0.5, 128)] {
            let chart = ScalingCharts(curve: ScalingReportTests.measurement(gain: gain).curves[0]).speedup
            // One worker's own interval begins at 0.97.
            XCTAssertEqual(chart.y.values, least...greatest, "\(gain)")
            XCTAssertTrue(chart.y.ticks.contains(1))
            for point in chart.series.flatMap(\.points) {
                for value in [point.y, point.lower ?? point.y, point.upper ?? point.y] {
                    XCTAssertTrue(chart.y.values.contains(value), "\(value) at \(gain)")
                }
            }
        }
        XCTAssertTrue(
            ScalingCharts(curve: ScalingReportTests.measurement(gain: 0.3).curves[0]).speedup.markup.contains(">0.5<"))
    }

    func testPowersOfTwoAreEquallyFarApart() {
        let axis = Axis.powersOfTwo("workers", upTo: 50)
        XCTAssertEqual(axis.ticks, [1, 2, 4, 8, 16, 32, 64])
        for (index, tick) in axis.ticks.enumerated() {
            XCTAssertEqual(axis.position(tick), Double(index) / 6, accuracy: 1e-12)
        }
        XCTAssertEqual(Axis.powersOfTwo("workers", upTo: 1).ticks, [1, 2])
    }

    func testSharesGoToTheWholeAndBeyondWhereTheyHaveTo() {
        XCTAssertEqual(Axis.percent("share").values, 0...1)
        XCTAssertEqual(Axis.percent("share", upTo: 1.05).values.upperBound, 1.2, accuracy: 1e-12)
        XCTAssertEqual(Axis.percent("share", upTo: 1.05).ticks.count, 7)
    }
}

/// What a person sees who opens a report.
final class ReportInBrowserTests: XCTestCase {
    private static let report = ScalingReport(ScalingReportTests.measurement(warnings: ["a warning"])).html

    /// A color of the style sheet, of the light or the dark page.
    private func color(_ name: String, isDark: Bool) throws -> UInt32 {
        let values = ReportStyle.sheet.components(separatedBy: "--\(name): #").dropFirst()
        XCTAssertEqual(values.count, 2, name)
        let value = try XCTUnwrap(isDark ? values.last : values.first)
        return try XCTUnwrap(UInt32(value.prefix(6), radix: 16))
    }

    private func assertShowsEverything(_ outcome: Browser.Outcome, isDark: Bool, line: UInt = #line) throws {
        XCTAssertEqual(outcome.console, [], line: line)
        let page = try color("page", isDark: isDark)
        XCTAssertGreaterThan(outcome.picture.share(of: page), 0.3, "the page has its color", line: line)
        XCTAssertLessThan(outcome.picture.share(of: page), 0.98, "something is on it", line: line)
        // Curves go across a chart that is at least 300 pixels wide, most of them as dashes; bars fill their shares.
        for (name, columns) in [
            ("measured", 80), ("first", 60), ("second", 40), ("ideal", 15), ("machine", 80), ("compute", 100),
            ("reduce", 5), ("waiting", 10), ("data", 3), ("box", 300), ("shade", 60),
        ] {
            let found = outcome.picture.columns(with: try color(name, isDark: isDark))
            XCTAssertGreaterThanOrEqual(found, columns, name, line: line)
        }
    }

    func testItsCurvesAreThereOnAWidePage() throws {
        try assertShowsEverything(try Browser().open(Self.report, width: 1200, height: 1800), isDark: false)
    }

    func testItIsDarkWhereTheReaderWantsThat() throws {
        try assertShowsEverything(
            try Browser().open(Self.report, width: 1200, height: 1800, isDark: true), isDark: true)
    }

    func testItFitsAPhone() throws {
        let outcome = try Browser().open(Self.report, width: 360, height: 3200)
        try assertShowsEverything(outcome, isDark: false)
        XCTAssertEqual(outcome.picture.width, 360)
        // Nothing reaches into the margin.
        let page = try color("page", isDark: false)
        for row in 0..<outcome.picture.height {
            let margin = outcome.picture.pixels[(row + 1) * 360 - 14..<(row + 1) * 360]
            XCTAssertTrue(margin.allSatisfy { $0 == page }, "row \(row)")
            if !margin.allSatisfy({ $0 == page }) { break }
        }
    }

    /// That the tests above would see an error if there were one.
    func testAnErrorIsSeenOnTheConsole() throws {
        let page = Self.report.replacingOccurrences(
            of: "</body>", with: "<img src=\"http://127.0.0.1:9/x.png\"></body>")
        let outcome = try Browser().open(page, width: 400, height: 300)
        XCTAssertTrue(outcome.console.contains { $0.contains("Content Security Policy") }, "\(outcome.console)")
    }
}
