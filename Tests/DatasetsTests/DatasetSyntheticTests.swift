import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

@Suite struct DatasetSyntheticTests {
  var small: SyntheticPPIShape {
    var shape = SyntheticPPIShape()
    shape.trainGraphs = 3
    shape.validGraphs = 1
    shape.testGraphs = 2
    shape.nodesPerGraph = 400
    shape.meanDegree = 20
    shape.features = 20
    shape.labels = 15
    return shape
  }

  @Test func shape() throws {
    let data = try PPI.synthetic(shape: small, seed: 7)
    #expect(data.isSynthetic)
    #expect(data.name.contains("synthetic"))
    #expect(data.source == "synthetic stand-in, seed 7")
    #expect((data.train.count, data.valid.count, data.test.count) == (3, 1, 2))
    #expect((data.featureCount, data.labelCount) == (20, 15))
    #expect(data.labelledShare == 1)
    #expect(Set(data.samples.map(\.graph.nodeCount)).count > 1)
    for sample in data.samples {
      let graph = sample.graph
      let n = graph.nodeCount
      #expect(small.nodeRange.contains(n))
      #expect(graph.edgeCount == n + 2 * Int((20.0 * Double(n) / 2).rounded()))
      var edges: Set<Int> = []
      for i in 0..<n {
        for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
          #expect(edges.insert(Int(graph.source[e]) * n + i).inserted)
        }
      }
      #expect((0..<n).allSatisfy { edges.contains($0 * n + $0) })
      #expect(edges.allSatisfy { edges.contains($0 % n * n + $0 / n) })
      #expect(sample.features.filled.elements.allSatisfy { $0.isFinite })
      #expect(sample.labels.elements.allSatisfy { $0 == 0 || $0 == 1 })
      // Heavy-tailed: the hub has many times the mean, half the nodes are well below it.
      let degrees = (0..<n).map { graph.inDegree($0) - 1 }.sorted()
      #expect(degrees[n - 1] > 60)
      #expect(degrees[n / 2] < 16)
    }
  }

  @Test func labelsAreAsDenseAsPPIs() throws {
    var shape = small
    shape.labels = 121
    let labels = try PPI.synthetic(shape: shape, seed: 1).train.flatMap(\.labels.elements)
    let density = labels.reduce(0, +) / Float(labels.count)
    #expect((0.24...0.36).contains(density))
  }

  @Test func theSeedDecides() throws {
    let a = try PPI.synthetic(shape: small, seed: 7)
    let b = try PPI.synthetic(shape: small, seed: 7)
    let c = try PPI.synthetic(shape: small, seed: 8)
    for (x, y) in zip(a.samples, b.samples) {
      #expect(x.graph.source == y.graph.source)
      #expect(x.features == y.features)
      #expect(x.labels == y.labels)
    }
    #expect(a.train[0].graph.source != c.train[0].graph.source)
    #expect(a.train[0].features != c.train[0].features)
  }

  /// Least squares on the training graphs, judged on the test graphs: the share of the labels'
  /// variance that is explained must grow when the neighbourhood is seen, and not when it is seen
  /// of other nodes.
  @Test func labelsDependOnTheNeighbourhood() throws {
    var shape = small
    shape.nodesPerGraph = 800
    let data = try PPI.synthetic(shape: shape, seed: 3).converted(to: Double.self)
    func explained(_ inputs: (GraphSample<Double>) -> Matrix<Double>) -> Double {
      explainedVariance(
        train: data.train.map { (inputs($0), $0.labels) },
        test: data.test.map { (inputs($0), $0.labels) })
    }
    let own = explained { $0.features.filled }
    let neighbourhood = explained { sideBySide($0.features.filled, neighbourMean($0, shift: 0)) }
    let strangers = explained { sideBySide($0.features.filled, neighbourMean($0, shift: 1)) }
    #expect(own > 0.02)
    #expect(neighbourhood > own + 0.15)
    #expect(strangers < own + 0.05)
  }

  @Test func shapesOutOfRange() {
    let bad: [(WritableKeyPath<SyntheticPPIShape, Int>, Int, String)] = [
      (\.trainGraphs, 0, "trainGraphs"), (\.validGraphs, -1, "validGraphs"),
      (\.testGraphs, 1 << 40, "testGraphs"), (\.nodesPerGraph, 0, "nodesPerGraph"),
      (\.nodesPerGraph, .max, "nodesPerGraph"), (\.nodesPerGraph, 3, "meanDegree"),
      (\.features, 0, "features"), (\.labels, -5, "labels"),
    ]
    for (field, value, name) in bad {
      var shape = small
      shape[keyPath: field] = value
      expectDataError(.malformed, name) { _ = try PPI.synthetic(shape: shape, seed: 1) }
    }
    for degree in [-1, .nan, .infinity, 300] {
      var shape = small
      shape.meanDegree = degree
      expectDataError(.malformed, "meanDegree") { _ = try PPI.synthetic(shape: shape, seed: 1) }
    }
  }

  @Test func smallestAndDensestShapes() throws {
    var shape = small
    shape.nodesPerGraph = 1
    shape.meanDegree = 0
    shape.features = 1
    shape.labels = 1
    #expect(try PPI.synthetic(shape: shape, seed: 1).edgeCount == 6)
    shape.nodesPerGraph = 40
    shape.meanDegree = 8.5
    let dense = try PPI.synthetic(shape: shape, seed: 1)
    #expect(dense.samples.allSatisfy { $0.graph.edgeCount > 8 * $0.graph.nodeCount })
  }
}

/// The mean of the neighbours' features; of the neighbours of the next node but `shift`.
private func neighbourMean(_ sample: GraphSample<Double>, shift: Int) -> Matrix<Double> {
  let (graph, features) = (sample.graph, sample.features.filled)
  var mean = Matrix<Double>(zeros: features.rows, features.columns)
  for i in 0..<features.rows {
    let other = (i + shift) % features.rows
    for e in Int(graph.inStart[other])..<Int(graph.inStart[other + 1]) {
      for c in 0..<features.columns {
        mean[i, c] += features[Int(graph.source[e]), c] / Double(graph.inDegree(other))
      }
    }
  }
  return mean
}

private func sideBySide(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  Matrix.stacked([a.transposed(), b.transposed()]).transposed()
}

/// 1 - residual / total sum of squares on `test` of the least squares fit to `train`, with a
/// constant and a slight ridge.
private func explainedVariance(
  train: [(Matrix<Double>, Matrix<Double>)], test: [(Matrix<Double>, Matrix<Double>)]
) -> Double {
  func join(_ parts: [(Matrix<Double>, Matrix<Double>)]) -> (x: Matrix<Double>, y: Matrix<Double>) {
    let x = Matrix.stacked(parts.map(\.0))
    return (
      sideBySide(x, Matrix(repeating: 1, x.rows, 1)), Matrix.stacked(parts.map(\.1))
    )
  }
  let (x, y) = join(train)
  let (p, q) = (x.columns, y.columns)
  // Normal equations [X'X + I | X'Y], solved by elimination.
  var a = [[Double]](repeating: [Double](repeating: 0, count: p + q), count: p)
  let (xs, ys) = (x.elements, y.elements)
  for r in 0..<x.rows {
    for i in 0..<p {
      for j in 0..<p { a[i][j] += xs[r * p + i] * xs[r * p + j] }
      for j in 0..<q { a[i][p + j] += xs[r * p + i] * ys[r * q + j] }
    }
  }
  for i in 0..<p { a[i][i] += 1 }
  for i in 0..<p {
    for r in 0..<p where r != i {
      let factor = a[r][i] / a[i][i]
      for j in i..<(p + q) { a[r][j] -= factor * a[i][j] }
    }
  }
  let (u, v) = join(test)
  let means = (0..<q).map { j in
    (0..<v.rows).reduce(0.0) { $0 + v[$1, j] } / Double(v.rows)
  }
  var (residual, total) = (0.0, 0.0)
  for r in 0..<u.rows {
    for j in 0..<q {
      let predicted = (0..<p).reduce(0.0) { $0 + u[r, $1] * a[$1][p + j] / a[$1][$1] }
      residual += (v[r, j] - predicted) * (v[r, j] - predicted)
      total += (v[r, j] - means[j]) * (v[r, j] - means[j])
    }
  }
  return 1 - residual / total
}
