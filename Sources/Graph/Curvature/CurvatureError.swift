/// Why a curvature could not be computed or a graph not be rewired.
public enum CurvatureError: Error, Equatable, CustomStringConvertible {
  /// There is an edge from `source` to `destination` and none back.
  case notSymmetric(source: Int, destination: Int)
  /// A rewired graph that is not between the nodes of the original.
  case otherNodes(expected: Int, found: Int)
  /// A setting that makes no sense.
  case badParameter(name: String, value: Double, expected: String)
  /// Bounds of bins that do not rise; `index` is the first that is not above the one before it.
  case boundsDoNotRise(index: Int, value: Double)
  /// Bounds that make no bin.
  case tooFewBounds(count: Int)

  static func require(
    _ condition: Bool, _ name: String, _ value: Double, _ expected: String
  ) throws {
    guard condition else { throw badParameter(name: name, value: value, expected: expected) }
  }

  /// The message for a person.
  public var description: String {
    switch self {
    case .notSymmetric(let source, let destination):
      "curvature needs an undirected graph, but there is an edge from node \(source) to "
        + "\(destination) and none back; add the missing direction"
    case .otherNodes(let expected, let found):
      "the rewired graph has \(found) nodes, and that which it is made of has \(expected); a rewiring "
        + "changes edges alone"
    case .badParameter(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .boundsDoNotRise(let index, let value):
      "bound \(index) of a histogram (counted from 0) is \(value); finite numbers that rise were "
        + "expected"
    case .tooFewBounds(let count):
      "a histogram has \(count) bounds; at least 2 were expected"
    }
  }
}
