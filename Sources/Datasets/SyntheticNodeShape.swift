import Graph

/// The size and the character of a generated graph with a class a node.
public struct SyntheticNodeShape: Equatable, Sendable {
  /// The number of nodes.
  public var nodes = 2_000
  /// The mean number of neighbours of a node.
  public var meanDegree = 8.0
  /// The number of features of a node.
  public var features = 500
  /// The number of classes.
  public var classes = 8
  /// The share of edges within a class, 0 to 1.
  public var homophily = 0.8
  /// The number of features of a node that are 1; the others are 0.
  public var nonZerosPerRow = 20

  /// A graph that trains in a second.
  public init() {}

  /// What is wrong with it: the property's name and a sentence; empty for a valid shape.
  public var problems: [(property: String, message: String)] {
    var found: [(String, String)] = []
    func require(_ isMet: Bool, _ property: String, _ value: Any, _ expected: String) {
      if !isMet { found.append((property, "found \(value), expected \(expected)")) }
    }
    require((1...10_000_000).contains(nodes), "nodes", nodes, "a number from 1 to 10000000")
    // A class has two nodes at least.
    let mostClasses = max(1, min(10_000, nodes / 2))
    require(
      (1...mostClasses).contains(classes), "classes", classes,
      "a number from 1 to \(mostClasses), half the nodes and at most 10000")
    require(
      (max(2, classes)...100_000).contains(features), "features", features,
      "a number from \(max(2, classes)) to 100000, at least one a class")
    // Entries and edges are numbered with 32 bits.
    let most = Int(Int32.max) / max(1, min(nodes, 10_000_000))
    let mostNonZeros = max(1, min(features / 2, most))
    require(
      (1...mostNonZeros).contains(nonZerosPerRow), "nonZerosPerRow", nonZerosPerRow,
      "a number from 1 to \(mostNonZeros), at most half the features")
    require((0...1).contains(homophily), "homophily", homophily, "a share from 0 to 1")
    require(
      classes > 1 || homophily == 1, "homophily", homophily,
      "1, as there are no edges between classes where there is one class")
    // Then there are more pairs of nodes than edges, within classes and between them.
    let mostNeighbours = min(Double(nodes) / Double(4 * max(1, classes)), Double(most))
    require(
      meanDegree >= 0 && meanDegree <= mostNeighbours, "meanDegree", meanDegree,
      "a number from 0 to \(mostNeighbours), at most a quarter of the nodes of a class")
    return found
  }

  /// - Throws: ``DataError`` (malformed) that names the number that is out of range.
  public func validate() throws {
    if let (property, message) = problems.first {
      throw DataError.malformed("", "\(property) of a synthetic graph: \(message)")
    }
  }
}
