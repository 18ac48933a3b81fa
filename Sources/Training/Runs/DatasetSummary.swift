import Records

/// The data that a run was made on, for its result.
package struct DatasetSummary: Record {
  package var name = ""
  /// Where the data came from: a path, a URL, or that they are a generated stand-in.
  package var source = ""
  /// Whether the data are a generated stand-in.
  package var synthetic = false
  /// Nodes and directed edges of all graphs together, self loops included.
  package var nodes = 0
  package var edges = 0
  /// The share of nodes whose labels are known, from 0 to 1.
  package var labelledShare = 1.0
  /// How the nodes of one graph, or graphs, are split, for readers; nil where it is as published.
  package var split: String?
  /// The share of edges between nodes of the same class, self loops left out; nil where a node has
  /// several labels.
  package var homophily: Double?
  /// A digest of what training sees of the data (``DataDigest``); nil in summaries of versions that
  /// kept none.
  package var digest: String?
  /// The number of classes of the nodes of one graph; nil for several graphs, and in summaries of
  /// versions that kept none.
  package var classes: Int?
  /// The mean number of test nodes for each training node in the splits that the files hold, 0 where
  /// that is one split; nil where they hold none, and in summaries of versions that kept none.
  package var testPerTraining: Double?

  package init(
    name: String = "", source: String = "", synthetic: Bool = false, nodes: Int = 0, edges: Int = 0,
    labelledShare: Double = 1.0, split: String? = nil, homophily: Double? = nil,
    digest: String? = nil
  ) {
    self.name = name
    self.source = source
    self.synthetic = synthetic
    self.nodes = nodes
    self.edges = edges
    self.labelledShare = labelledShare
    self.split = split
    self.homophily = homophily
    self.digest = digest
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("name", &name, .text, required: true, "The data set.")
    visitor.field("source", &source, .text, required: true, "Where it came from.")
    visitor.field("synthetic", &synthetic, .boolean, required: true, "Whether it was generated.")
    visitor.field("nodes", &nodes, .integer(0...Int.max), required: true, "Nodes of all graphs.")
    visitor.field("edges", &edges, .integer(0...Int.max), required: true, "Edges of all graphs.")
    visitor.field(
      "labelledShare", &labelledShare, .number(.closed(0, 1)), required: true,
      "The share of nodes whose labels are known.")
    visitor.field("split", &split, .orNull(.text), "How nodes, or graphs, are split.")
    visitor.field(
      "homophily", &homophily, .orNull(.number(.closed(0, 1))),
      "The share of edges between nodes of the same class.")
    visitor.field("digest", &digest, .orNull(.text), "Of the content.")
    visitor.field("classes", &classes, .orNull(.integer(1...Int.max)), "Classes of one graph.")
    visitor.field(
      "testPerTraining", &testPerTraining, .orNull(.number(.nonNegative)),
      "Test nodes for each training node in the splits of the files.")
  }

  /// Whether two summaries are of the same data, wherever they lie; by their sizes alone where one of
  /// them has no digest.
  package func isSameData(as other: DatasetSummary) -> Bool {
    var moved = other
    moved.source = source
    if digest == nil || other.digest == nil { moved.digest = digest }
    // They follow from the content, and old summaries have them not.
    (moved.classes, moved.testPerTraining) = (classes, testPerTraining)
    return moved == self
  }

  /// What tells these data from others: the digest covers the rest.
  package var identity: JSONValue {
    guard case .object(var members) = RecordEncoder.encode(self) else { return nil }
    (members["classes"], members["testPerTraining"]) = (nil, nil)
    return .object(members)
  }

  /// What lines about a run begin with: "[synthetic] " for a stand-in, nothing for real data.
  package var mark: String { synthetic ? "[synthetic] " : "" }

  /// What a reader of the results must know about the data, or nil.
  package var caveat: String? {
    var parts: [String] = []
    if synthetic { parts.append("synthetic: a generated stand-in, not the real data") }
    if labelledShare < 1 {
      parts.append("\(NumberFormat.percent(labelledShare)) % of labels")
    }
    if let split { parts.append("split: \(split)") }
    return parts.isEmpty ? nil : "\(name.uppercased()), \(parts.joined(separator: ", "))"
  }

  /// What results say of the data.
  package var json: JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(name), "source": .string(source), "nodes": .integer(nodes),
      "edges": .integer(edges), "labelledShare": .real(labelledShare),
    ]
    if let split { members["split"] = .string(split) }
    if let homophily { members["homophily"] = .real(homophily) }
    if let digest { members["digest"] = .string(digest) }
    return .object(members)
  }
}
