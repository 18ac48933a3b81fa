/// In which order the levels of a framelet transform dilate the spectrum.
public enum DilationOrder: String, Sendable, CaseIterable {
  /// Level l sees (pi / lambda_max) s^(l - Lev) L: s^(-J + l - 1) L with
  /// J = log(lambda_max / pi) / log s + Lev - 1, as in the published code of UFG and of frameless
  /// distillation for the Haar, linear and quadratic banks.
  case increasing
  /// Level l sees (pi / lambda_max) s^(1 - l) L: s^(-J - l + 1) L with
  /// J = log(lambda_max / pi) / log s, the order of the quasi-framelet paper, which that code uses for
  /// the entropy and sigmoid banks.
  case decreasing
}

/// How the operators of a framelet transform are computed.
public enum FrameletRoute: Sendable, Hashable {
  /// From the eigen-decomposition of L: n^2 numbers and O(n^3) work, for small graphs.
  case exact
  /// By Chebyshev polynomials of degree `terms` - 1, through products with the sparse L. Each level
  /// costs `terms` - 1 of them, for all of its bands together.
  case chebyshev(terms: Int, quadrature: ChebyshevQuadrature = .gauss)
}

/// What a framelet transform is made from besides the graph.
public struct FrameletOptions: Sendable, Hashable {
  /// The masks.
  public var bank: FilterBank
  /// The number of levels, Lev, at least 1.
  public var levels: Int
  /// The dilation s > 1.
  public var dilation: Double
  /// The order of the levels.
  public var order: DilationOrder
  /// The largest eigenvalue of L, or a bound above it, in (0, 2]; nil to have it computed.
  public var largestEigenvalue: Double?
  /// How operators are computed.
  public var route: FrameletRoute

  /// The settings published for Cora unless given otherwise: Haar, one level, dilation 2, Chebyshev
  /// polynomials of degree 1.
  public init(
    bank: FilterBank = .haar, levels: Int = 1, dilation: Double = 2,
    order: DilationOrder = .increasing, largestEigenvalue: Double? = nil,
    route: FrameletRoute = .chebyshev(terms: 2)
  ) {
    self.bank = bank
    self.levels = levels
    self.dilation = dilation
    self.order = order
    self.largestEigenvalue = largestEigenvalue
    self.route = route
  }

  /// The bands in the order of results: the low pass of the last level; then mask by mask the high
  /// passes, each from level 1 to Lev. 1 + (R - 1) Lev of them.
  public var bands: [FrameletBand] {
    [FrameletBand(mask: 0, level: levels)]
      + (1..<bank.maskCount).flatMap { mask in
        (0..<max(levels, 0)).map { FrameletBand(mask: mask, level: $0 + 1) }
      }
  }

  /// Whether every graph has the same polynomials, so that the operators of a batch are those of its
  /// graphs.
  var isSameForEveryGraph: Bool {
    guard case .chebyshev = route else { return false }
    return largestEigenvalue != nil
  }

  /// What level l = 1 ... Lev multiplies L with, for a given lambda_max.
  func scale(ofLevel level: Int, largestEigenvalue: Double) -> Double {
    var scale = Double.pi / largestEigenvalue
    let steps = order == .increasing ? levels - level : level - 1
    for _ in 0..<steps { scale /= dilation }
    return scale
  }

  func validate() throws {
    try bank.validate()
    try FrameletError.require(
      levels >= 1, "the number of framelet levels", Double(levels), "at least 1")
    try FrameletError.require(
      dilation > 1 && dilation.isFinite, "the framelet dilation", dilation,
      "a finite number above 1")
    if let given = largestEigenvalue {
      try FrameletError.require(
        given > 0 && given <= 2, "the largest eigenvalue", given, "a number in (0, 2]")
    }
    guard case .chebyshev(let terms, let quadrature) = route else { return }
    try FrameletError.require(
      terms >= 1, "the number of Chebyshev terms", Double(terms), "at least 1")
    guard case .trapezoid(let points) = quadrature else { return }
    try FrameletError.require(
      points >= 2, "the number of trapezoid points", Double(points), "at least 2")
  }
}

/// Why a framelet transform could not be made.
public enum FrameletError: Error, Equatable, CustomStringConvertible {
  /// Node `destination` has `forward` edges from `source`, which has `backward` edges from it.
  case notSymmetric(source: Int, destination: Int, forward: Int, backward: Int)
  /// A graph too large for the exact route, which keeps the square of `nodes` numbers.
  case tooLargeForExact(nodes: Int, limit: Int)
  /// A setting that makes no sense.
  case badParameter(name: String, value: Double, expected: String)

  static func require(
    _ condition: Bool, _ name: String, _ value: Double, _ expected: String
  ) throws {
    guard condition else { throw badParameter(name: name, value: value, expected: expected) }
  }

  /// The message for a person.
  public var description: String {
    switch self {
    case .notSymmetric(let source, let destination, let forward, let backward):
      "a Laplacian needs an undirected graph, but there are \(forward) edges from node \(source) to "
        + "\(destination) and \(backward) back; add the missing direction"
    case .tooLargeForExact(let nodes, let limit):
      "the exact framelet route keeps the eigenvectors of a graph, \(nodes) x \(nodes) numbers "
        + "here; above \(limit) nodes use Chebyshev polynomials"
    case .badParameter(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    }
  }
}
