import Foundation
import Training

/// Tells on the error stream how training goes: on a terminal one live line, elsewhere a line for
/// every evaluation and otherwise one every ten seconds.
final class ProgressReporter: TrainingObserver {
  /// Whether the data are a stand-in; every line then says so. Set once the data are known.
  var synthetic = false

  private let terminal: Terminal
  private let quiet: Bool
  private let now: () -> Date
  private var context = ""
  private var lastModel = ""
  private var lastValidation: (metric: String, score: Double)?
  private var lastLine = Date.distantPast

  /// The longest silence, in seconds, where there is no live line.
  private static let interval = 10.0

  init(terminal: Terminal, quiet: Bool, now: @escaping () -> Date = { Date() }) {
    self.terminal = terminal
    self.quiet = quiet
    self.now = now
  }

  /// A seed begins.
  ///
  /// - Parameters:
  ///   - position: its place among the seeds of the run, from 0.
  func begin(seed: UInt64, position: Int, of count: Int) {
    context = "seed \(seed)" + (count > 1 ? " (\(position + 1)/\(count))" : "")
    lastModel = ""
  }

  /// An epoch of training ended.
  ///
  /// - Parameters:
  ///   - epoch: from 0.
  ///   - count: epochs of the whole training.
  ///   - losses: mean training losses by name, in order.
  ///   - validation: the score and its metric, where the epoch was evaluated.
  ///   - secondsPerEpoch: what the time left goes by.
  ///   - modelsInTurn: how many models train together, each as long.
  func epoch(
    model: String, epoch: Int, of count: Int, losses: [(String, Double)],
    validation: (metric: String, score: Double)?, secondsPerEpoch: Double, modelsInTurn: Int = 1
  ) {
    guard !quiet else { return }
    if model != lastModel { lastValidation = nil }
    let isFirst = model != lastModel
    let isLast = epoch + 1 >= count
    lastModel = model
    lastValidation = validation ?? lastValidation

    var parts = [context, model, "epoch \(epoch + 1)/\(count)"].filter { !$0.isEmpty }
    parts += losses.map { "\($0.0) \(NumberFormat.fixed($0.1, digits: 4))" }
    let score = terminal.isInteractive ? lastValidation : validation
    if let (metric, score) = score {
      let name = metric == Evaluation.lossName ? "validation loss" : "validation"
      parts.append("\(name) \(NumberFormat.score(score, named: metric))")
    }
    parts.append("\(NumberFormat.fixed(secondsPerEpoch, digits: 2)) s/epoch")
    if !isLast {
      parts.append(
        "\(NumberFormat.duration(Double((count - epoch - 1) * modelsInTurn) * secondsPerEpoch)) left"
      )
    }
    let line = marked(parts.joined(separator: "  "))

    if terminal.isInteractive && !isLast {
      terminal.showLive(line)
      return
    }
    terminal.showLive("")
    let isDue = now().timeIntervalSince(lastLine) >= Self.interval
    guard isFirst || isLast || validation != nil || isDue else { return }
    terminal.print(line)
    lastLine = now()
  }

  /// Something else that is going on: loading, downloading, evaluating. Live only.
  func activity(_ text: String) {
    guard !quiet else { return }
    terminal.showLive(marked(text))
  }

  /// A line that stays.
  func note(_ text: String) {
    guard !quiet else { return }
    terminal.showLive("")
    terminal.print(marked(text))
  }

  /// Removes the live line.
  func finish() { terminal.showLive("") }

  private func marked(_ line: String) -> String { synthetic ? "[synthetic] \(line)" : line }
}
