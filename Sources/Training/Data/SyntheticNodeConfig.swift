import Datasets
import Graph
import Records

/// The size and character of a generated graph with a class a node.
public struct SyntheticNodeConfig: Record {
  /// The size for the generator.
  public var shape = SyntheticNodeShape()

  /// The named data set's own; that of `SyntheticNodeShape` for other names.
  package static func usual(for name: String) -> SyntheticNodeConfig {
    var config = SyntheticNodeConfig()
    if let source = Registries.data[name]?.fresh as? any NodeDataSource {
      config.shape = source.standIn
    }
    return config
  }

  /// That of `SyntheticNodeShape`.
  public init() {}

  /// Shows the fields to a visitor.
  public mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("nodes", &shape.nodes, .integer(1...10_000_000), "Nodes of the graph.")
    visitor.field("meanDegree", &shape.meanDegree, .number(.nonNegative), "Neighbours of a node.")
    visitor.field("features", &shape.features, .integer(1...100_000), "Width of the features.")
    visitor.field("classes", &shape.classes, .integer(1...10_000), "Number of classes.")
    visitor.field(
      "homophily", &shape.homophily, .number(.closed(0, 1)), "The share of edges within a class.")
    visitor.field(
      "nonZerosPerRow", &shape.nonZerosPerRow, .integer(1...100_000),
      "Features of a node that are 1.")
  }

  /// Sizes that no graph has.
  public var inconsistencies: [Inconsistency] {
    shape.problems.map { Inconsistency(key: $0.property, message: $0.message) }
  }
}
