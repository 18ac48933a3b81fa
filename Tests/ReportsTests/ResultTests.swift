import Foundation
import Testing

@testable import Datasets
@testable import Records
@testable import Reports
@testable import Tensor
@testable import TestSupport
@testable import Training

@Suite("Results")
struct ResultTests {
  private let config = decode(sampleConfig).config
  private let dataset = DatasetSummary(
    name: "ppi", source: "/data/ppi.zip", synthetic: false, nodes: 10, edges: 20,
    labelledShare: 0.9565)

  private func result(seed: UInt64, f1: Double, threads: Int = 2) -> SeedResult {
    SeedResult(
      seed: seed, threads: threads,
      models: config.models.map { model in
        ModelResult(
          name: model.name, parameters: 1_234_567, epochs: 3, secondsPerEpoch: Double(seed),
          selectedEpoch: 2, trainingLoss: 0.5, valid: ["microF1": f1 - 0.1],
          test: ["microF1": f1, "loss": 0.25], validLast: ["microF1": f1 - 0.3],
          testLast: ["microF1": f1 - 0.2])
      })
  }

  @Test func meanAndSampleDeviation() {
    let summary = MetricSummary(values: [2, 4, 4, 4, 5, 5, 7, 9])
    #expect(summary.mean == 5)
    #expect(abs(summary.std - (32.0 / 7).squareRoot()) < 1e-15)
    #expect(MetricSummary(values: [0.3]).std == 0)
    #expect(MetricSummary(values: [0.3]).json == ["values": [0.3], "mean": 0.3, "std": 0])
  }

  @Test func whatIsNotANumberStaysVisible() {
    let json = MetricSummary(values: [1, .nan]).json.compactText
    #expect(json == #"{"mean":null,"std":null,"values":[1,null]}"#)
  }

  @Test func aggregatesOverSeeds() throws {
    var config = config
    config.seeds = [1, 3]
    let results = [result(seed: 1, f1: 0.5), result(seed: 3, f1: 0.7)]
    let json = RunResult(config: config, dataset: dataset, results: results).json
    #expect(json["status"] == "complete")
    #expect(json["name"] == "sample")
    #expect(json["synthetic"] == false)
    #expect(json["seeds"] == [1, 3])
    #expect(json["threads"] == 2)
    #expect(
      json["dataset"] == [
        "name": "ppi", "source": "/data/ppi.zip", "nodes": 10, "edges": 20, "labelledShare": 0.9565,
      ])
    guard case .object(let models)? = json["models"] else { return }
    #expect(models.keys.sorted() == ["mlp", "student", "teacher"])
    let student = try #require(models["student"])
    #expect(student["parameters"] == 1_234_567)
    #expect(student["epochs"] == 3)
    #expect(student["secondsPerEpoch"] == 2)
    #expect(student["selectedEpochs"] == [2, 2])
    #expect(student["test"]?["microF1"]?["values"] == [0.5, 0.7])
    #expect(student["test"]?["microF1"]?["mean"] == .real((0.5 + 0.7) / 2))
    guard case .number(let std)? = student["test"]?["microF1"]?["std"] else {
      Issue.record("expected a deviation")
      return
    }
    #expect(abs(std - 0.02.squareRoot()) < 1e-15)
    #expect(student["valid"]?["microF1"]?["values"] == [0.4, .real(0.7 - 0.1)])
    #expect(student["validLast"]?["microF1"]?["values"] == [0.2, .real(0.7 - 0.3)])
    #expect(student["testLast"]?["microF1"]?["values"] == [0.3, .real(0.7 - 0.2)])
  }

  @Test func modelsAreComparedOverSeeds() throws {
    var config = config
    config.seeds = [1, 2, 3]
    let results = [(0.50, 0.51), (0.52, 0.55), (0.51, 0.53)].enumerated().map { index, scores in
      var seed = result(seed: UInt64(index + 1), f1: scores.0)
      seed.models[2].test["microF1"] = scores.1
      return seed
    }
    let one = RunResult(config: config, dataset: dataset, results: [results[0]])
    #expect(one.json["comparisons"] == nil && one.comparisons.isEmpty)
    let whole = RunResult(config: config, dataset: dataset, results: results)
    guard case .array(let entries)? = whole.json["comparisons"] else {
      Issue.record("expected comparisons")
      return
    }
    // Three pairs; of the compared scores only microF1 was measured.
    #expect(
      entries.map { [$0["a"], $0["b"], $0["metric"]] } == [
        ["student", "teacher", "microF1"], ["mlp", "teacher", "microF1"],
        ["mlp", "student", "microF1"],
      ])
    let expected = try #require(PairedComparison([0.51, 0.55, 0.53], [0.50, 0.52, 0.51]))
    let interval = try #require(expected.interval)
    #expect(
      entries[2] == [
        "a": "mlp", "b": "student", "metric": "microF1", "n": 3,
        "meanDifference": .real(expected.meanDifference),
        "interval95": [.real(interval.lowerBound), .real(interval.upperBound)],
        "cohensD": .real(try #require(expected.effectSize)),
        "test": "paired", "testPerTraining": 0,
        "tTestP": .real(try #require(expected.tTestP)), "signedRankP": 0.25,
      ])
    // Equal in all seeds: nothing to test.
    #expect(entries[0]["meanDifference"] == 0 && entries[0]["interval95"] == .null)
    #expect(entries[0]["tTestP"] == .null && entries[0]["signedRankP"] == .null)
    let table = ResultTable(result: whole).text
    #expect(
      table.contains("Differences to student in test microF1, points, paired by seed (n = 3)"))
    #expect(table.contains("| mlp   |      +2.00 | [-0.48, +4.48] |      2.00 | 0.074 |"))
    #expect(table.components(separatedBy: "\n| teacher ").count == 2)
    #expect(!ResultTable(result: one).text.contains("Differences"))
  }

  @Test func missingSeedsMeanInterrupted() {
    var config = config
    config.seeds = [1, 3]
    let part = RunResult(config: config, dataset: dataset, results: [result(seed: 1, f1: 0.5)])
    #expect(part.json["status"] == "interrupted")
    #expect(part.json["seeds"] == [1])
    let none = RunResult(config: config, dataset: dataset, results: [])
    #expect(none.json["status"] == "interrupted")
    #expect(none.json["models"] == [:])
  }

  @Test func seedResultsGoThroughJSON() throws {
    var original = result(seed: 1 << 62, f1: 0.1 + 0.2)
    let json = try JSONParser.parse(RecordEncoder.encode(original).prettyText)
    #expect(RecordDecoder.decode(SeedResult.self, from: json).record == original)
    original.models[0].test["loss"] = .nan
    let (again, problems) = RecordDecoder.decode(
      SeedResult.self, from: try JSONParser.parse(RecordEncoder.encode(original).prettyText))
    #expect(problems == [])
    #expect(again.models[0].test["loss"]?.isNaN == true)
  }

  @Test func theTableHasCaveatsAndFigures() {
    var dataset = dataset
    let results = [result(seed: 1, f1: 0.97)]
    let one = ResultTable(result: RunResult(config: config, dataset: dataset, results: results))
      .text
    #expect(one.contains("sample, seed 1\n"))
    #expect(one.contains("PPI, 95.65 % of labels\n"))
    #expect(one.contains("| teacher |  1,234,567 |      3 |        97.00 |    0.2500 |"))
    #expect(!one.contains("synthetic"))
    dataset.synthetic = true
    dataset.labelledShare = 1
    var config = config
    config.seeds = [1, 2]
    let two = ResultTable(
      result: RunResult(
        config: config, dataset: dataset, results: results + [result(seed: 2, f1: 0.95)])
    ).text
    #expect(two.contains("sample (synthetic), 2 seeds: 1, 2\n"))
    #expect(two.contains("96.00 ± 1.41"))
    #expect(two.contains("PPI, synthetic: a generated stand-in, not the real data\n"))
    let lines = two.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(lines.count == 8 && Set(lines.prefix(5).map(\.count)).count == 1)
  }

  @Test func figuresAsPeopleReadThem() {
    #expect(NumberFormat.grouped(3_640_748) == "3,640,748")
    #expect(NumberFormat.grouped(100) == "100" && NumberFormat.grouped(-1_000) == "-1,000")
    #expect(NumberFormat.duration(8.4) == "8 s" && NumberFormat.duration(720) == "12 min")
    #expect(NumberFormat.duration(3 * 3_600 + 300) == "3 h 05 min")
    #expect(NumberFormat.duration(.infinity) == "?")
    #expect(NumberFormat.percent(0.99999) == "99.99" && NumberFormat.percent(1) == "100.00")
    #expect(NumberFormat.percent(0.95646) == "95.65" && NumberFormat.percent(0.9565) == "95.65")
    #expect(NumberFormat.points(0.008) == "+0.80" && NumberFormat.points(-0.0125) == "-1.25")
    #expect(NumberFormat.points(-0.00001) == "0.00" && NumberFormat.points(0) == "0.00")
    #expect(NumberFormat.difference(-0.001...0.017, named: "microF1") == "[-0.10, +1.70]")
    #expect(NumberFormat.difference(-0.001...1_700, named: "loss") == "[-0.001, +1700]")
    #expect(
      NumberFormat.probability(0.0312) == "0.031" && NumberFormat.probability(0.0005) == "< 0.001")
  }

  @Test func gridsAreAlignedAndEscaped() {
    let lines = MarkdownGrid(header: ["a", "n"], rows: [["x|y", "1"], ["two\nlines", "22"]]).lines
    #expect(
      lines == [
        "| a         |  n |", "| --------- | -: |", "| x\\|y      |  1 |", "| two lines | 22 |",
      ])
    // A rule has a hyphen, however narrow the column.
    #expect(MarkdownGrid(header: ["", "n"], rows: []).lines == ["|   |  n |", "| - | -: |"])
  }

  @Test func theHashIsStable() {
    #expect(StableHash.hash(["a": 1]) == StableHash.hash(["a": 1]))
    #expect(StableHash.hash(["a": 1]) != StableHash.hash(["a": 2]))
    // Fixed, so that folders keep their names from version to version.
    #expect(StableHash.hash(nil) == "091acc5e")
  }

  @Test func metricsGoOnFromTheLinesKept() throws {
    let file = try makeTemporaryFolder().appending(path: "metrics.jsonl")
    let first = try MetricsLog(file, keeping: 0)
    for epoch in 0..<4 { try first.append(["epoch": .integer(epoch)]) }
    #expect(first.lineCount == 4)
    let second = try MetricsLog(file, keeping: 2)
    try second.append(["epoch": 9])
    #expect(
      try String(contentsOf: file, encoding: .utf8)
        == "{\"epoch\":0}\n{\"epoch\":1}\n{\"epoch\":9}\n")
    #expect(throws: ConfigError.self) { try MetricsLog(file, keeping: 4) }
  }
}
