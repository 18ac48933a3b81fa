/// A table in Markdown.
package struct MarkdownTable {
  private let report: TableReport

  package init(_ report: TableReport) { self.report = report }

  /// The document; ends with a line break.
  package var text: String {
    var blocks = ["# \(report.title)"]
    if !report.file.config.description.isEmpty { blocks.append(report.file.config.description) }
    blocks.append(TableReport.legend)
    for section in report.sections.map(SectionText.init) {
      blocks.append("## \(section.title)")
      blocks.append(Self.grid(section.header, section.rows))
      if let curves = section.curves { blocks.append(Self.grid(curves.header, curves.rows)) }
      if !section.notes.isEmpty { blocks.append(Self.list(section.notes)) }
    }
    for (title, lines) in report.closing { blocks += ["## \(title)", Self.list(lines)] }
    blocks.append("Every figure comes from the files in `data/\(report.file.config.name)`.")
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func grid(_ header: [String], _ rows: [[String]]) -> String {
    MarkdownGrid(header: header, rows: rows).lines.joined(separator: "\n")
  }

  private static func list(_ lines: [String]) -> String {
    lines.map { "- \($0)" }.joined(separator: "\n")
  }
}

/// A Markdown table with aligned columns: the first to the left, the others to the right.
package struct MarkdownGrid {
  package let header: [String]
  /// Each as long as the header.
  package let rows: [[String]]

  package init(header: [String], rows: [[String]]) {
    (self.header, self.rows) = (header, rows)
  }

  /// The table's lines: header, rule, rows. A bar in a cell is escaped, a line break is a space.
  package var lines: [String] {
    let all = ([header] + rows).map { $0.map(Self.cell) }
    // A rule needs a hyphen, and a colon behind it where cells stand to the right.
    let widths = header.indices.map { column in
      max(all.map { $0[column].count }.max() ?? 0, column == 0 ? 1 : 2)
    }
    let rule = widths.enumerated().map { column, width in
      column == 0
        ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
    }
    let padded = all.map { cells in
      cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
    }
    return ([padded[0], rule] + padded.dropFirst()).map { "| \($0.joined(separator: " | ")) |" }
  }

  private static func cell(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
      .replacingOccurrences(of: "|", with: "\\|")
  }
}
