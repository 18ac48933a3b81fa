import Graph
import Layers
import Records

/// What stands between the layers of a network that is a chain of layers. Its fields stand among the
/// family's own.
public struct TrunkConfig: Equatable, Sendable {
  /// What normalises hidden layers before their activation.
  public var norm = NormConfig()
  /// Whether hidden layers add their input to their output.
  public var residual = false
  /// What the last layer reads of the hidden ones.
  public var jumpingKnowledge = JumpingKnowledge.none
  /// What makes features of graphs; nil for predictions of nodes.
  public var readout: Readout?
  /// Whether the network sees a self loop at each node.
  public var selfLoops = false

  /// Nothing but activations.
  public init() {}

  /// Shows the fields, among the family's own.
  ///
  /// - Parameter hasOwnResidual: Whether the family's layers have a residual connection of their own,
  ///   under the same key.
  public mutating func fields(_ visitor: any FieldVisitor, hasOwnResidual: Bool = false) {
    visitor.record(
      "norm", &norm,
      "Normalises each hidden layer's output before its activation: not at all, over the rows of a "
        + "batch, or over the columns of each row; with settings as an object, such as "
        + "{\"type\": \"batch\", \"momentum\": 0.01}.")
    if !hasOwnResidual {
      visitor.field(
        "residual", &residual, .boolean,
        "Whether each hidden layer but the first adds its input to its output before the "
          + "activation; through a linear map without bias where the widths differ.")
    }
    visitor.field(
      "jumpingKnowledge", &jumpingKnowledge, .choice,
      "What the last layer reads: the last hidden layer, all of them side by side, or the largest "
        + "of them element by element (Xu et al., ICML 2018).")
    visitor.field(
      "readout", &readout, .named(["none": nil, "mean": .mean, "sum": .sum, "max": .max]),
      "For labels of whole graphs: what a graph's features are of its nodes'. The last layer is "
        + "then a linear one.")
    visitor.field(
      "selfLoops", &selfLoops, .boolean,
      "Whether the network sees one self loop at each node, also where the data have none.")
  }

  /// Whether something normalises hidden layers.
  var hasNorm: Bool { norm.normalization != .none }

  /// The same for a network.
  public func options(_ activation: Activation) -> TrunkOptions {
    var options = TrunkOptions()
    options.activation = activation
    options.normalization = norm.normalization
    options.residual = residual
    options.jumpingKnowledge = jumpingKnowledge
    options.readout = readout
    options.addsSelfLoops = selfLoops
    return options
  }

  /// The taps of a network whose hidden layers have such widths, in their order.
  public func taps(widths: [Int]) -> [String] {
    var taps: [String] = []
    for (l, width) in widths.enumerated() {
      let adds = residual && l > 0
      if hasNorm || adds { taps.append("layers.\(l)") }
      if hasNorm && adds { taps.append("layers.\(l).norm") }
      if adds && widths[l - 1] != width { taps.append("layers.\(l).residual") }
      taps += ["hidden.\(l)", "hidden.\(l).activated"]
    }
    if jumpingKnowledge != .none { taps.append("jumping") }
    if readout != nil { taps.append("readout") }
    return taps + ["logits"]
  }

  /// Those that have a row for each graph.
  public var pooledTaps: [String] { readout == nil ? [] : ["readout", "logits"] }

  /// The columns that the last layer reads.
  public func lastInputWidth(inputWidth: Int, widths: [Int]) -> Int {
    jumpingKnowledge == .concat ? widths.reduce(0, +) : widths.last ?? inputWidth
  }

  /// What the hidden layers do not allow.
  public func inconsistencies(widths: [Int]) -> [Inconsistency] {
    guard jumpingKnowledge != .none else { return [] }
    let found = "found \"\(jumpingKnowledge.rawValue)\""
    guard let first = widths.first else {
      return [
        Inconsistency(
          key: "jumpingKnowledge", message: "\(found), but there is no hidden layer to read")
      ]
    }
    guard jumpingKnowledge == .max, let other = widths.first(where: { $0 != first }) else {
      return []
    }
    let message =
      "\(found), but hidden layers have \(first) and \(other) columns; make them equal, or take "
      + "\"concat\""
    return [Inconsistency(key: "jumpingKnowledge", message: message)]
  }

  /// Options that change nothing.
  public func warnings(widths: [Int]) -> [Inconsistency] {
    var found: [Inconsistency] = []
    if hasNorm, widths.isEmpty {
      found.append(
        Inconsistency(
          key: "norm",
          message: "found \"\(norm.choiceName)\", and there is no hidden layer to normalise"))
    }
    if residual, widths.count < 2 {
      found.append(
        Inconsistency(
          key: "residual", message: "found true, and there is no hidden layer behind the first"))
    }
    return found
  }
}
