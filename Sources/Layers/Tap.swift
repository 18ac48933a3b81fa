import Graph
import Tensor

/// A place in a network whose features objectives can read and send gradients to: the output of a
/// block, by its name.
///
/// Networks of layers one after the other have the taps `hidden.0`, `hidden.0.activated`, ...,
/// `logits`; others may name more (`embedding`, `readout`, `blocks.2`).
public struct Tap: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public let name: String

  private init(checked name: String) { self.name = name }

  /// The output of hidden layer `layer` (from zero) before its activation.
  public static func hidden(_ layer: Int) -> Tap { Tap(checked: "hidden.\(layer)") }
  /// The same after its activation.
  public static func activated(_ layer: Int) -> Tap { Tap(checked: "hidden.\(layer).activated") }
  /// The output of the last layer.
  public static let logits = Tap(checked: "logits")
  /// The features that the network is given: an input of blocks, which objectives cannot read.
  public static let input = Tap(checked: "input")

  /// The name.
  public var description: String { name }

  /// The tap with the given name, or nil where no tap can have it.
  ///
  /// A name is one or more words with dots between them. A word is made of letters, digits, `-` and
  /// `_`; the first begins with a small letter. What begins with `hidden` or `logits` must be one of
  /// the usual taps.
  public init?(_ name: String) {
    let words = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = words.first?.unicodeScalars.first, ("a"..."z").contains(first),
      words.allSatisfy({ word in
        !word.isEmpty
          && word.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
              || $0 == "-" || $0 == "_"
          }
      })
    else { return nil }
    if words[0] == "logits" || words[0] == "input" {
      guard words.count == 1 else { return nil }
    }
    if words[0] == "hidden" {
      guard words.count == 2 || (words.count == 3 && words[2] == "activated"),
        let layer = Int(words[1]), layer >= 0, String(layer) == words[1]
      else { return nil }
    }
    self.name = name
  }

  /// A tap whose name is known to be one.
  public init(named name: String) {
    guard let tap = Tap(name) else { preconditionFailure("\"\(name)\" is no name of a tap") }
    self = tap
  }
}

/// What a tap holds in one pass.
public struct TapFeatures<S: Scalar>: Equatable {
  /// The features: one row a node, or one row a member graph where they are pooled.
  public let matrix: Matrix<S>
  /// The graph on which the features live: the batch's own (with self loops where the network asks for
  /// them), one that the network built from its features, or nil for pooled features.
  public let graph: CSRGraph?

  /// Features and their graph.
  public init(_ matrix: Matrix<S>, on graph: CSRGraph?) {
    self.matrix = matrix
    self.graph = graph
  }

  /// Whether features are equal and live on the same graph.
  public static func == (a: TapFeatures, b: TapFeatures) -> Bool {
    a.graph === b.graph && a.matrix == b.matrix
  }
}
