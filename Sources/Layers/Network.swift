import Graph
import Tensor

/// A place in a network whose features objectives can read and send gradients to.
public enum Tap: Hashable, Sendable, CustomStringConvertible {
  /// The output of hidden layer `layer` (from zero) before its activation.
  case hidden(Int)
  /// The same after its activation.
  case activated(Int)
  /// The output of the last layer.
  case logits

  /// "hidden.2", "hidden.2.activated" or "logits".
  public var description: String {
    switch self {
    case .hidden(let layer): "hidden.\(layer)"
    case .activated(let layer): "hidden.\(layer).activated"
    case .logits: "logits"
    }
  }

  /// The tap with the given name, or nil where it is no such name.
  public init?(_ name: String) {
    if name == "logits" {
      self = .logits
      return
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || (parts.count == 3 && parts[2] == "activated"), parts[0] == "hidden",
      let layer = Int(parts[1]), layer >= 0, String(layer) == parts[1]
    else { return nil }
    self = parts.count == 2 ? .hidden(layer) : .activated(layer)
  }
}

/// What one forward pass of a network gives.
public struct NetworkPass<S: Scalar> {
  /// The features at the taps that were reached.
  public let taps: [Tap: Matrix<S>]
  /// Sends gradients of taps down the chain, adding to the parameters' gradients. Taps without a
  /// gradient are left out; a layer behind which no gradient enters is not run.
  public let backward: (_ gradients: [Tap: Matrix<S>]) -> Void

  /// The output of the last layer.
  public var logits: Matrix<S> {
    guard let logits = taps[.logits] else { preconditionFailure("the pass stopped before logits") }
    return logits
  }
}

/// Layers one after the other, with an activation between each two and none after the last.
public final class Network<S: Scalar> {
  /// The layers; the last gives the logits, the others are hidden.
  public let layers: [any GraphLayer<S>]
  let activation: Activation

  /// A network of at least one layer whose widths fit.
  public init(layers: [any GraphLayer<S>], activation: Activation) {
    precondition(!layers.isEmpty, "a network has at least one layer")
    for (a, b) in zip(layers, layers.dropFirst()) {
      precondition(a.outputWidth == b.inputWidth, "\(a.outputWidth) columns into \(b.inputWidth)")
    }
    self.layers = layers
    self.activation = activation
  }

  /// The parameters of all layers; what several layers share is there once.
  public var parameters: [Parameter<S>] {
    var seen: Set<ObjectIdentifier> = []
    return layers.flatMap { $0.parameters }.filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// Makes what the layers need of a graph before a forward pass on it.
  ///
  /// - Throws: What ``GraphLayer/prepare(on:)`` throws.
  public func prepare(on graph: CSRGraph) throws {
    for layer in layers { try layer.prepare(on: graph) }
  }

  /// The number of learnt numbers.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

  /// All taps, from the input to the output.
  public var taps: [Tap] {
    (0..<layers.count - 1).flatMap { [.hidden($0), .activated($0)] } + [.logits]
  }

  /// The number of columns at a tap, or nil where there is no such tap.
  public func width(at tap: Tap) -> Int? {
    switch tap {
    case .logits: layers.last!.outputWidth
    case .hidden(let layer), .activated(let layer):
      layer < layers.count - 1 ? layers[layer].outputWidth : nil
    }
  }

  /// A forward pass over dense features of the nodes of a graph.
  public func forward(
    _ x: Matrix<S>, on graph: CSRGraph, _ context: ForwardContext, through last: Tap = .logits
  ) -> NetworkPass<S> {
    forward(.dense(x), on: graph, context, through: last)
  }

  /// A forward pass over the nodes of a graph.
  ///
  /// - Parameters:
  ///   - x: Node features, n x inputWidth of the first layer.
  ///   - last: The last tap that is needed; nothing behind it is computed.
  public func forward(
    _ x: NodeFeatures<S>, on graph: CSRGraph, _ context: ForwardContext, through last: Tap = .logits
  ) -> NetworkPass<S> {
    var taps: [Tap: Matrix<S>] = [:]
    var chain: [(tap: Tap, backward: (Matrix<S>) -> Matrix<S>?)] = []
    func append(_ tap: Tap, _ pass: LayerPass<S>) -> Matrix<S> {
      taps[tap] = pass.output
      chain.append((tap, pass.backward))
      return pass.output
    }
    var features = x
    for (l, layer) in layers.enumerated() where taps[last] == nil {
      let pass = layer.forward(features, on: graph, context, needsInputGradient: l > 0)
      let isOutput = l == layers.count - 1
      let output = append(isOutput ? .logits : .hidden(l), pass)
      guard !isOutput, taps[last] == nil else { continue }
      features = .dense(append(.activated(l), activation.forward(output)))
    }
    return NetworkPass(taps: taps) { gradients in
      precondition(
        gradients.keys.allSatisfy { tap in chain.contains { $0.tap == tap } },
        "a gradient enters at a tap that the pass did not reach")
      var gradient: Matrix<S>?
      for (tap, backward) in chain.reversed() {
        if let entering = gradients[tap] {
          if gradient == nil { gradient = entering } else { gradient!.add(entering) }
        }
        if let current = gradient { gradient = backward(current) }
      }
    }
  }
}
