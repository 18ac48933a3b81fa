import Graph
import Tensor
import Testing

@testable import Layers

@Suite struct TabulatedStudentTests {
  private let graph = UndirectedExample.awkward.graph
  private let x: Matrix<Double> = random(9, 4, "x")

  private func student(asPublished: Bool = false, simplified: Bool = false) -> Network<Double> {
    var options = FMLPOptions(nodeCount: 9, inputWidth: 4, outputWidth: 3, seed: 1)
    options.dropout = 0.3
    options.bias = !asPublished
    options.highBranchAsPublished = asPublished
    options.scoresAsPublished = asPublished
    let network: Network<Double> =
      simplified ? .fmlpS(options, width: 6, power: 3) : .fmlpO(options, hidden: [6, 6])
    randomize(network.parameters)
    return network
  }

  @Test(arguments: [false, true], [false, true])
  func someNodesInAnyOrder(_ asPublished: Bool, _ simplified: Bool) throws {
    let network = student(asPublished: asPublished, simplified: simplified)
    let tables = try TabulatedStudent(of: network, on: graph)
    #expect(tables.nodeCount == 9 && tables.inputWidth == 4)
    let all = tables.predict(features: .dense(x))
    #expect(all.logits == network.forward(x, on: graph, .evaluation).logits)
    #expect(all.scores.count == network.layers.count)
    for nodes in [[3], [8, 0, 3, 3], []] {
      let some = tables.predict(nodes: nodes, features: .dense(x.gatheredRows(nodes)))
      #expect(
        GradientCheck.compare(
          some.logits, with: all.logits.gatheredRows(nodes), within: .share(1e-12)
        ).agrees)
      for (a, b) in zip(some.scores, all.scores) {
        #expect(
          GradientCheck.compare(a.low, with: b.low.gatheredRows(nodes), within: .share(1e-12))
            .agrees)
        #expect(
          GradientCheck.compare(a.high, with: b.high.gatheredRows(nodes), within: .share(1e-12))
            .agrees)
      }
    }
    let sparse = NodeFeatures.sparse(try CSRMatrix(nonZerosOf: x))
    #expect(
      GradientCheck.compare(
        tables.predict(features: sparse).logits, with: all.logits, within: .share(1e-12)
      ).agrees)
  }

  /// The graph is looked at once: other features need it no more, and later training changes nothing.
  @Test func tablesStayAsTheyAre() throws {
    let network = student()
    let tables = try TabulatedStudent(of: network, on: graph)
    let other: Matrix<Double> = random(9, 4, "other")
    let expected = network.forward(other, on: graph, .evaluation).logits
    for parameter in network.parameters { parameter.value.multiply(by: 2) }
    #expect(tables.predict(features: .dense(other)).logits == expected)
    #expect(network.forward(other, on: graph, .evaluation).logits != expected)
  }

  @Test(arguments: [false, true], [false, true])
  func filesGiveTheSamePredictions(_ asPublished: Bool, _ simplified: Bool) throws {
    let tables = try TabulatedStudent(
      of: student(asPublished: asPublished, simplified: simplified), on: graph)
    var file = SafetensorsFile(metadata: ["data": "cora"])
    tables.store(in: &file)
    #expect(file.metadata["data"] == "cora")
    let again = try TabulatedStudent<Double>(from: file)
    let (a, b) = (tables.predict(features: .dense(x)), again.predict(features: .dense(x)))
    #expect(a.logits == b.logits && a.scores == b.scores)
  }

  @Test func filesThatDoNotFitAreRefused() throws {
    let tables = try TabulatedStudent(of: student(), on: graph)
    var whole = SafetensorsFile()
    tables.store(in: &whole)
    for name in whole.tensors.keys {
      var file = whole
      file.set(Matrix<Double>(zeros: 2, 7), named: name)
      #expect(throws: TabulationError.self, "\(name)") {
        _ = try TabulatedStudent<Double>(from: file)
      }
    }
    for key in whole.metadata.keys {
      for value in [nil, "0", "x"] as [String?] {
        var file = whole
        file.metadata[key] = value
        #expect(throws: TabulationError.self, "\(key)") {
          _ = try TabulatedStudent<Double>(from: file)
        }
      }
    }
    for name in whole.tensors.keys {
      var file = whole
      var values: Matrix<Double> = try file.matrix(named: name)
      values[0, 0] = .nan
      file.set(values, named: name)
      #expect(throws: TabulationError.self, "\(name)") {
        _ = try TabulatedStudent<Double>(from: file)
      }
    }
    var more = whole
    more.metadata["tables"] = "4"
    #expect(throws: TabulationError.self) { _ = try TabulatedStudent<Double>(from: more) }
  }

  @Test func otherNetworksHaveNoTables() throws {
    let mlp = Network<Double>(
      layers: [LinearLayer(name: "l", inputWidth: 4, outputWidth: 3, bias: true, seed: 1)],
      activation: .none)
    #expect(throws: TabulationError.notAnFMLP) { _ = try TabulatedStudent(of: mlp, on: graph) }
    let activated = Network<Double>(layers: student().layers, activation: .relu)
    #expect(throws: TabulationError.notAnFMLP) {
      _ = try TabulatedStudent(of: activated, on: graph)
    }
  }
}
