import Distill
import Graph
import Layers
import Records
import Tensor

/// What nodes count in a cross-entropy by their class.
package enum ClassWeights: Equatable, Sendable {
  /// All the same.
  case none
  /// Every class as much as any other; `CrossEntropyWeighting.balanced`.
  case balanced
  /// A number for each class.
  case byHand([Double])

  /// The weights for what a student is trained on; nil for none.
  ///
  /// - Throws: ``ConfigError`` where some class has no training node to be weighted.
  package func weights<S: Scalar>(of context: ObjectiveContext<S>) throws -> [Double]? {
    switch self {
    case .none: return nil
    case .byHand(let weights): return weights
    case .balanced:
      let sizes = Self.classSizes(context.graphs)
      if let weights = CrossEntropyWeighting.balanced(classSizes: sizes) { return weights }
      let missing = sizes.indices.filter { sizes[$0] == 0 }.map(String.init)
      throw ConfigError(
        source: "the objective \"\(context.name)\"",
        problems: [
          JSONProblem(
            path: "classWeights",
            message: "found \"balanced\", but no training label is of class "
              + "\(missing.joined(separator: ", ")) (from 0), whose weight would be infinite; split the "
              + "data in another way, or give a number for each of the \(sizes.count) classes")
        ])
    }
  }

  /// How many known labels each class has.
  package static func classSizes<S: Scalar>(_ graphs: [GraphSample<S>]) -> [Int] {
    var sizes = [Int](repeating: 0, count: graphs.first?.labels.columns ?? 0)
    for sample in graphs {
      for row in sample.known.indices where sample.known[row] {
        for c in sizes.indices where sample.labels[row, c] > 0.5 { sizes[c] += 1 }
      }
    }
    return sizes
  }
}

extension FieldRule where Value == ClassWeights {
  /// null, "balanced", or a list of numbers.
  static var classWeights: FieldRule {
    let list = FieldRule<[Double]>.list(of: .number(.nonNegative), count: 1...65_536)
    return FieldRule(
      expected: "\"balanced\", \(list.expected), or null",
      schema: ["anyOf": [["const": "balanced"], .object(list.schema), ["type": "null"]]]
    ) {
      switch $0 {
      case .null: ClassWeights.none
      case .string("balanced"): .balanced
      default: list.decode($0).map { .byHand($0) }
      }
    } encode: {
      switch $0 {
      case .none: .null
      case .balanced: .string("balanced")
      case .byHand(let weights): list.encode(weights)
      }
    }
  }
}
