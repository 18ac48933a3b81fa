/// A run's result as a Markdown table with aligned columns.
struct ResultTable {
  let result: RunResult

  /// Metrics in the order of their columns; others follow by name.
  private static let order = ["microF1PerBatch", "microF1", "accuracy", "loss"]

  /// A title, the caveats of the data, and one row a model; ends with a line break.
  var text: String {
    var title = result.name
    if result.dataset.synthetic { title += " (synthetic)" }
    let seeds = result.seeds.map { String($0.seed) }.joined(separator: ", ")
    title += result.seeds.count == 1 ? ", seed \(seeds)" : ", \(result.seeds.count) seeds: \(seeds)"
    var lines = [title]
    if let caveat = result.dataset.caveat { lines.append(caveat) }
    lines.append("Test scores in %" + (result.seeds.count > 1 ? ", mean ± sample deviation" : ""))
    return (lines + [""] + table).map { $0 + "\n" }.joined()
  }

  private var table: [String] {
    let found = Set(result.models.flatMap(\.result.test.keys))
    let metrics = Self.order.filter(found.contains) + found.subtracting(Self.order).sorted()
    let header =
      ["model", "parameters", "epochs"] + metrics.map { "test \($0)" } + ["s/epoch"]
    let rows = result.models.map { name, model in
      [name, Figures.grouped(model.parameters), String(model.epochs)]
        + metrics.map { metric in
          model.test[metric].map { Figures.metric($0, named: metric) } ?? "-"
        }
        + [Figures.fixed(model.secondsPerEpoch, digits: 2)]
    }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return "| \(padded.joined(separator: " | ")) |"
    }
    let rule = widths.enumerated().map { column, width in
      String(repeating: "-", count: column == 0 ? width : width - 1) + (column == 0 ? "" : ":")
    }
    return [line(header), line(rule)] + rows.map(line)
  }
}
