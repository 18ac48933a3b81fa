import Records
import Training

/// Curves of runs as text: models side by side at the same epochs.
package struct CurveTable {
  package let metric: CurveMetric
  package let curves: [RunCurve]
  /// The epochs that were asked for; nil for a choice of them.
  package let epochs: [Int]?

  package init(metric: CurveMetric, curves: [RunCurve], epochs: [Int]?) {
    self.metric = metric
    self.curves = curves
    self.epochs = epochs
  }

  /// Every epoch that a curve has a value of, rising.
  private var all: [Int] { Set(curves.flatMap(\.values.keys)).sorted() }

  /// Those of 0, 1, 2, 5, 10, 20, 50, ... that curves have values of, and the last.
  private var some: [Int] {
    let all = all
    return all.filter { epoch in
      var mantissa = epoch
      while mantissa >= 10, mantissa % 10 == 0 { mantissa /= 10 }
      return [0, 1, 2, 5].contains(mantissa) || epoch == all.last
    }
  }

  private var seeds: [UInt64] { unique(curves.map(\.seed)).sorted() }
  private var runs: [String] { unique(curves.map(\.run)) }

  /// The model, with its run and its seed where there are several.
  private func name(_ curve: RunCurve) -> String {
    (runs.count > 1 ? "\(curve.run): " : "") + curve.model
      + (seeds.count > 1 ? ", seed \(curve.seed)" : "")
  }

  /// A title and a Markdown table, a row a curve; ends with a line break.
  package var text: String {
    let shown = epochs ?? some
    let runs = unique(curves.map { $0.run + ($0.synthetic ? " (synthetic)" : "") })
    let title =
      "\(runs.joined(separator: ", ")), seed\(seeds.count > 1 ? "s" : "") "
      + "\(seeds.map(String.init).joined(separator: ", ")): \(metric.title), by epoch"
    let rows = curves.map { curve in
      [name(curve)]
        + shown.map { epoch in
          curve.values[epoch].map {
            metric.isScore
              ? NumberFormat.fixed($0 * 100, digits: 2) : NumberFormat.fixed($0, digits: 4)
          } ?? "-"
        }
    }
    let grid = MarkdownGrid(header: ["epoch"] + shown.map(String.init), rows: rows)
    return ([title, ""] + grid.lines).map { $0 + "\n" }.joined()
  }

  /// A line an epoch, a column a curve, with all digits; every epoch where none were asked for.
  package var csv: String {
    let header = ["epoch"] + curves.map { name($0) + ($0.synthetic ? " (synthetic)" : "") }
    let lines = (epochs ?? all).map { epoch in
      [String(epoch)]
        + curves.map { curve in
          curve.values[epoch].map { $0.isFinite ? JSONValue.real($0).compactText : "nan" } ?? ""
        }
    }
    return ([header] + lines).map { $0.map(CSVTable.quote).joined(separator: ",") + "\n" }.joined()
  }

  /// For scripts; every epoch where none were asked for.
  package var json: JSONValue {
    [
      "metric": .string(metric.argument),
      "curves": .array(
        curves.map { curve in
          let shown = (epochs ?? all).filter { curve.values[$0] != nil }
          return [
            "run": .string(curve.run), "synthetic": .bool(curve.synthetic),
            "model": .string(curve.model), "seed": .integer(Int(clamping: curve.seed)),
            "epochs": .array(shown.map { .integer($0) }),
            "values": .array(shown.map { .real(curve.values[$0] ?? .nan) }),
          ]
        }),
    ]
  }
}
