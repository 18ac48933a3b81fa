import Graph
import Tensor

/// Which nodes of a graph models are trained on, chosen on and reported on.
///
/// The three parts are disjoint and none is empty; nodes in none of them are left out everywhere.
public struct NodeSplit: Equatable, Sendable {
  /// The parts of a split.
  public enum Part: String, CaseIterable, Sendable {
    /// Nodes whose labels are used for training.
    case training
    /// Nodes on which models are chosen.
    case validation
    /// Nodes on which results are reported.
    case test
  }

  /// What the split is called, for results: "public", "geom-gcn 3", "20 + 30 a class, seed 7".
  public let name: String
  /// The number of nodes of the graph.
  public let nodeCount: Int
  /// The nodes to train on, in rising order.
  public let training: [Int]
  /// The nodes to choose models on, in rising order.
  public let validation: [Int]
  /// The nodes to report on, in rising order.
  public let test: [Int]

  /// A split from lists of nodes, in any order.
  ///
  /// - Parameter location: Where the lists come from, for messages.
  /// - Throws: ``DataError`` (malformed) for a part without nodes, a node that is listed twice
  ///   (within a part or in two of them), and a node that the graph does not have.
  public init(
    name: String, nodeCount: Int, training: [Int], validation: [Int], test: [Int],
    location: String = ""
  ) throws {
    var partOf: [Part?] = Array(repeating: nil, count: nodeCount)
    for (part, nodes) in [
      (Part.training, training), (.validation, validation), (.test, test),
    ] {
      func fail(_ message: String) -> DataError {
        .malformed(location, "the split '\(name)': \(message)")
      }
      guard !nodes.isEmpty else { throw fail("its \(part.rawValue) part has no nodes") }
      for node in nodes {
        guard (0..<nodeCount).contains(node) else {
          throw fail(
            "its \(part.rawValue) part names node \(node), but nodes are 0 to \(nodeCount - 1)")
        }
        if let other = partOf[node] {
          throw fail(
            other == part
              ? "its \(part.rawValue) part names node \(node) twice"
              : "its \(other.rawValue) and \(part.rawValue) parts overlap: both have node \(node)")
        }
        partOf[node] = part
      }
    }
    self.name = name
    self.nodeCount = nodeCount
    self.training = training.sorted()
    self.validation = validation.sorted()
    self.test = test.sorted()
  }

  /// A split from masks, one entry a node.
  ///
  /// - Parameters:
  ///   - known: Which nodes have a class; the others are left out of every part.
  ///   - location: Where the masks come from, for messages.
  /// - Throws: ``DataError`` (malformed) for masks that have not one entry a node, overlap or are
  ///   empty.
  public init(
    name: String, trainingMask: [Bool], validationMask: [Bool], testMask: [Bool], known: [Bool],
    location: String = ""
  ) throws {
    func nodes(_ mask: [Bool], _ part: Part) throws -> [Int] {
      guard mask.count == known.count else {
        throw DataError.malformed(
          location,
          "the split '\(name)': its \(part.rawValue) mask has \(mask.count) entries, but the graph "
            + "has \(known.count) nodes")
      }
      return mask.indices.filter { mask[$0] && known[$0] }
    }
    try self.init(
      name: name, nodeCount: known.count, training: nodes(trainingMask, .training),
      validation: nodes(validationMask, .validation), test: nodes(testMask, .test),
      location: location)
  }

  /// The nodes of one part, in rising order.
  public func nodes(_ part: Part) -> [Int] {
    switch part {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }

  /// Whether each node is in the part.
  public func mask(_ part: Part) -> [Bool] {
    var mask = [Bool](repeating: false, count: nodeCount)
    for node in nodes(part) { mask[node] = true }
    return mask
  }

  /// A random split with the same numbers of nodes of each class, all others being the test part
  /// (Shchur et al., "Pitfalls of graph neural network evaluation", 2018).
  ///
  /// - Parameters:
  ///   - classes: The class of each node, below `classCount`; negative where it is unknown.
  ///   - training: The number of nodes a class to train on.
  ///   - validation: The number of nodes a class to validate on.
  ///   - seed: The same seed gives the same split.
  /// - Throws: ``DataError`` (malformed) for a class that has not enough nodes, numbers that are
  ///   not positive, or if no nodes are left to test on.
  public static func randomPerClass(
    _ classes: [Int], classCount: Int, training: Int = 20, validation: Int = 30, seed: UInt64
  ) throws -> NodeSplit {
    let name = "\(training) + \(validation) a class, seed \(seed)"
    guard training > 0, validation > 0 else {
      throw DataError.malformed(
        "", "the split '\(name)': positive numbers of nodes a class were expected")
    }
    var parts: (training: [Int], validation: [Int], test: [Int]) = ([], [], [])
    let orders = shuffledClasses(classes, classCount, purpose: "split per class", seed: seed)
    for (label, order) in orders.enumerated() {
      // The comparison cannot overflow, however large the numbers asked for.
      guard training <= order.count, validation <= order.count - training else {
        throw DataError.malformed(
          "",
          "the split '\(name)': class \(label) has only \(order.count) nodes; ask for fewer nodes a "
            + "class")
      }
      parts.training += order[..<training]
      parts.validation += order[training..<(training + validation)]
      parts.test += order[(training + validation)...]
    }
    return try NodeSplit(
      name: name, nodeCount: classes.count, training: parts.training,
      validation: parts.validation, test: parts.test)
  }

  /// A random split of all nodes whose class is known, whatever it is: shares of them (rounded to
  /// whole nodes) to train and to validate on, the others to test on.
  ///
  /// - Parameters:
  ///   - classes: The class of each node; negative where it is unknown.
  ///   - training: The share to train on, above 0: 0.2 in 20/20/60, 0.48 in 48/32/20.
  ///   - validation: The share to validate on, above 0; the two shares together are below 1.
  ///   - seed: The same seed gives the same split.
  /// - Throws: ``DataError`` (malformed) for shares out of range, or such that a part is empty.
  public static func randomShares(
    _ classes: [Int], training: Double, validation: Double, seed: UInt64
  ) throws -> NodeSplit {
    let name = "\(training) / \(validation), seed \(seed)"
    try checkShares(training, validation, of: name)
    let known = classes.indices.filter { classes[$0] >= 0 }
    var random = RandomStream(seed: seed, purpose: "split by shares").generator()
    let order = random.shuffled(known)
    let first = Int((training * Double(order.count)).rounded())
    let second = first + Int((validation * Double(order.count)).rounded())
    return try NodeSplit(
      name: name, nodeCount: classes.count, training: Array(order[..<first]),
      validation: Array(order[first..<min(second, order.count)]),
      test: Array(order[min(second, order.count)...]))
  }

  /// - Throws: ``DataError`` (malformed) for shares that are not positive or leave nothing to test on.
  static func checkShares(_ training: Double, _ validation: Double, of name: String) throws {
    guard training > 0, validation > 0, training + validation < 1 else {
      throw DataError.malformed(
        "",
        "the split '\(name)': positive shares of the nodes to train and to validate on were "
          + "expected, together less than 1")
    }
  }
}
