import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// `experiments predict`: what is written is what results were made of.
@Suite(.serialized) struct PredictionTests {
  /// The arrays of a file.
  private struct Arrays {
    let archive: Archive

    init(_ place: Workplace, _ path: String) throws {
      archive = try Archive(path: place.folder.appending(path: path).path)
    }

    func array(_ name: String) throws -> NPYArray { try archive.array("\(name).npy") }
    func matrix(_ name: String) throws -> Matrix<Double> { try array(name).matrix() }
  }

  private func predict(
    _ place: Workplace, _ arguments: [String]
  ) -> (status: Int32, log: String) {
    var log = ""
    let status = place.runReally(["predict", "a", "--offline"] + arguments) { log += $0 }
    return (status, log)
  }

  private func score(
    _ place: Workplace, _ model: String, _ part: String, _ metric: String
  ) throws -> Double {
    let value = try place.json("a/seed-3/result.json")["models"]
    guard case .array(let models)? = value,
      let result = models.first(where: { $0["name"] == .string(model) }),
      case .number(let score)? = result[part]?[metric]
    else { throw RunError(message: "no \(metric) of \(model)") }
    return score
  }

  private func largest(_ matrix: Matrix<Double>, _ row: Int) -> Int {
    (0..<matrix.columns).reduce(0) { matrix[row, $1] > matrix[row, $0] ? $1 : $0 }
  }

  /// The accuracy of a result can be computed again from the file alone; taps come on request.
  @Test func accuracyCanBeRecomputed() throws {
    let place = try Workplace(NodeTrainingTests.config)
    #expect(place.train(out: "a") == ExitStatus.done)
    let (status, log) = predict(
      place,
      ["--model", "student", "--out", "p.npz", "--tap", "hidden.0", "--tap", "hidden.0.activated"])
    #expect(status == ExitStatus.done, "\(log)")
    #expect(log.contains("p.npz has logits, probabilities, "))
    let file = try Arrays(place, "p.npz")
    let logits = try file.matrix("logits")
    let probabilities = try file.matrix("probabilities")
    let labels = try file.array("labels").integers()
    #expect(logits.rows == 600 && logits.columns == 3 && labels.count == 600)
    #expect(try file.matrix("tap.hidden.0").columns == 8)
    #expect(try file.matrix("tap.hidden.0.activated").rows == 600)
    for row in 0..<600 {
      #expect(abs((0..<3).reduce(0) { $0 + probabilities[row, $1] } - 1) < 1e-6)
    }
    for (part, name) in [("valid", "valid"), ("test", "test")] {
      let mask = try file.array(part).booleans()
      let nodes = mask.indices.filter { mask[$0] }
      let right = nodes.filter { largest(logits, $0) == labels[$0] }.count
      #expect(
        try abs(Double(right) / Double(nodes.count) - score(place, "student", name, "accuracy"))
          < 1e-12)
    }

    // The last weights are others, and say so in their scores.
    #expect(
      predict(place, ["--model", "student", "--out", "last.npz", "--last"]).status
        == ExitStatus.done)
    let last = try Arrays(place, "last.npz").matrix("logits")
    let mask = try file.array("test").booleans()
    let nodes = mask.indices.filter { mask[$0] }
    let right = nodes.filter { largest(last, $0) == labels[$0] }.count
    #expect(
      try abs(Double(right) / Double(nodes.count) - score(place, "student", "testLast", "accuracy"))
        < 1e-12)
  }

  /// The run's folder says which nodes are in which part, and a file of predictions has them where
  /// they are scored: unseen ones on the whole graph, the others on the graph of training.
  @Test func scoresOfUnseenNodesCanBeRecomputed() throws {
    let place = try Workplace(NodeTrainingTests.config)
    #expect(place.train(out: "a", ["--set", "data.inductiveShare=0.25"]) == ExitStatus.done)
    #expect(predict(place, ["--model", "teacher", "--out", "p.npz"]).status == ExitStatus.done)
    let (file, split) = (try Arrays(place, "p.npz"), try Arrays(place, "a/seed-3/split.npz"))
    let logits = try file.matrix("logits")
    let labels = try file.array("labels").integers()
    func nodes(_ part: String) throws -> [Int] {
      let mask = try file.array(part).booleans()
      let nodes = mask.indices.filter { mask[$0] }
      #expect(try split.array(part).integers() == nodes)
      return nodes
    }
    func expect(_ nodes: [Int], _ part: String, _ metric: String) throws {
      let right = nodes.filter { largest(logits, $0) == labels[$0] }.count
      #expect(
        try abs(Double(right) / Double(nodes.count) - score(place, "teacher", part, metric))
          < 1e-12, "\(metric) of \(part)")
    }
    let (test, unseen) = (try nodes("test"), Set(try nodes("unseen")))
    #expect(unseen.count == Int((0.25 * Double(test.count)).rounded()))
    #expect(try nodes("train").allSatisfy { !unseen.contains($0) })
    try expect(try nodes("valid"), "valid", "accuracy")
    try expect(test, "test", "accuracy")
    try expect(test.filter(unseen.contains), "test", "inductive.accuracy")
    try expect(test.filter { !unseen.contains($0) }, "test", "transductive.accuracy")
  }

  /// Several graphs with several labels: each part on its own.
  @Test func severalGraphs() throws {
    let place = try Workplace(ppi)
    #expect(place.train(out: "a") == ExitStatus.done)
    let (status, log) = predict(place, ["--model", "gcn", "--out", "p.npz"])
    #expect(status == ExitStatus.done, "\(log)")
    let file = try Arrays(place, "p.npz")
    let logits = try file.matrix("test.logits")
    let labels = try file.matrix("test.labels")
    let known = try file.array("test.known").booleans()
    let graphs = try file.array("test.graph").integers()
    #expect(graphs.first == 0 && graphs == graphs.sorted() && graphs.count == logits.rows)
    #expect(try file.matrix("train.logits").rows == file.array("train.graph").integers().count)
    var (both, given, predicted) = (0.0, 0.0, 0.0)
    for row in 0..<logits.rows where known[row] {
      for column in 0..<logits.columns {
        given += labels[row, column]
        guard logits[row, column] >= 0 else { continue }
        predicted += 1
        both += labels[row, column]
      }
    }
    #expect(
      try abs(2 * both / (given + predicted) - score(place, "gcn", "test", "microF1")) < 1e-12)
  }

  private var ppi: JSONValue {
    [
      "name": "several", "seeds": [3],
      "data": [
        "name": "ppi", "onMissing": "synthetic",
        "synthetic": [
          "trainGraphs": 4, "nodesPerGraph": 120, "meanDegree": 6, "features": 9, "labels": 7,
        ],
      ],
      "models": [
        [
          "name": "gcn", "architecture": ["family": "gcn", "hidden": [6]],
          "training": ["epochs": 2, "optimizer": ["type": "adam", "learningRate": 0.01]],
          "objectives": [["name": "task", "type": "bce"]],
        ]
      ],
    ]
  }

  @Test func whatIsAskedForHasToBeThere() throws {
    let place = try Workplace(NodeTrainingTests.config)
    func refuses(_ arguments: [String], _ status: Int32, _ words: String) {
      let (found, log) = predict(place, arguments)
      #expect(found == status && log.contains(words), "\(found): \(log)")
    }
    let out = ["--out", "p.npz"]
    refuses(["--model", "student"] + out, ExitStatus.missingInput, "there is no run")
    #expect(place.train(out: "a") == ExitStatus.done)
    refuses(["--model", "pupil"] + out, ExitStatus.badUsage, "student")
    refuses(
      ["--model", "student", "--tap", "hidden.9"] + out, ExitStatus.badUsage, "hidden.0")
    refuses(["--model", "student", "--tap", "logits"] + out, ExitStatus.badUsage, "in any case")
    refuses(["--model", "student", "--out", "p.npy"], ExitStatus.badUsage, ".npz")
    refuses(
      ["--model", "student", "--seed", "4"] + out, ExitStatus.missingInput, "student.result.json")
    refuses(
      ["--model", "student", "--out", "none/p.npz"], ExitStatus.missingInput, "cannot be written")
    let weights = place.folder.appending(path: "a/seed-3/student.safetensors")
    var bytes = try Data(contentsOf: weights)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: weights)
    refuses(["--model", "student"] + out, ExitStatus.badData, "damaged")
    #expect(!place.exists("p.npz") && !place.exists(".p.npz.new"))
  }
}
