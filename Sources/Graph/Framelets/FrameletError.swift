/// Why a framelet transform could not be made.
public enum FrameletError: Error, Equatable, CustomStringConvertible {
  /// Node `destination` has `forward` edges from `source`, which has `backward` edges from it.
  case notSymmetric(source: Int, destination: Int, forward: Int, backward: Int)
  /// A graph too large for the exact route, which keeps the square of `nodes` numbers.
  case tooLargeForExact(nodes: Int, limit: Int)
  /// A setting that makes no sense.
  case badParameter(name: String, value: Double, expected: String)

  static func require(
    _ condition: Bool, _ name: String, _ value: Double, _ expected: String
  ) throws {
    guard condition else { throw badParameter(name: name, value: value, expected: expected) }
  }

  /// The message for a person.
  public var description: String {
    switch self {
    case .notSymmetric(let source, let destination, let forward, let backward):
      "a Laplacian needs an undirected graph, but there are \(forward) edges from node \(source) to "
        + "\(destination) and \(backward) back; add the missing direction"
    case .tooLargeForExact(let nodes, let limit):
      "the exact framelet route keeps the eigenvectors of a graph, \(nodes) x \(nodes) numbers "
        + "here; above \(limit) nodes use Chebyshev polynomials"
    case .badParameter(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    }
  }
}
