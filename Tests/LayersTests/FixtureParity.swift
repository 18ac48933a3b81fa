import Foundation
import Graph
import Tensor
import Testing

@testable import Layers

/// The precision that a test computes in; reference values are in Double.
enum Precision: CaseIterable {
  case double, float

  /// The type of the numbers, for functions that are generic in it.
  var scalar: any Scalar.Type {
    switch self {
    case .double: Double.self
    case .float: Float.self
    }
  }

  /// The largest difference that is allowed, as a share of the tensor's largest element.
  static func tolerance<S: Scalar>(of type: S.Type) -> Double {
    S.self == Double.self ? 1e-10 : 1e-5
  }
}

/// A file of `Tests/Fixtures` in one precision, which knows what of it was used.
///
/// A layer on its own is named "layer" in tests, and its parameters have no prefix in files.
final class Fixture<S: Scalar> {
  private let file: SafetensorsFile
  /// How the layer was set up.
  let options: [String: String]
  /// The tensors that no test has looked at yet.
  private var unused: Set<String>

  init(_ name: String, as type: S.Type) throws {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")
    file = try SafetensorsFile(
      contentsOf: folder.appendingPathComponent("\(name).safetensors"))
    unused = Set(file.tensors.keys)
    let pairs = (file.metadata["options"] ?? "").components(separatedBy: "; ")
    options = Dictionary(
      uniqueKeysWithValues: pairs.map { pair in
        let parts = pair.components(separatedBy: "=")
        return (parts[0], parts.dropFirst().joined())
      })
  }

  /// Whether the file has the tensor `name`.
  func contains(_ name: String) -> Bool { file.tensors[name] != nil }

  // MARK: Reading

  /// A tensor of real numbers.
  subscript(name: String) -> Matrix<S> {
    get throws {
      unused.remove(name)
      return try file.matrix(named: name)
    }
  }

  func integers(_ name: String) throws -> [Int] {
    unused.remove(name)
    return try file.integers(named: name)
  }

  func flags(_ name: String) throws -> [Bool] {
    unused.remove(name)
    return try file.flags(named: name)
  }

  /// The graph with the given prefix, after a check that its edges come in the expected order.
  func graph(_ prefix: String = "") throws -> CSRGraph {
    func ends(_ name: String) throws -> [Int32] { try integers(prefix + name).map { Int32($0) } }
    let (sources, destinations) = try (ends("sources"), ends("destinations"))
    let graph = try CSRGraph(
      nodeCount: integers(prefix + "node_count")[0], sources: sources, destinations: destinations)
    let order = try integers(prefix + "edge_order")
    #expect(try graph.source == ends("sorted_sources"))
    #expect(graph.source == order.map { sources[$0] })
    let sorted = (0..<graph.nodeCount).flatMap {
      [Int32](repeating: Int32($0), count: graph.inDegree($0))
    }
    #expect(try sorted == ends("sorted_destinations"))
    #expect(sorted == order.map { destinations[$0] })
    return graph
  }

  /// A tensor with one row an edge, in the order of the graph with the given prefix.
  func edges<T: Scalar>(
    _ name: String, of prefix: String = "", as type: T.Type = S.self
  ) throws -> Matrix<T> {
    unused.remove(prefix + name)
    let stored: Matrix<T> = try file.matrix(named: prefix + name)
    // A list of one number an edge is read as a single row.
    let rows = stored.rows == 1 ? stored.transposed() : stored
    return try .stacked(integers(prefix + "edge_order").map { rows.row($0) })
  }

  /// Gives parameters the values of the file.
  func fill(_ parameters: [Parameter<S>], prefix: String = "") throws {
    for parameter in parameters {
      let value = try self[prefix + name(of: parameter)]
      try #require(value.count == parameter.value.count, "\(parameter.name)")
      parameter.value = value.reshaped(parameter.value.rows, parameter.value.columns)
    }
  }

  private func name(of parameter: Parameter<S>) -> String {
    let prefix = "layer."
    return parameter.name.hasPrefix(prefix)
      ? String(parameter.name.dropFirst(prefix.count)) : parameter.name
  }

  // MARK: Comparing

  /// Expects the elements of the tensor `name`; shapes may differ.
  func expect<T: Scalar>(
    _ name: String, _ actual: Matrix<T>, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    unused.remove(name)
    try expect(name, actual, is: file.matrix(named: name), sourceLocation)
  }

  /// Expects a number.
  func expect(
    _ name: String, _ actual: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(name, Matrix(1, 1, [actual]), sourceLocation: sourceLocation)
  }

  /// Expects a tensor with one row an edge, in the order of the graph.
  func expectEdges(
    _ name: String, _ actual: Matrix<S>, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(name, actual, is: edges(name, as: Double.self), sourceLocation)
  }

  /// Expects the values of parameters.
  func expectValues(
    of parameters: [Parameter<S>], prefix: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for parameter in parameters {
      try expect(prefix + name(of: parameter), parameter.value, sourceLocation: sourceLocation)
    }
  }

  /// Expects the gradients of parameters.
  func expectGradients(
    of parameters: [Parameter<S>], prefix: String = "gradient.",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for parameter in parameters {
      let gradient = try #require(
        parameter.gradient, "\(parameter.name)", sourceLocation: sourceLocation)
      try expect(prefix + name(of: parameter), gradient, sourceLocation: sourceLocation)
    }
  }

  /// Expects output and all gradients of a layer whose parameters have the values of the file.
  func expectPass(
    of layer: any GraphLayer<S>, on graph: CSRGraph,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let pass = try layer.forward(self["input"], on: graph, .evaluation, needsInputGradient: true)
    try expect("output", pass.output, sourceLocation: sourceLocation)
    let dInput = try #require(
      try pass.backward(self["cotangent"]), sourceLocation: sourceLocation)
    try expect("gradient.input", dInput, sourceLocation: sourceLocation)
    try expectGradients(of: layer.parameters, sourceLocation: sourceLocation)
  }

  /// Expects output, all gradients and the running statistics of a layer that normalises by batches,
  /// in evaluation and then in training, and that the file holds nothing else.
  func expectNormalization(
    by layer: any GraphLayer<S>, on graph: CSRGraph,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try fill(layer.parameters)
    layer.state[0].value = try self["running_mean"]
    layer.state[1].value = try self["running_variance"]
    let contexts: [(String, ForwardContext)] = [
      ("evaluation", .evaluation), ("training", .training(seed: 1, step: 0)),
    ]
    for (part, context) in contexts {
      for parameter in layer.parameters { parameter.clearGradient() }
      let pass = try layer.forward(self["input"], on: graph, context, needsInputGradient: true)
      try expect("\(part).output", pass.output, sourceLocation: sourceLocation)
      let dInput = try #require(
        try pass.backward(self["\(part).cotangent"]), sourceLocation: sourceLocation)
      try expect("\(part).gradient.input", dInput, sourceLocation: sourceLocation)
      try expectGradients(
        of: layer.parameters, prefix: "\(part).gradient.", sourceLocation: sourceLocation)
      for update in pass.stateUpdates { update.commit() }
    }
    try expect("mean_after", layer.state[0].value, sourceLocation: sourceLocation)
    try expect("variance_after", layer.state[1].value, sourceLocation: sourceLocation)
    expectAllUsed()
  }

  private func expect<T: Scalar>(
    _ name: String, _ actual: Matrix<T>, is expected: Matrix<Double>,
    _ sourceLocation: SourceLocation
  ) throws {
    try #require(actual.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    // Rounding is a share of the terms that were added up, of which the largest entry tells more than
    // a small one.
    let share = Precision.tolerance(of: S.self)
    let largest = expected.elements.reduce(1e-4) { max($0, abs($1)) }
    let comparison = GradientCheck.compare(
      actual.converted().reshaped(expected.rows, expected.columns), with: expected,
      within: GradientCheck.Tolerance(absolute: share * largest, relative: 0))
    #expect(comparison.agrees, "\(name): \(comparison)", sourceLocation: sourceLocation)
  }

  /// Expects that every tensor of the file was read or compared.
  func expectAllUsed(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(unused.isEmpty, sourceLocation: sourceLocation)
  }
}
