import Distill
import Foundation
import Tensor

// Losses as their formulas stand, in Double, one loop a sum.

extension Matrix where S == Double {
  /// The rows as lists.
  var lists: [[Double]] {
    (0..<rows).map { r in (0..<columns).map { self[r, $0] } }
  }
}

// Plain loops: closures are slow in tests, which are built without optimisation.

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

private func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += (a[i] - b[i]) * (a[i] - b[i]) }
  return sum
}

private func unit(_ a: [Double]) -> [Double] {
  let norm = dot(a, a).squareRoot()
  return norm <= 1e-12 ? a.map { _ in 0 } : a.map { $0 / norm }
}

private func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

enum Naive {
  static func softmaxDivergence(_ s: [Double], _ t: [Double], temperature: Double) -> Double {
    func logSoftmax(_ x: [Double]) -> [Double] {
      let x = x.map { $0 / temperature }
      let most = x.max() ?? 0
      let sum = log(x.reduce(0) { $0 + exp($1 - most) })
      return x.map { $0 - most - sum }
    }
    return temperature * temperature
      * zip(logSoftmax(t), logSoftmax(s)).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
  }

  static func sigmoidDivergence(_ s: Double, _ t: Double, temperature: Double) -> Double {
    func logSigmoid(_ x: Double) -> Double { min(x, 0) - log1p(exp(-abs(x))) }
    return temperature * temperature
      * [1.0, -1.0].reduce(0) { sum, sign in
        let (u, v) = (sign * t / temperature, sign * s / temperature)
        return sum + exp(logSigmoid(u)) * (logSigmoid(u) - logSigmoid(v))
      }
  }

  static func normalizedError(_ s: Matrix<Double>, _ t: Matrix<Double>) -> Double {
    mean(
      zip(s.lists, t.lists).flatMap { a, b in
        zip(unit(a), unit(b)).map { ($0 - $1) * ($0 - $1) }
      })
  }

  static func attention(
    _ s: Matrix<Double>, _ t: Matrix<Double>, _ distance: AttentionDistance
  ) -> Double {
    let (a, b) = (unit(s.lists.map { dot($0, $0) }), unit(t.lists.map { dot($0, $0) }))
    let squared = squaredDistance(a, b)
    return distance == .norm ? squared.squareRoot() : squared / Double(max(a.count, 1))
  }

  static func discrepancy(
    _ s: Matrix<Double>, _ t: Matrix<Double>, _ kernel: DiscrepancyKernel
  ) -> Double {
    let (x, y) = (s.transposed().lists.map(unit), t.transposed().lists.map(unit))
    let all = x + y
    let distances = all.flatMap { u in all.map { squaredDistance(u, $0) } }
    // Over pairs of different vectors: those of a vector with itself add 0.
    let pairs = Double(max(all.count * (all.count - 1), 1))
    let variance = max(distances.reduce(0, +) / pairs, 1e-6)
    func k(_ a: [Double], _ b: [Double]) -> Double {
      switch kernel {
      case .linear: dot(a, b)
      case .poly(let degree, let offset): pow(dot(a, b) + offset, Double(degree))
      case .rbf(.variance(let variance)): exp(-squaredDistance(a, b) / (2 * variance))
      case .rbf(.meanSquaredDistance): exp(-squaredDistance(a, b) / (2 * variance))
      case .function(let function): naiveFunction(function, a, b)
      }
    }
    func average(_ a: [[Double]], _ b: [[Double]]) -> Double {
      mean(a.flatMap { u in b.map { k(u, $0) } })
    }
    return average(x, x) + average(y, y) - 2 * average(x, y)
  }

  static func globalStructure(
    _ s: Matrix<Double>, _ t: Matrix<Double>, _ similarity: GlobalSimilarity
  ) -> Double {
    func sim(_ a: [Double], _ b: [Double]) -> Double {
      switch similarity {
      case .cosine: dot(a, b)
      case .poly(let degree, let offset): pow(dot(a, b) + offset, Double(degree))
      case .l2: squaredDistance(a, b).squareRoot()
      case .rbf(let sigma): exp(-squaredDistance(a, b) / (2 * sigma * sigma))
      case .function(let function, _): naiveFunction(function, a, b)
      }
    }
    var (a, b) = (s.lists, t.lists)
    switch similarity {
    case .cosine, .poly, .function(_, ofDirections: true): (a, b) = (a.map(unit), b.map(unit))
    case .l2, .rbf, .function: break
    }
    var total = 0.0
    for i in a.indices {
      for j in a.indices {
        let gap = sim(a[i], a[j]) - sim(b[i], b[j])
        total += gap * gap
      }
    }
    return total / Double(max(a.count * a.count, 1))
  }

  /// The contrastive loss of features that are projected already.
  static func contrast(
    _ u: Matrix<Double>, _ v: Matrix<Double>, temperature: Double
  ) -> Double {
    let (a, b) = (u.lists.map(unit), v.lists.map(unit))
    return mean(
      a.indices.map { i in
        let logits = b.map { dot(a[i], $0) / temperature }
        let most = logits.max() ?? 0
        return most + log(logits.reduce(0) { $0 + exp($1 - most) }) - logits[i]
      })
  }

  /// max(0, gamma (x W - mean) / sqrt(variance + 1e-5) + beta), or x W + bias.
  static func projected(
    _ x: Matrix<Double>, weight: Matrix<Double>, scale: Matrix<Double>?, offset: Matrix<Double>
  ) -> Matrix<Double> {
    let columns = weight.transposed().lists.enumerated().map { c, w in
      let values = x.lists.map { dot($0, w) }
      guard let scale else { return values.map { $0 + offset[0, c] } }
      let average = mean(values)
      let variance = mean(values.map { ($0 - average) * ($0 - average) })
      return values.map {
        max(0, scale[0, c] * ($0 - average) / (variance + 1e-5).squareRoot() + offset[0, c])
      }
    }
    return Matrix(columns.count, x.rows, columns.flatMap { $0 }).transposed()
  }
}
