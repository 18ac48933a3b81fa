import Tensor

/// A step of a network: what is computed from which taps, and the tap that holds the result.
public struct Block<S: Scalar> {
  /// What a block computes.
  public enum Operation {
    /// A layer of one input.
    case layer(any GraphLayer<S>)
    /// A nonlinearity of one input.
    case activation(Activation)
    /// All inputs side by side.
    case concatenation
    /// The sum of all inputs, which are of one width: a residual connection.
    case sum
    /// The largest of all inputs, element by element; they are of one width. Of equal numbers that of
    /// the first input is taken.
    case maximum
  }

  /// The name of the result.
  public let output: Tap
  /// The taps that are read, ``Tap/input`` among them; nil for the block before, or the network's
  /// input in the first block.
  public let inputs: [Tap]?
  /// What is computed.
  public let operation: Operation

  /// A layer of the block before, or of another tap.
  public static func layer(
    _ layer: any GraphLayer<S>, of input: Tap? = nil, as output: Tap
  ) -> Block {
    Block(output: output, inputs: input.map { [$0] }, operation: .layer(layer))
  }

  /// A nonlinearity of the block before, of so many columns; a layer where it learns.
  public static func activation(_ activation: Activation, width: Int, as output: Tap) -> Block {
    guard activation == .prelu else { return .activation(activation, as: output) }
    return .layer(PReLULayer<S>(name: output.name, width: width), as: output)
  }

  /// A nonlinearity of the block before, or of another tap; one that learns is a layer, a
  /// ``PReLULayer``.
  public static func activation(
    _ activation: Activation, of input: Tap? = nil, as output: Tap
  ) -> Block {
    Block(output: output, inputs: input.map { [$0] }, operation: .activation(activation))
  }

  /// Taps side by side.
  public static func concatenation(of inputs: [Tap], as output: Tap) -> Block {
    Block(output: output, inputs: inputs, operation: .concatenation)
  }

  /// The sum of taps.
  public static func sum(of inputs: [Tap], as output: Tap) -> Block {
    Block(output: output, inputs: inputs, operation: .sum)
  }

  /// The maximum of taps.
  public static func maximum(of inputs: [Tap], as output: Tap) -> Block {
    Block(output: output, inputs: inputs, operation: .maximum)
  }

  /// The layer, where it is one.
  var layer: (any GraphLayer<S>)? {
    if case .layer(let layer) = operation { layer } else { nil }
  }
}

/// Why blocks do not make a network.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
  /// The last block's output is not `logits`.
  case noLogits
  /// Two blocks have one name, or a block has the name `input`.
  case takenName(Tap)
  /// A block reads what no block before it makes.
  case unknownInput(block: Tap, input: Tap, known: [Tap])
  /// A block of no input, or of several where it takes one.
  case inputCount(block: Tap, found: Int)
  /// An input has another number of columns than it must have.
  case width(block: Tap, input: Tap, expected: Int, found: Int)
  /// Inputs have a row a node and a row a graph.
  case mixedRows(block: Tap, nodes: Tap, graphs: Tap)
  /// A layer that needs nodes reads pooled features.
  case pooledInput(block: Tap, input: Tap)
  /// A feature that objectives are offered and that no block gives.
  case missingTap(String, known: [Tap])
  /// Another number of logits than the data have labels.
  case outputWidth(expected: Int, found: Int)
  /// Jumping knowledge without a layer to take knowledge from.
  case noHiddenLayer

  /// The message for a person.
  public var description: String {
    switch self {
    case .noLogits: "the last block of a network gives \"logits\""
    case .takenName(let tap): "the name \"\(tap)\" of a block is taken"
    case .unknownInput(let block, let input, let known):
      "the block \"\(block)\" reads \"\(input)\", but before it there is only "
        + known.map { "\"\($0)\"" }.joined(separator: ", ")
    case .inputCount(let block, let found):
      "the block \"\(block)\" has \(found) inputs; a layer or an activation has one, others at least one"
    case .width(let block, let input, let expected, let found):
      "the block \"\(block)\" needs \(expected) columns of \"\(input)\", which has \(found)"
    case .mixedRows(let block, let nodes, let graphs):
      "the block \"\(block)\" puts together \"\(nodes)\", which has a row a node, and "
        + "\"\(graphs)\", which has a row a graph"
    case .pooledInput(let block, let input):
      "the block \"\(block)\" needs the nodes of a graph, but \"\(input)\" is pooled: it has one row "
        + "for each graph"
    case .missingTap(let tap, let known):
      "the settings offer the feature \"\(tap)\", which no block gives (the network has "
        + known.map { "\"\($0)\"" }.joined(separator: ", ") + ")"
    case .outputWidth(let expected, let found):
      "the network has \(found) logits, but the data have \(expected) labels"
    case .noHiddenLayer: "jumping knowledge needs a hidden layer"
    }
  }
}
