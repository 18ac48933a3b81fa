import Tensor

/// The graph of each point's k nearest neighbours within its cloud, in the space of the features:
/// edges j -> i from the k points j of the member of i with the smallest |x_i - x_j|^2, i itself among
/// them and before all others. Of others at equal distance those of lower numbers are taken.
///
/// Inner products by GEMM, in panels of rows of a cloud, rule out most points with a bound on their
/// rounding; among the rest distances in double precision choose. So the neighbours are exact, also
/// where rounded products could not tell them apart, as far from the origin. The choice is a constant
/// in the backward pass.
///
/// - Parameters:
///   - graph: Whose members are the clouds; its edges are not read.
///   - x: n x d.
/// - Returns: k edges into each node, by ascending sources, with the members of `graph`.
/// - Throws: ``NearestNeighborError``.
public func kNearestNeighbors<S>(_ graph: CSRGraph, _ x: Matrix<S>, k: Int) throws -> CSRGraph {
  try NearestNeighborError.check(graph, k: k)
  if let place = x.elements.firstIndex(where: { !$0.isFinite }) {
    throw NearestNeighborError.notFinite(
      row: place / max(x.columns, 1), column: place % max(x.columns, 1))
  }
  return nearestNeighborGraph(graph, x, k: k)
}

/// As ``kNearestNeighbors(_:_:k:)`` for clouds that were checked. Rows of what is not a number, which
/// training may come to and which shows in the loss, get themselves and the first points of their
/// cloud.
public func nearestNeighborGraph<S>(_ graph: CSRGraph, _ x: Matrix<S>, k: Int) -> CSRGraph {
  precondition(x.rows == graph.nodeCount, "neighbours need one row a node")
  precondition(
    (0..<graph.memberCount).allSatisfy { graph.nodes(ofMember: $0).count >= k } && k > 0,
    "every cloud has k points")
  // A panel's products stay in the cache while they are looked through.
  let panel = 128
  let clouds = (0..<graph.memberCount).map { graph.nodes(ofMember: $0) }
  var centred = [CentredCloud<S>?](repeating: nil, count: clouds.count)
  centred.withUnsafeMutableBufferPointer { target in
    let target = UncheckedTarget(base: target.baseAddress)
    Parallel.pieces(clouds.count) { g in target.base?[g] = CentredCloud(x.slice(rows: clouds[g])) }
  }
  let panels = clouds.enumerated().flatMap { g, nodes in
    stride(from: 0, to: nodes.count, by: panel).map { (g, $0..<min($0 + panel, nodes.count)) }
  }
  let (features, width) = (x.pointer, x.columns)
  let source = [Int32](unsafeUninitializedCapacity: x.rows * k) { memory, count in
    let target = memory.baseAddress
    Parallel.pieces(panels.count) { p in
      let (g, rows) = panels[p]
      guard let cloud = centred[g], let target else { return }
      let n = clouds[g].count
      let inner = Matrix<S>.product(
        cloud.points.slice(rows: rows), cloud.points, transposing: .right)
      var scratch = Matrix<S>(uninitialized: 3, n + 16)
      let (dots, squares, own) = (inner.pointer, cloud.squares.pointer, scratch.mutablePointer)
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: n + k) { candidates in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { distances in
          S.kernels.nearestRows(
            rows.count, rows.lowerBound, n, width, k, Int32(clouds[g].lowerBound),
            cloud.slack, cloud.radius, dots, squares, features + clouds[g].lowerBound * width, own,
            candidates.baseAddress, distances.baseAddress,
            target + (clouds[g].lowerBound + rows.lowerBound) * k)
        }
      }
      withExtendedLifetime((inner, cloud, scratch)) {}
    }
    count = x.rows * k
  }
  return CSRGraph(
    inStart: (0...x.rows).map { Int32($0 * k) }, source: source, memberStart: graph.memberStart)
}

/// A place that pieces of work write to, each its own.
private struct UncheckedTarget<Element>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>?
}

/// The points of a cloud about their mean, where products lose the fewest digits.
private struct CentredCloud<S: Scalar>: @unchecked Sendable {
  let points: Matrix<S>
  let squares: Matrix<S>
  /// The largest norm.
  let radius: Double
  /// Rounding changes |a - b|^2, taken as |b|^2 - 2 a . b + |a|^2 of shifted points of d coordinates,
  /// by less than slack (|a| + |b|)^2: d + 4 roundings of half a unit, twice for safety.
  let slack: Double

  init(_ x: Matrix<S>) {
    var x = x
    let share = 1 / S(max(x.rows, 1))
    x.addToRows(x.columnSums().mapped { -$0 * share })
    points = x
    squares = x.rowSquares()
    radius = Double(squares.elements.max() ?? 0).squareRoot()
    slack = 2 * Double(x.columns + 8) * Double(S.ulpOfOne) / 2
  }
}

/// Why points have no k nearest neighbours.
public enum NearestNeighborError: Error, Equatable, CustomStringConvertible {
  /// k is not positive.
  case tooFew(k: Int)
  /// A cloud has fewer points than neighbours are wanted.
  case cloudTooSmall(k: Int, member: Int, points: Int)
  /// A feature is NaN or infinite.
  case notFinite(row: Int, column: Int)

  /// The message for a person.
  public var description: String {
    switch self {
    case .tooFew(let k): "\(k) nearest neighbours cannot be had: at least 1, the point itself"
    case .cloudTooSmall(let k, let member, let points):
      "\(k) nearest neighbours cannot be had in cloud \(member) of \(points) points (the point itself "
        + "is one of them); take a smaller k, or more points"
    case .notFinite(let row, let column):
      "the feature in row \(row), column \(column) is not finite and has no neighbours"
    }
  }

  /// Sees to it that every cloud has k points.
  public static func check(_ graph: CSRGraph, k: Int) throws {
    guard k > 0 else { throw NearestNeighborError.tooFew(k: k) }
    for member in 0..<graph.memberCount {
      let points = graph.nodes(ofMember: member).count
      guard points >= k else {
        throw NearestNeighborError.cloudTooSmall(k: k, member: member, points: points)
      }
    }
  }
}
