import Training

/// How many epochs trainings took to a validation score.
package struct EpochsToScore {
  /// Of each training that reached the score, its first evaluated epoch that did, counted from 1.
  package let epochs: [Int]
  /// Trainings whose curves were kept, so that it is known of them.
  package let known: Int
  /// All trainings.
  package let count: Int

  package init(_ threshold: Double, in results: [ModelResult]) {
    let curves = results.map(\.curve).filter(\.isKept)
    epochs = curves.compactMap { $0.firstEpoch(reaching: threshold) }.map { $0 + 1 }
    (known, count) = (curves.count, results.count)
  }

  /// The mean over those that reached it; nil where none did.
  package var mean: Double? {
    epochs.isEmpty ? nil : MetricSummary(values: epochs.map(Double.init)).mean
  }

  /// "140"; "140 (2 of 3)" where not all did; "- (0 of 3)" where none did; "-" where nothing is
  /// known.
  package var text: String {
    guard known > 0 else { return "-" }
    let number = mean.map { NumberFormat.fixed($0, digits: $0 == $0.rounded() ? 0 : 1) } ?? "-"
    return epochs.count == count ? number : "\(number) (\(reached))"
  }

  /// How many trainings reached it: "2 of 3", and of how many it is known: "2 of 2 known".
  package var reached: String { "\(epochs.count) of \(known)\(known < count ? " known" : "")" }

  /// What column headings call a threshold: "epochs to 95.00 %".
  package static func heading(_ threshold: Double) -> String {
    "epochs to \(NumberFormat.fixed(threshold * 100, digits: 2)) %"
  }
}
