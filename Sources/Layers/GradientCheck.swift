import Graph
import Tensor

/// Proof of hand-written backward passes by central differences, in Double:
///
///     df/dx_k ~ (f(x + h e_k) - f(x - h e_k)) / (2 h)
///
/// Outputs are projected on a random cotangent R, f = sum of R * output, whose gradient with
/// respect to the output is R. (The sum of a softmax has gradient zero: a check that back-propagates
/// ones proves nothing.)
///
/// A layer of one's own is proved by
///
///     let comparisons = GradientCheck.compare(layer, input: x, on: graph)
///     #expect(comparisons.values.allSatisfy { $0.agrees }, "\(comparisons)")
///
/// and any function with a backward pass by ``numericalGradient(at:step:of:)`` and
/// ``compare(_:with:within:)``. Every entry of a gradient is held to the same rule,
///
///     |a - n| <= absolute + relative max(|a|, |n|)
///
/// so that a wrong entry does not hide behind a large one. What a check needs of its point:
///
/// - **No kinks near it.** Within a step of a kink (0 of a ReLU, equal candidates of a maximum, equal
///   features of an L1 distance) the difference is a mean of two slopes. Move the point, not the
///   tolerance; ``awayFromKinks(_:margin:)`` does so for kinks at 0.
/// - **Parameters that show.** A bias that starts as zero or a weight of zero hides errors: give all
///   parameters random values first.
/// - **Size.** f costs two evaluations an entry, and the more terms of the size of 1 are summed, the
///   more digits rounding takes: about 1e-16 |f| / h of the difference. A dozen nodes are enough.
/// - **The same f every time.** Dropout and samples are functions of ``ForwardContext``, so that a
///   check in training sees one mask.
public enum GradientCheck {
  /// The step h: the truncation error h^2 f''' / 6 and the rounding error 1e-16 |f| / h balance near
  /// here.
  public static let step = 1e-5

  /// How far two numbers may be apart: absolute + relative max(|a|, |n|).
  public struct Tolerance: Sendable, Equatable {
    /// What is allowed whatever the size.
    public var absolute: Double
    /// What is allowed as a share of the larger of the two.
    public var relative: Double

    /// For gradients against central differences with ``GradientCheck/step`` where f is of the size
    /// of 1 to 10: the differences are right to about 1e-10, and to 1e-8 of what is large.
    public static let differences = Tolerance(absolute: 2e-9, relative: 1e-7)

    /// A tolerance from its parts.
    public init(absolute: Double, relative: Double) {
      self.absolute = absolute
      self.relative = relative
    }

    /// The same share of the number itself and of 1.
    public static func share(_ share: Double) -> Tolerance {
      Tolerance(absolute: share, relative: share)
    }

    /// How far apart two numbers are, as a multiple of what is allowed; infinite where one of them is
    /// not finite.
    func excess(_ a: Double, _ b: Double) -> Double {
      guard a.isFinite, b.isFinite else { return .infinity }
      let allowed = absolute + relative * max(abs(a), abs(b))
      return a == b ? 0 : abs(a - b) / allowed
    }
  }

  /// The entry in which two matrices differ most.
  public struct Comparison: Sendable, Equatable, CustomStringConvertible {
    /// The entry's row.
    public let row: Int
    /// The entry's column.
    public let column: Int
    /// The entry by the backward pass.
    public let found: Double
    /// The entry by central differences, or as it should be.
    public let expected: Double
    /// The difference as a multiple of what is allowed: 1 or less is right. 0 for matrices without
    /// entries; infinite where a number is not finite or there is no gradient at all.
    public let excess: Double

    /// Whether every entry is right.
    public var agrees: Bool { excess <= 1 }

    /// The worst entry, for a person.
    public var description: String {
      "entry (\(row), \(column)) is \(found), expected \(expected): \(excess) times the tolerance"
    }
  }

  /// Compares two matrices entry by entry.
  ///
  /// - Parameters:
  ///   - found: A gradient by the backward pass; nil where there is none, which agrees with nothing.
  ///   - expected: The same by central differences, or as it should be. As many rows and columns.
  public static func compare(
    _ found: Matrix<Double>?, with expected: Matrix<Double>,
    within tolerance: Tolerance = .differences
  ) -> Comparison {
    var worst = Comparison(
      row: 0, column: 0, found: .nan, expected: .nan, excess: found == nil ? .infinity : 0)
    guard let found else { return worst }
    precondition(
      found.rows == expected.rows && found.columns == expected.columns,
      "\(found.rows) x \(found.columns) entries against \(expected.rows) x \(expected.columns)")
    for (k, (a, n)) in zip(found.elements, expected.elements).enumerated() {
      let excess = tolerance.excess(a, n)
      if k == 0 || excess > worst.excess {
        worst = Comparison(
          row: k / found.columns, column: k % found.columns, found: a, expected: n, excess: excess)
      }
    }
    return worst
  }

  /// The gradient of `f` at `x` by central differences.
  public static func numericalGradient(
    at x: Matrix<Double>, step: Double = step, of f: (Matrix<Double>) throws -> Double
  ) rethrows -> Matrix<Double> {
    var moved = x
    var gradient = Matrix<Double>(zeros: x.rows, x.columns)
    for r in 0..<x.rows {
      for c in 0..<x.columns {
        // What is really added, in numbers that Double has.
        let (right, left) = (x[r, c] + step, x[r, c] - step)
        moved[r, c] = right
        let above = try f(moved)
        moved[r, c] = left
        let below = try f(moved)
        moved[r, c] = x[r, c]
        gradient[r, c] = (above - below) / (right - left)
      }
    }
    return gradient
  }

  /// The same matrix with every entry at least `margin` away from 0, its sign kept (0 becomes
  /// positive): for functions whose slope jumps at 0.
  public static func awayFromKinks(_ x: Matrix<Double>, margin: Double = 0.05) -> Matrix<Double> {
    Matrix(x.rows, x.columns, x.elements.map { abs($0) >= margin ? $0 : $0 < 0 ? -margin : margin })
  }

  /// sum of a * b.
  public static func projection(_ a: Matrix<Double>, on cotangent: Matrix<Double>) -> Double {
    precondition(a.count == cotangent.count, "a cotangent has the shape of its output")
    return zip(a.elements, cotangent.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Compares a layer's gradients with central differences, by name: "input" and each parameter.
  ///
  /// - Parameters:
  ///   - x: The features of the graph's nodes, n x inputWidth.
  ///   - context: Evaluation, or a training step for layers with dropout.
  ///   - seed: The seed of the cotangent.
  public static func compare(
    _ layer: any GraphLayer<Double>, input x: Matrix<Double>, on graph: CSRGraph,
    context: ForwardContext = .evaluation, seed: UInt64 = 1,
    within tolerance: Tolerance = .differences
  ) -> [String: Comparison] {
    for parameter in layer.parameters { parameter.clearGradient() }
    let pass = layer.forward(x, on: graph, context, needsInputGradient: true)
    let cotangent = Matrix<Double>.normal(
      pass.output.rows, layer.outputWidth, stream: RandomStream(seed: seed, purpose: "cotangent"))
    func value(_ x: Matrix<Double>) -> Double {
      let pass = layer.forward(x, on: graph, context, needsInputGradient: false)
      return projection(pass.output, on: cotangent)
    }
    let dInput = pass.backward(cotangent)
    var comparisons = compare(layer.parameters, within: tolerance) { value(x) }
    comparisons["input"] = compare(
      dInput, with: numericalGradient(at: x, of: value), within: tolerance)
    return comparisons
  }

  /// Compares the gradients that parameters hold with central differences of `value`, by name. A
  /// parameter that holds none agrees with nothing. Parameters have their values again afterwards.
  public static func compare(
    _ parameters: [Parameter<Double>], within tolerance: Tolerance = .differences,
    of value: () throws -> Double
  ) rethrows -> [String: Comparison] {
    var comparisons: [String: Comparison] = [:]
    for parameter in parameters {
      let (original, gradient) = (parameter.value, parameter.gradient)
      defer { parameter.value = original }
      let numerical = try numericalGradient(at: original) {
        parameter.value = $0
        return try value()
      }
      comparisons[parameter.name] = compare(gradient, with: numerical, within: tolerance)
    }
    return comparisons
  }
}
