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
