import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

/// Rows over groups of students, epochs to a score, and published curves.
@Suite("Groups and curves in tables")
struct TableCurveTests {
  /// The sample table with two students in the place of one, on three seeds.
  private func workplace() throws -> Workplace {
    let place = try Workplace(
      table: try table([
        "experiments.main.set": ["models.student.count": 2],
        "sections.students.thresholds": [0.5, 0.9],
        "sections.students.curves": [
          [
            "name": "pair", "label": "Pair", "source": "A log.", "model": "student",
            "published": ["0": 0.5, "2": 0, "9": 0.1],
          ],
          [
            "name": "second", "label": "Second", "source": "A log.", "model": "student_2",
            "published": ["1": 0.25],
          ],
        ],
      ]))
    // teacher, student_1, student_2, mlp
    place.score = { seed, model in [0.3, 0.50, 0.60, 0.7][model] + Double(seed) / 100 }
    place.curve = { seed, model in
      var curve = LearningCurve()
      guard model != 3 else { return curve }  // As in results of older versions.
      for epoch in 0..<3 {
        let loss = [0, 0.5, 1, 0][model] - 0.25 * Double(epoch)
        // The second student of seed 2 stays below.
        let score = 0.3 * Double(epoch) + (seed == 2 && model == 2 ? -0.2 : 0)
        curve.add(loss: loss, score: score)
      }
      return curve
    }
    return place
  }

  private func cells(_ text: String) -> [[String]] {
    text.components(separatedBy: "\n").filter { $0.hasPrefix("|") }.map { line in
      line.replacingOccurrences(of: #"\|"#, with: "!").split(separator: "|")
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test func markdown() throws {
    let place = try workplace()
    #expect(place.run("table", "tables/small.json") == 0, "\(place.errors)")
    let rows = cells(place.output)
    #expect(
      Array(rows[0].suffix(5)) == [
        "epochs to 50.00 %", "epochs to 90.00 %", "parameters", "epochs", "s/epoch",
      ])
    // 0.55, 0.56, 0.57: the mean of the two; the students of the fake differ in parameters.
    #expect(
      rows[3] == [
        "Student ! GCN", "95.70 ± 0.45", "56.00 ± 1.00", "3", "-", "-", "-", "-", "3 (5 of 6)",
        "- (0 of 6)", "11 / 12", "3", "0.50",
      ])
    #expect(rows[4][8...9] == ["-", "-"])
    // The row of another experiment, in which the student is one model.
    #expect(rows[6][2] == "51.50 ± 0.71" && rows[6][8...10] == ["3", "- (0 of 2)", "11"])
    #expect(rows[7] == ["training loss at epoch", "0", "1", "2", "9"])
    #expect(rows[9] == ["Pair, published", "0.5000", "-", "0.0000", "0.1000"])
    #expect(rows[10] == ["Pair, here (n = 6)", "0.7500", "0.5000", "0.2500", "-"])
    #expect(rows[11] == ["Pair, here / published", "1.500", "-", "-", "-"])
    #expect(rows[13] == ["Second, here (n = 3)", "1.0000", "0.7500", "0.5000", "-"])
    #expect(rows[14] == ["Second, here / published", "-", "3.000", "-", "-"])
    #expect(place.output.contains("- A row of several students that train together: its score"))
    #expect(place.output.contains("- Epochs to a score: the first evaluated epoch"))
    #expect(place.output.components(separatedBy: "losses: A log.").count == 2)
  }

  @Test func latex() throws {
    let place = try workplace()
    #expect(place.run("table", "tables/small.json") == 0)
    let text = try place.text("docs/results/small.tex")
    #expect(text.contains(" & epochs to 50.00 \\% & epochs to 90.00 \\% & parameters & "))
    #expect(
      text.contains(
        #"""
          \end{tabular}
          \par\medskip
          \begin{tabular}{lrrrr}
            \toprule
            training loss at epoch & 0 & 1 & 2 & 9 \\
            \midrule
            Pair, published & 0.5000 & - & 0.0000 & 0.1000 \\
        """#))
    #expect(
      text.components(separatedBy: "\\begin{table}").count
        == text.components(separatedBy: "\\end{table}").count)
    #expect(
      text.components(separatedBy: "\\begin{tabular}").count
        == text.components(separatedBy: "\\end{tabular}").count)
  }

  @Test func csv() throws {
    let place = try workplace()
    #expect(place.run("table", "tables/small.json") == 0)
    let lines = try place.text("docs/results/small.csv").components(separatedBy: "\n")
    #expect(
      lines[0].hasSuffix(",epochs_to_0.5,reached_0.5,epochs_to_0.9,reached_0.9"), "\(lines[0])")
    #expect(lines[2].contains(",main,student,2,selected,"))
    #expect(
      lines[2].hasSuffix(",11 12,3,0.500000,95.70,0.45,3.000000,5 of 6,,0 of 6"), "\(lines[2])")
    #expect(lines[3].hasSuffix(",,,,,,"), "\(lines[3])")
    // A section without thresholds.
    #expect(lines[6].hasSuffix(",0.500000,,,,,,"), "\(lines[6])")
    let columns = lines.dropLast().map {
      $0.replacingOccurrences(of: #""([^"]|"")*""#, with: "", options: .regularExpression)
        .components(separatedBy: ",").count
    }
    #expect(Set(columns).count == 1)
  }

  @Test func json() throws {
    let place = try workplace()
    #expect(place.run("table", "tables/small.json", "--json") == 0)
    let section = try JSONParser.parse(place.output)["sections"]?["students"]
    let row = try #require(section?["rows"]?["student"])
    #expect(row["students"] == ["student_1", "student_2"] && row["parameters"] == [11, 12])
    #expect(row["epochsTo"]?["0.5"] == ["mean": 3, "reached": 5, "known": 6])
    #expect(row["epochsTo"]?["0.9"] == ["mean": nil, "reached": 0, "known": 6])
    #expect(section?["rows"]?["pupil"]?["students"] == [])
    #expect(section?["rows"]?["pupil"]?["epochsTo"]?["0.5"]?["known"] == 0)
    #expect(
      section?["curves"]?["pair"] == [
        "model": "student", "trainings": 6, "published": ["0": 0.5, "2": 0, "9": 0.1],
        "measured": ["0": 0.75, "2": 0.25, "9": nil], "ratio": ["0": 1.5, "2": nil, "9": nil],
      ])
  }

  @Test func aModelGoesBeforeAGroupOfItsName() throws {
    let (config, problems) = decode(try sample(["models.student.group": "mlp"]))
    #expect(problems == [])
    #expect(config.models(named: "mlp").map(\.name) == ["mlp"])
    let (pair, none) = decode(
      try sample(["models.student.group": "pair", "models.mlp.group": "pair"]))
    #expect(none == [])
    #expect(pair.models(named: "pair").map(\.name) == ["student", "mlp"])
    #expect(pair.models(named: "teacher").map(\.name) == ["teacher"])
    #expect(pair.models(named: "nobody").isEmpty)
  }
}
