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
