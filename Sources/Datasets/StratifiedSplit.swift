import Tensor

extension NodeSplit {
  /// A random split that has the classes in every part in the proportions of the whole: of the n_c
  /// nodes of class c, round(training n_c), but at least one, to train on, round(validation n_c) of
  /// the others to validate on, and the rest to test on.
  ///
  /// - Parameters:
  ///   - classes: The class of each node, below `classCount`; negative where it is unknown.
  ///   - training: The share to train on, above 0.
  ///   - validation: The share to validate on, above 0; the two shares together are below 1.
  ///   - seed: The same seed gives the same split.
  /// - Throws: ``DataError`` (malformed) for shares out of range, or such that a part is empty.
  public static func randomStratified(
    _ classes: [Int], classCount: Int, training: Double, validation: Double, seed: UInt64
  ) throws -> NodeSplit {
    let name = "\(training) / \(validation) of each class, seed \(seed)"
    try checkShares(training, validation, of: name)
    var parts: (training: [Int], validation: [Int], test: [Int]) = ([], [], [])
    for order in shuffledClasses(
      classes, classCount, purpose: "stratified split", seed: seed) where !order.isEmpty
    {
      let first = max(1, Int((training * Double(order.count)).rounded()))
      let second = min(order.count, first + Int((validation * Double(order.count)).rounded()))
      parts.training += order[..<first]
      parts.validation += order[first..<second]
      parts.test += order[second...]
    }
    return try NodeSplit(
      name: name, nodeCount: classes.count, training: parts.training,
      validation: parts.validation, test: parts.test)
  }

  /// One turn of cross-validation. The nodes whose class is known are dealt into folds, class after
  /// class, so that sizes of folds, and of a class in them, differ by one at most; turn t tests on
  /// fold t, validates on the next one, and trains on all others.
  ///
  /// - Parameters:
  ///   - classes: The class of each node, below `classCount`; negative where it is unknown.
  ///   - folds: Their number, at least 3.
  ///   - turn: 0 ..< folds.
  ///   - seed: The same seed gives the same folds.
  /// - Throws: ``DataError`` (malformed) for fewer nodes than folds.
  public static func crossValidation(
    _ classes: [Int], classCount: Int, folds: Int, turn: Int, seed: UInt64
  ) throws -> NodeSplit {
    precondition(folds >= 3 && (0..<folds).contains(turn), "turn \(turn) of \(folds)")
    let name = "fold \(turn + 1) of \(folds), seed \(seed)"
    let order = shuffledClasses(classes, classCount, purpose: "folds", seed: seed).flatMap { $0 }
    guard order.count >= folds else {
      throw DataError.malformed(
        "",
        "the split '\(name)': there are only \(order.count) nodes of known class; fewer folds are "
          + "needed")
    }
    var parts: (training: [Int], validation: [Int], test: [Int]) = ([], [], [])
    for (place, node) in order.enumerated() {
      switch place % folds {
      case turn: parts.test.append(node)
      case (turn + 1) % folds: parts.validation.append(node)
      default: parts.training.append(node)
      }
    }
    return try NodeSplit(
      name: name, nodeCount: classes.count, training: parts.training,
      validation: parts.validation, test: parts.test)
  }

  /// The nodes of each class in a random order.
  static func shuffledClasses(
    _ classes: [Int], _ classCount: Int, purpose: String, seed: UInt64
  ) -> [[Int]] {
    var members = [[Int]](repeating: [], count: classCount)
    for (node, label) in classes.enumerated() where label >= 0 { members[label].append(node) }
    return members.enumerated().map { label, nodes in
      var random = RandomStream(seed: seed, purpose: purpose, step: label).generator()
      return random.shuffled(nodes)
    }
  }
}
