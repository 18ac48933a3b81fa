import Testing

@testable import Graph
@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

/// Columns of figures that are no scores.
@Suite struct TableQuantityTests {
  private func row(_ results: [ModelResult]) -> RowReport {
    let seeds = results.enumerated().map { number, result in
      var seed = StoredSeed()
      seed.result = SeedResult(seed: UInt64(number), threads: 1, models: [result])
      return seed
    }
    var row = TableRow()
    (row.name, row.label) = ("student", "Student")
    return RowReport(row, experiment: "e", models: ["student"], seeds: seeds)
  }

  private func result(
    epochs: Int, time: Double?, alpha: [String: [Double]], energy: [String: Double]
  ) -> ModelResult {
    var result = ModelResult()
    result.name = "student"
    result.epochs = epochs
    (result.inferenceMilliseconds, result.meanAlpha, result.dirichletEnergy) = (time, alpha, energy)
    return result
  }

  @Test func meansOverThoseThatHaveThem() {
    let report = row([
      result(
        epochs: 1_200, time: 1, alpha: ["low": [0.2, 0.4], "high": [0.5, 0.25]],
        energy: ["logits": 0.5]),
      result(
        epochs: 40, time: 2, alpha: ["low": [0.4, 0.5], "high": [0.5, 0.75]],
        energy: ["logits": 1, "hidden.0": 9]),
      result(epochs: 300, time: nil, alpha: [:], energy: [:]),
    ])
    #expect(report.text(.inferenceMilliseconds) == "1.500")
    #expect(report.text(.alphaLow) == "0.300 / 0.450")
    #expect(report.means(.alphaHigh) == [0.5, 0.5])
    #expect(report.means(.dirichletEnergy) == [0.75])
    #expect(report.epochs == 40...1_200)
    #expect(report.epochs(NumberFormat.grouped) == "40-1,200")
    #expect(row([]).epochs(NumberFormat.grouped) == nil && row([]).text(.alphaLow) == "-")
    #expect(row([result(epochs: 7, time: nil, alpha: [:], energy: [:])]).epochs { "\($0)" } == "7")
  }

  /// Columns stand in the table, in the CSV and in the JSON, with "-" where runs have no figure.
  @Test func columns() throws {
    let quantities: JSONValue = ["inferenceMilliseconds", "alphaLow"]
    let place = try Workplace(table: table(["sections.students.quantities": quantities]))
    #expect(place.run(["table", "tables/small.json"]) == 0, "\(place.errors)")
    #expect(place.output.contains("| ms, all nodes |") && place.output.contains("| alpha low |"))
    #expect(place.output.contains("FMLP students predict by their tables"))
    let csv = try place.text("docs/results/small.csv")
    #expect(csv.split(separator: "\n")[0].hasSuffix("inferenceMilliseconds,alphaLow"))
    #expect(place.run(["table", "tables/small.json", "--render", "--json"]) == 0)
    #expect(place.output.contains(#""alphaLow": []"#))
    let twice = try Workplace(
      table: table(["sections.students.quantities": ["alphaLow", "alphaLow"]]))
    #expect(twice.run(["table", "tables/small.json"]) == ExitStatus.badData)
    #expect(twice.errors.contains("quantities"))
  }
}
