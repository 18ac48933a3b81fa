import Graph
import Records

extension RewiredGraph {
  /// What was done to a graph: `{"steps": [{"bottleneck", "curvature", "added", "removed"}], "end",
  /// "edges": {"before", "after"}, "curvature": {"variant", "before", "after"}}`. Edges are pairs of nodes, and
  /// counted once in no direction.
  package func json() throws -> JSONValue {
    [
      "steps": .array(steps.map(\.json)),
      "end": .string(end.words),
      "edges": [
        "before": .integer(before.edges.count), "after": .integer(after.edges.count),
      ],
      "curvature": [
        "variant": .string(before.variant.rawValue), "before": try before.histogram().json,
        "after": try after.histogram().json,
      ],
    ]
  }
}

extension RewiredGraph.Step {
  fileprivate var json: JSONValue {
    [
      "bottleneck": bottleneck.json, "curvature": .real(curvature),
      "added": added?.json ?? nil, "removed": removed?.json ?? nil,
    ]
  }
}

extension RewiredGraph.End {
  fileprivate var words: String {
    switch self {
    case .loopsDone: "all loops were done"
    case .noEdges: "the graph has no edges"
    case .noImprovement(let edge):
      "no edge raises the lowest curvature, that of \(edge), and none is to be removed"
    }
  }
}

extension UndirectedEdge {
  fileprivate var json: JSONValue { [.integer(first), .integer(second)] }
}

extension CurvatureHistogram {
  fileprivate var json: JSONValue {
    [
      "bounds": .array(bounds.map(JSONValue.real)),
      "counts": .array(counts.map { .integer($0) }),
      "below": .integer(below), "above": .integer(above),
      "minimum": minimum.map(JSONValue.real) ?? nil, "mean": mean.map(JSONValue.real) ?? nil,
      "maximum": maximum.map(JSONValue.real) ?? nil,
    ]
  }
}
