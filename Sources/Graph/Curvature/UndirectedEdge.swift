/// An edge between two nodes, in no direction: {a, b} and {b, a} are equal.
///
/// Edges are ordered by their smaller, then by their larger node.
public struct UndirectedEdge: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The smaller of the two nodes.
  public let first: Int
  /// The larger of the two nodes.
  public let second: Int

  /// The edge between two nodes, in either order.
  public init(_ a: Int, _ b: Int) { (first, second) = (min(a, b), max(a, b)) }

  /// Whether one edge comes before another.
  public static func < (a: UndirectedEdge, b: UndirectedEdge) -> Bool {
    (a.first, a.second) < (b.first, b.second)
  }

  /// The edge for a person.
  public var description: String { "{\(first), \(second)}" }
}
