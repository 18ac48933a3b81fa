import Foundation
import Graph
import Tensor

// What the operations over edges compute, as plain loops over lists of edges in double precision,
// and how far the fast ones may be off. (The innermost loops are `while` loops over pointers: tests
// are built without optimisation, where those are many times faster than all else.)

extension Scalar {
  /// How far an operation in this precision may be from the naive one, as a share of the largest
  /// number expected.
  static var tolerance: Double { self == Float.self ? 1e-5 : 1e-12 }
}

/// The same numbers in double precision.
func inDouble<S: Scalar>(_ x: Matrix<S>) -> Matrix<Double> { x.converted() }

extension Matrix<Double> {
  /// The largest absolute value.
  var largest: Double {
    var result = 0.0
    var i = 0
    while i < count {
      result = max(result, abs(pointer[i]))
      i += 1
    }
    return result
  }
}

/// The largest difference; infinite where the shapes differ or a number is not finite.
func maximalDifference<S: Scalar>(_ actual: Matrix<S>, _ expected: Matrix<Double>) -> Double {
  guard actual.rows == expected.rows, actual.columns == expected.columns, actual.isFinite,
    expected.isFinite
  else { return .infinity }
  var difference = inDouble(actual)
  difference.add(expected, scale: -1)
  return difference.largest
}

/// The same as a share of the largest number expected.
func deviation<S: Scalar>(_ actual: Matrix<S>, from expected: Matrix<Double>) -> Double {
  let (difference, largest) = (maximalDifference(actual, expected), expected.largest)
  return largest > 0 ? difference / largest : difference
}

/// Normal random numbers, other ones for each name.
func random<S: Scalar>(
  _ rows: Int, _ columns: Int, _ name: String, deviation: Double = 1
) -> Matrix<S> {
  .normal(rows, columns, deviation: deviation, stream: RandomStream(seed: 7, purpose: name))
}

/// y += a x.
private func addMultiple(
  _ n: Int, _ a: Double, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
) {
  var i = 0
  while i < n {
    y[i] += a * x[i]
    i += 1
  }
}

/// sum of x y.
private func innerProduct(
  _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>
) -> Double {
  var sum = 0.0
  var i = 0
  while i < n {
    sum += x[i] * y[i]
    i += 1
  }
  return sum
}

extension AwkwardGraph {
  /// out[destination] += w x[source], for each edge.
  func spmm(_ x: Matrix<Double>, _ weights: Matrix<Double>?) -> Matrix<Double> {
    var out = Matrix<Double>(zeros: nodeCount, x.columns)
    let target = out.mutablePointer
    for (e, edge) in edges.enumerated() {
      addMultiple(
        x.columns, weights?[e, 0] ?? 1, x.pointer + edge.source * x.columns,
        target + edge.destination * x.columns)
    }
    return out
  }

  /// dx[source] += w dOut[destination], for each edge.
  func spmmBackward(_ dOut: Matrix<Double>, _ weights: Matrix<Double>?) -> Matrix<Double> {
    var dx = Matrix<Double>(zeros: nodeCount, dOut.columns)
    let target = dx.mutablePointer
    for (e, edge) in edges.enumerated() {
      addMultiple(
        dOut.columns, weights?[e, 0] ?? 1, dOut.pointer + edge.destination * dOut.columns,
        target + edge.source * dOut.columns)
    }
    return dx
  }

  /// dOut[destination] . x[source], for each edge.
  func spmmBackwardToWeights(_ dOut: Matrix<Double>, _ x: Matrix<Double>) -> Matrix<Double> {
    Matrix(
      edges.count, 1,
      edges.map {
        innerProduct(
          x.columns, dOut.pointer + $0.destination * x.columns,
          x.pointer + $0.source * x.columns)
      })
  }

  /// The logarithm of the softmax over the edges into each node, for each column.
  func logSoftmax(_ scores: Matrix<Double>) -> Matrix<Double> {
    var result = scores
    for list in edgesInto {
      for h in 0..<scores.columns {
        guard let maximum = list.map({ scores[$0, h] }).max() else { continue }
        let sum = list.reduce(0) { $0 + exp(scores[$1, h] - maximum) }
        for e in list { result[e, h] = scores[e, h] - maximum - log(sum) }
      }
    }
    return result
  }

  /// The softmax over the edges into each node, for each column.
  func softmax(_ scores: Matrix<Double>) -> Matrix<Double> {
    let logs = logSoftmax(scores)
    return Matrix(logs.rows, logs.columns, logs.elements.map { exp($0) })
  }

  /// The product of a gradient with the matrix of all derivatives dp[e'] / ds[e] =
  /// p[e'] ([e = e'] - p[e]).
  func softmaxBackward(_ p: Matrix<Double>, _ dp: Matrix<Double>) -> Matrix<Double> {
    var ds = Matrix<Double>(zeros: p.rows, p.columns)
    for list in edgesInto {
      for h in 0..<p.columns {
        for e in list {
          for other in list {
            ds[e, h] += dp[other, h] * p[other, h] * ((e == other ? 1 : 0) - p[e, h])
          }
        }
      }
    }
    return ds
  }

  /// The similarity of the two ends of each edge.
  func similarity(_ x: Matrix<Double>, _ kind: EdgeSimilarity) -> Matrix<Double> {
    let d = x.columns
    return Matrix(
      edges.count, 1,
      edges.map { edge in
        let (a, b) = (x.pointer + edge.destination * d, x.pointer + edge.source * d)
        var sum = 0.0
        var c = 0
        while c < d {
          switch kind {
          case .l1: sum += abs(a[c] - b[c])
          case .squaredL2: sum += (a[c] - b[c]) * (a[c] - b[c])
          case .dot: sum += a[c] * b[c]
          }
          c += 1
        }
        return sum
      })
  }

  /// The gradient of the same: each edge adds to both of its ends.
  func similarityBackward(
    _ x: Matrix<Double>, _ dOut: Matrix<Double>, _ kind: EdgeSimilarity
  ) -> Matrix<Double> {
    let d = x.columns
    var dx = Matrix<Double>(zeros: nodeCount, d)
    let target = dx.mutablePointer
    for (e, edge) in edges.enumerated() {
      let (i, j) = (edge.destination * d, edge.source * d)
      let g = dOut[e, 0]
      var c = 0
      while c < d {
        let (a, b) = (x.pointer[i + c], x.pointer[j + c])
        switch kind {
        case .l1:
          target[i + c] += a == b ? 0 : a > b ? g : -g
          target[j + c] += a == b ? 0 : a > b ? -g : g
        case .squaredL2:
          target[i + c] += 2 * g * (a - b)
          target[j + c] -= 2 * g * (a - b)
        case .dot:
          target[i + c] += g * b
          target[j + c] += g * a
        }
        c += 1
      }
    }
    return dx
  }

  /// The mean divergence of softmax(scores) and exp(logProbabilities), with its gradient.
  func divergence(
    _ scores: Matrix<Double>, _ logProbabilities: Matrix<Double>, _ direction: DivergenceDirection
  ) -> (loss: Double, dScores: Matrix<Double>) {
    let logs = logSoftmax(scores)
    var (loss, gradient) = (0.0, Matrix<Double>(zeros: edges.count, 1))
    for list in edgesInto {
      func q(_ e: Int) -> Double { exp(logs[e, 0]) }
      func p(_ e: Int) -> Double { exp(logProbabilities[e, 0]) }
      func gap(_ e: Int) -> Double { logs[e, 0] - logProbabilities[e, 0] }
      switch direction {
      case .forward:
        loss -= list.reduce(0) { $0 + p($1) * gap($1) }
        for e in list { gradient[e, 0] = q(e) - p(e) }
      case .reverse:
        let divergence = list.reduce(0) { $0 + q($1) * gap($1) }
        loss += divergence
        for e in list { gradient[e, 0] = q(e) * (gap(e) - divergence) }
      }
    }
    let n = Double(max(nodeCount, 1))
    for e in edges.indices { gradient[e, 0] /= n }
    return (loss / n, gradient)
  }

  /// Graph attention and, for a gradient of its output, all gradients. `mask` holds what dropout
  /// multiplies each attention weight with.
  func attention(
    _ x: Matrix<Double>, _ aSource: Matrix<Double>, _ aDestination: Matrix<Double>,
    options: AttentionOptions<Double>, mask: Matrix<Double>, addingTo residual: Matrix<Double>,
    dOut: Matrix<Double>
  ) -> (
    output: Matrix<Double>, alpha: Matrix<Double>, dx: Matrix<Double>, daSource: Matrix<Double>,
    daDestination: Matrix<Double>
  ) {
    let heads = options.heads
    let d = x.columns / heads
    let share = options.averagesHeads ? 1 / Double(heads) : 1
    let wide = options.averagesHeads ? d : heads * d
    func place(_ node: Int, _ h: Int) -> Int { (node * heads + h) * d }
    func outPlace(_ node: Int, _ h: Int) -> Int {
      node * wide + (options.averagesHeads ? 0 : h * d)
    }

    var raw = Matrix<Double>(zeros: edges.count, heads)
    for (e, edge) in edges.enumerated() {
      for h in 0..<heads {
        raw[e, h] =
          innerProduct(d, aSource.pointer + h * d, x.pointer + place(edge.source, h))
          + innerProduct(d, aDestination.pointer + h * d, x.pointer + place(edge.destination, h))
      }
    }
    let scores = Matrix(
      edges.count, heads, raw.elements.map { $0 > 0 ? $0 : options.negativeSlope * $0 })
    let alpha = softmax(scores)

    var output = residual
    var dx = Matrix<Double>(zeros: nodeCount, heads * d)
    var dAlpha = Matrix<Double>(zeros: edges.count, heads)
    let (out, dInput) = (output.mutablePointer, dx.mutablePointer)
    for (e, edge) in edges.enumerated() {
      for h in 0..<heads {
        let weight = share * alpha[e, h] * mask[e, h]
        let neighbour = x.pointer + place(edge.source, h)
        let gradient = dOut.pointer + outPlace(edge.destination, h)
        addMultiple(d, weight, neighbour, out + outPlace(edge.destination, h))
        addMultiple(d, weight, gradient, dInput + place(edge.source, h))
        dAlpha[e, h] = share * mask[e, h] * innerProduct(d, gradient, neighbour)
      }
    }
    let dScores = softmaxBackward(alpha, dAlpha)
    var daSource = Matrix<Double>(zeros: 1, heads * d)
    var daDestination = daSource
    let (dFrom, dTo) = (daSource.mutablePointer, daDestination.mutablePointer)
    for (e, edge) in edges.enumerated() {
      for h in 0..<heads {
        let g = dScores[e, h] * (raw[e, h] > 0 ? 1 : options.negativeSlope)
        let (j, i) = (place(edge.source, h), place(edge.destination, h))
        addMultiple(d, g, aSource.pointer + h * d, dInput + j)
        addMultiple(d, g, aDestination.pointer + h * d, dInput + i)
        addMultiple(d, g, x.pointer + j, dFrom + h * d)
        addMultiple(d, g, x.pointer + i, dTo + h * d)
      }
    }
    return (output, alpha, dx, daSource, daDestination)
  }
}

/// What dropout multiplies each of `count` numbers with.
func dropoutFactors(_ rows: Int, _ columns: Int, _ p: Double, _ stream: RandomStream)
  -> Matrix<Double>
{
  var factors = Matrix<Double>(zeros: rows, columns)
  for i in 0..<rows * columns {
    let (a, b, c, d) = stream.block(UInt64(i / 4))
    let isDropped = Double([a, b, c, d][i % 4]) < (p * 0x1p32).rounded(.down)
    factors[i / columns, i % columns] = isDropped ? 0 : 1 / (1 - p)
  }
  return factors
}

extension AwkwardGraph {
  /// Attention with the nonlinearity inside, and all its gradients, edge by edge from the formulas.
  func dynamicAttention(
    _ x: Matrix<Double>, _ y: Matrix<Double>, _ a: Matrix<Double>,
    options: AttentionOptions<Double>, mask: Matrix<Double>, addingTo residual: Matrix<Double>,
    dOut: Matrix<Double>
  ) -> (
    output: Matrix<Double>, alpha: Matrix<Double>, dx: Matrix<Double>, dy: Matrix<Double>,
    da: Matrix<Double>
  ) {
    let heads = options.heads
    let d = x.columns / heads
    let share = options.averagesHeads ? 1 / Double(heads) : 1
    func inner(_ e: Int, _ h: Int, _ c: Int) -> Double {
      x[edges[e].source, h * d + c] + y[edges[e].destination, h * d + c]
    }
    func slope(_ u: Double) -> Double { u > 0 ? 1 : options.negativeSlope }
    func outColumn(_ h: Int, _ c: Int) -> Int { options.averagesHeads ? c : h * d + c }

    var scores = Matrix<Double>(zeros: edges.count, heads)
    for e in edges.indices {
      for h in 0..<heads {
        for c in 0..<d { scores[e, h] += a[0, h * d + c] * slope(inner(e, h, c)) * inner(e, h, c) }
      }
    }
    let alpha = softmax(scores)
    var output = residual
    var (dx, dy) = (
      Matrix<Double>(zeros: nodeCount, heads * d), Matrix<Double>(zeros: nodeCount, heads * d)
    )
    var (da, dAlpha) = (Matrix<Double>(zeros: 1, heads * d), scores)
    for (e, edge) in edges.enumerated() {
      for h in 0..<heads {
        let weight = share * alpha[e, h] * mask[e, h]
        dAlpha[e, h] = 0
        for c in 0..<d {
          let (k, o) = (h * d + c, outColumn(h, c))
          output[edge.destination, o] += weight * x[edge.source, k]
          dx[edge.source, k] += weight * dOut[edge.destination, o]
          dAlpha[e, h] += share * mask[e, h] * dOut[edge.destination, o] * x[edge.source, k]
        }
      }
    }
    let dScores = softmaxBackward(alpha, dAlpha)
    for (e, edge) in edges.enumerated() {
      for h in 0..<heads {
        for c in 0..<d {
          let (k, u, g) = (h * d + c, inner(e, h, c), dScores[e, h])
          da[0, k] += g * slope(u) * u
          dx[edge.source, k] += g * a[0, k] * slope(u)
          dy[edge.destination, k] += g * a[0, k] * slope(u)
        }
      }
    }
    return (output, alpha, dx, dy, da)
  }
}
