import Datasets
import Graph
import Records

/// The size of the generated stand-in for missing data.
package struct SyntheticDataConfig: Record {
  package var trainGraphs = 20
  package var validGraphs = 2
  package var testGraphs = 2
  package var nodesPerGraph = 2_245
  /// Mean number of in-edges of a node.
  package var meanDegree = 27.3
  package var features = 50
  package var labels = 121

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let graphs = FieldRule<Int>.integer(1...10_000)
    visitor.field("trainGraphs", &trainGraphs, graphs, "Graphs to train on.")
    visitor.field("validGraphs", &validGraphs, graphs, "Graphs to validate on.")
    visitor.field("testGraphs", &testGraphs, graphs, "Graphs to test on.")
    visitor.field("nodesPerGraph", &nodesPerGraph, .integer(2...1_000_000), "Nodes of a graph.")
    visitor.field("meanDegree", &meanDegree, .number(.positive), "Mean in-degree of a node.")
    visitor.field("features", &features, .integer(1...100_000), "Width of the node features.")
    visitor.field("labels", &labels, .integer(1...100_000), "Number of labels.")
  }

  package var inconsistencies: [Inconsistency] {
    guard meanDegree > Double(nodesPerGraph) else { return [] }
    return [
      Inconsistency(
        key: "meanDegree",
        message: "found \(meanDegree), more than a graph's \(nodesPerGraph) nodes")
    ]
  }

  /// The same size in the terms of the generator.
  package var shape: SyntheticPPIShape {
    var shape = SyntheticPPIShape()
    shape.trainGraphs = trainGraphs
    shape.validGraphs = validGraphs
    shape.testGraphs = testGraphs
    shape.nodesPerGraph = nodesPerGraph
    shape.meanDegree = meanDegree
    shape.features = features
    shape.labels = labels
    return shape
  }
}
