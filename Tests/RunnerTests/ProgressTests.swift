import Foundation
import Logging
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import Training

@Suite("Progress")
struct ProgressTests {
  /// Collects what is written.
  private final class Sink: @unchecked Sendable {
    var text = ""
    var time = Date(timeIntervalSince1970: 0)
    var lines: [Substring] { text.split(separator: "\n") }
  }

  private func reporter(
    _ sink: Sink, interactive: Bool = false, quiet: Bool = false
  ) -> ProgressReporter {
    let terminal = Terminal(isInteractive: interactive) { sink.text += $0 }
    return ProgressReporter(terminal: terminal, quiet: quiet, now: { sink.time })
  }

  private func epoch(
    _ reporter: ProgressReporter, _ epoch: Int, of count: Int = 60, validation: Double? = nil,
    metric: String = "accuracy"
  ) {
    reporter.epoch(
      model: "lsp", epoch: epoch, of: count, losses: [("task", 0.5), ("lsp", 0.25)],
      validation: validation.map { (metric, $0) }, secondsPerEpoch: 1.5)
  }

  @Test func aLineTellsAll() {
    let sink = Sink()
    let reporter = reporter(sink)
    reporter.begin(seed: 100, position: 0, of: 1)
    epoch(reporter, 9, validation: 0.9717)
    #expect(
      sink.text == "seed 100  lsp  epoch 10/60  task 0.5000  lsp 0.2500  validation 0.9717  "
        + "1.50 s/epoch  75 s left\n")
  }

  /// What is no share from 0 to 1 has digits that count, whatever its size.
  @Test(arguments: [(1_284.71, "1284.7"), (3.14e-7, "3.14e-07"), (-0.5, "-0.5"), (.nan, "nan")])
  func scoresThatAreNoSharesAreNumbers(score: Double, text: String) {
    let sink = Sink()
    epoch(reporter(sink), 9, validation: score, metric: "loss")
    #expect(sink.text.contains("  validation loss \(text)  1.50 s/epoch"), "\(sink.text)")
  }

  @Test func plainLinesAreFew() {
    let sink = Sink()
    let reporter = reporter(sink)
    reporter.begin(seed: 1, position: 1, of: 3)
    for index in 0..<60 {
      epoch(reporter, index, validation: index == 30 ? 0.5 : nil)
      sink.time += 1.5
    }
    // The first, the evaluated, the last, and between them one every ten seconds.
    #expect(sink.lines.count == 11, "\(sink.text)")
    #expect(sink.text.contains("seed 1 (2/3)"))
    #expect(sink.text.contains("epoch 31/60") && sink.text.contains("epoch 60/60"))
  }

  @Test func aTerminalHasOneLiveLine() {
    let sink = Sink()
    let reporter = reporter(sink, interactive: true)
    reporter.begin(seed: 1, position: 0, of: 1)
    for index in 0..<4 { epoch(reporter, index, of: 4, validation: index == 0 ? 0.5 : nil) }
    #expect(sink.lines.count == 1)
    #expect(sink.text.contains("\r\u{1B}[2K"))
    // The last score stays in sight.
    #expect(sink.text.components(separatedBy: "validation 0.5000").count > 2)
  }

  @Test func syntheticDataAreMarkedAndQuietIsQuiet() {
    let sink = Sink()
    let loud = reporter(sink)
    loud.synthetic = true
    epoch(loud, 0)
    loud.note("done")
    #expect(sink.lines.count == 2 && sink.lines.allSatisfy { $0.hasPrefix("[synthetic] ") })
    let silent = Sink()
    let quiet = reporter(silent, interactive: true, quiet: true)
    epoch(quiet, 0, validation: 1)
    quiet.note("done")
    quiet.activity("loading")
    quiet.finish()
    #expect(silent.text == "")
  }

  @Test func logLinesStandAboveTheLiveLine() {
    let sink = Sink()
    let terminal = Terminal(isInteractive: true) { sink.text += $0 }
    terminal.showLive("working")
    Logger(terminal: terminal, quiet: false).warning("careful", metadata: ["a": "1"])
    #expect(sink.text == "\r\u{1B}[2Kworking\r\u{1B}[2Kwarning: careful a=1\nworking")
    sink.text = ""
    terminal.showLive("")
    Logger(terminal: terminal, quiet: true).info("hidden")
    #expect(sink.text == "\r\u{1B}[2K")
  }

  @Test func interruptionIsSeenOnceAskedFor() throws {
    let interruption = Interruption()
    try interruption.check()
    #expect(interruption.request())
    #expect(!interruption.request())
    #expect(throws: Interrupted.self) { try interruption.check() }
  }
}
