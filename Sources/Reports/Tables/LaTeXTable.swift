/// A table in LaTeX, for the package booktabs: a float for each section, then verdicts and caveats.
package struct LaTeXTable {
  private let report: TableReport

  package init(_ report: TableReport) { self.report = report }

  /// The source; ends with a line break.
  package var text: String {
    var lines = ["% \(Self.line(report.title)). Needs \\usepackage{booktabs} and UTF-8."]
    for section in report.sections.map(SectionText.init) {
      let caption = ([report.title, section.title, TableReport.legend] + section.notes)
        .map { Self.escape($0.hasSuffix(".") ? $0 : "\($0).") }.joined(separator: " ")
      lines += [
        "\\begin{table}", "  \\centering\\footnotesize\\setlength{\\tabcolsep}{3pt}",
        "  \\caption{\(caption)}",
        "  \\label{tab:\(report.file.config.name):\(section.name)}",
      ]
      lines += Self.tabular(section.header, section.rows)
      if let curves = section.curves {
        lines.append("  \\par\\medskip")
        lines += Self.tabular(curves.header, curves.rows)
      }
      lines.append("\\end{table}")
    }
    for (title, items) in report.closing {
      lines += ["\\paragraph{\(Self.escape(title))}", "\\begin{itemize}"]
      lines += items.map { "  \\item \(Self.escape($0))" }
      lines.append("\\end{itemize}")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func tabular(_ header: [String], _ rows: [[String]]) -> [String] {
    [
      "  \\begin{tabular}{l\(String(repeating: "r", count: header.count - 1))}", "    \\toprule",
      row(header), "    \\midrule",
    ] + rows.map(row) + ["    \\bottomrule", "  \\end{tabular}"]
  }

  private static func row(_ cells: [String]) -> String {
    "    \(cells.map(escape).joined(separator: " & ")) \\\\"
  }

  /// A text as LaTeX shows it: special characters escaped, signs of figures in mathematics, line
  /// breaks as spaces.
  package static func escape(_ text: String) -> String {
    let characters = Array(line(text))
    return characters.indices.map { place in
      let character = characters[place]
      // A hyphen before a digit is a minus where it begins a word: "-1.25", "[-0.10", not "0-29".
      if character == "-", place + 1 < characters.count, characters[place + 1].isNumber,
        place == 0 || " [(".contains(characters[place - 1])
      {
        return "$-$"
      }
      return replacements[character] ?? String(character)
    }.joined()
  }

  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static let replacements: [Character: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "&": "\\&", "%": "\\%", "$": "\\$",
    "#": "\\#", "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}",
    "±": "$\\pm$", "×": "$\\times$", "≤": "$\\leq$", "≥": "$\\geq$", "<": "$<$", ">": "$>$",
    "|": "\\textbar{}", "\"": "\\textquotedbl{}", "“": "``", "”": "''", "λ": "$\\lambda$",
    "σ": "$\\sigma$", "→": "$\\to$", "[": "{[}", "]": "{]}",
  ]
}
