/// The data set, what to do where it is missing, and how its graphs are batched.
struct DataConfig: Record {
  var name = ""
  var onMissing = MissingData.fail
  /// Graphs in a training batch.
  var batchSize = 1
  /// Whether the training graphs are put into a new random order every epoch.
  var shuffle = true
  var synthetic = SyntheticDataConfig()

  /// The data sets that can be read.
  static let knownNames = ["ppi"]

  /// What happens where the data are nowhere to be found.
  enum MissingData: String, CaseIterable {
    /// A generated stand-in of the same shape; every output says so.
    case synthetic
    /// The run ends.
    case fail
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .oneOf(Self.knownNames), required: true, "The data set.")
    visitor.field(
      "onMissing", &onMissing, .choice,
      "Where the data are not found: generate a stand-in of the same shape, or fail.")
    visitor.field(
      "batchSize", &batchSize, .integer(1...1_000_000), "Graphs in a training batch.")
    visitor.field(
      "shuffle", &shuffle, .boolean, "Put the training graphs into a new order every epoch.")
    visitor.record("synthetic", &synthetic, "The size of the generated stand-in.")
  }
}

/// The size of the generated stand-in for missing data.
struct SyntheticDataConfig: Record {
  var trainGraphs = 20
  var validGraphs = 2
  var testGraphs = 2
  var nodesPerGraph = 2_245
  /// Mean number of in-edges of a node.
  var meanDegree = 27.3
  var features = 50
  var labels = 121

  mutating func fields(_ visitor: any FieldVisitor) {
    let graphs = FieldRule<Int>.integer(1...10_000)
    visitor.field("trainGraphs", &trainGraphs, graphs, "Graphs to train on.")
    visitor.field("validGraphs", &validGraphs, graphs, "Graphs to validate on.")
    visitor.field("testGraphs", &testGraphs, graphs, "Graphs to test on.")
    visitor.field("nodesPerGraph", &nodesPerGraph, .integer(2...1_000_000), "Nodes of a graph.")
    visitor.field("meanDegree", &meanDegree, .number(.positive), "Mean in-degree of a node.")
    visitor.field("features", &features, .integer(1...100_000), "Width of the node features.")
    visitor.field("labels", &labels, .integer(1...100_000), "Number of labels.")
  }

  var inconsistencies: [Inconsistency] {
    guard meanDegree > Double(nodesPerGraph) else { return [] }
    return [
      Inconsistency(
        key: "meanDegree",
        message: "found \(meanDegree), more than a graph's \(nodesPerGraph) nodes")
    ]
  }
}
