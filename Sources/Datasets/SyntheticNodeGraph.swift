import Graph
import Tensor

/// Generates graphs with a class a node: stand-ins for data that are missing, and graphs of any
/// size for tests of scale.
///
/// A degree-corrected stochastic block model (Karrer & Newman, "Stochastic blockmodels and
/// community structure in networks", Phys. Rev. E 83, 2011). A node's weight is u^(-3/4), u uniform,
/// at most 60: degrees have a heavy tail. `homophily` of the edges join two nodes of the same class
/// and the others nodes of different classes, each end drawn by its weight; no edge is there twice.
/// Classes are of different sizes, the largest at most three times the smallest.
///
/// Of a node's `nonZerosPerRow` binary features, all different, each is drawn with probability
/// q = 2 / sqrt(nonZerosPerRow classes), at most 1/2, from those of its class (every `classes`-th
/// column) and else from all. The number of a node's features that are of its class then lies
/// about two standard deviations above chance: one node's features say little that is certain, those
/// of its neighbourhood much.
///
/// Only operations that IEEE 754 rounds exactly are used, so that a seed means the same graph on
/// every machine.
public enum SyntheticNodeGraph {
  /// A graph of a shape, the same for the same seed, without splits.
  ///
  /// - Parameter name: The data set's name.
  /// - Throws: ``DataError`` (malformed) for a shape that is out of range.
  public static func generate<S: Scalar>(
    name: String, shape: SyntheticNodeShape, seed: UInt64, as type: S.Type = S.self
  ) throws -> NodeDataset<S> {
    try shape.validate()
    var random = RandomStream(seed: seed, purpose: "synthetic classes").generator()
    let classes = Classes(shape, &random)
    let ends = edges(shape, classes, seed: seed)
    return try NodeDataset(
      name: name, source: "synthetic graph, seed \(seed)",
      graph: CSRGraph(undirected: shape.nodes, first: ends.first, second: ends.second),
      features: features(shape, classes, seed: seed), classes: classes.ofNode,
      classCount: shape.classes, isSynthetic: true)
  }

  /// The nodes sorted by class: places 0 ..< nodes, of which each class is a range.
  private struct Classes {
    /// The node at each place.
    var node: [Int32]
    /// The places of each class.
    var places: [Range<Int>]
    /// The class of each node.
    var ofNode: [Int]

    init(_ shape: SyntheticNodeShape, _ random: inout RandomStream.Generator) {
      let weights = (0..<shape.classes).map { _ in 0.5 + random.uniform() }
      let total = weights.reduce(0, +)
      // Two nodes for each class, the others by weight.
      let free = Double(shape.nodes - min(shape.nodes, 2 * shape.classes))
      var (sum, start) = (0.0, 0)
      places = weights.enumerated().map { label, weight in
        sum += weight
        let end =
          label == shape.classes - 1
          ? shape.nodes : Int(free * sum / total) + min(shape.nodes, 2 * (label + 1))
        defer { start = end }
        return start..<end
      }
      node = random.permutation(shape.nodes).map(Int32.init)
      ofNode = [Int](repeating: 0, count: shape.nodes)
      for (label, range) in places.enumerated() {
        for place in range { ofNode[Int(node[place])] = label }
      }
    }
  }

  // MARK: Edges

  private static func edges(
    _ shape: SyntheticNodeShape, _ classes: Classes, seed: UInt64
  ) -> (first: [Int32], second: [Int32]) {
    var random = RandomStream(seed: seed, purpose: "synthetic edges").generator()
    let n = shape.nodes
    let wanted = Int((shape.meanDegree * Double(n) / 2).rounded())
    let within = Int((shape.homophily * Double(wanted)).rounded())
    let weights = HeavyTailedWeights(n, random: &random)
    var ends: (first: [Int32], second: [Int32]) = ([], [])
    ends.first.reserveCapacity(wanted)
    ends.second.reserveCapacity(wanted)
    var present = Set<Int>(minimumCapacity: wanted)
    func addEdges(until count: Int, sameClass: Bool) {
      var attempts = 20 * (count - ends.first.count)
      while ends.first.count < count {
        attempts -= 1
        // Where the heavy nodes are full up, any two nodes.
        func draw(_ range: Range<Int>) -> Int {
          attempts > 0
            ? weights.node(in: range, &random) : range.lowerBound + random.below(range.count)
        }
        let a = draw(0..<n)
        let own = classes.ofNode[Int(classes.node[a])]
        let b = draw(sameClass ? classes.places[own] : 0..<n)
        guard a != b, sameClass || !classes.places[own].contains(b),
          present.insert(min(a, b) * n + max(a, b)).inserted
        else { continue }
        ends.first.append(classes.node[a])
        ends.second.append(classes.node[b])
      }
    }
    addEdges(until: within, sameClass: true)
    addEdges(until: wanted, sameClass: false)
    return ends
  }

  // MARK: Features

  private static func features<S: Scalar>(
    _ shape: SyntheticNodeShape, _ classes: Classes, seed: UInt64
  ) throws -> CSRMatrix<S> {
    var random = RandomStream(seed: seed, purpose: "synthetic features").generator()
    let (f, k) = (shape.features, shape.nonZerosPerRow)
    let ownShare = min(0.5, 2 / Double(k * shape.classes).squareRoot())
    var columns = [Int32](repeating: 0, count: shape.nodes * k)
    // The last row that has each column.
    var last = [Int](repeating: -1, count: f)
    for i in 0..<shape.nodes {
      let own = classes.ofNode[i]
      let ownCount = (f - own + shape.classes - 1) / shape.classes
      var found = i * k
      while found < (i + 1) * k {
        let column =
          random.uniform() < ownShare
          ? own + shape.classes * random.below(ownCount) : random.below(f)
        guard last[column] != i else { continue }
        last[column] = i
        columns[found] = Int32(column)
        found += 1
      }
      columns[i * k..<(i + 1) * k].sort()
    }
    return try DataError.locating("synthetic features") {
      try CSRMatrix(
        rows: shape.nodes, columns: f, rowStart: (0...shape.nodes).map { Int32($0 * k) },
        column: columns, value: [S](repeating: 1, count: columns.count))
    }
  }
}
