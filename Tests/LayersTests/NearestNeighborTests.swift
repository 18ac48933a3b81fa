import Graph
import Layers
import Tensor
import Testing

/// Nearest neighbours against brute force in Double.
@Suite struct NearestNeighborTests {
  /// For each point of each cloud itself and the k - 1 others that come first by distance and number.
  private func bruteForce(_ x: Matrix<Double>, _ sizes: [Int], k: Int) -> [[Int32]] {
    var first = 0
    return sizes.flatMap { size in
      defer { first += size }
      let nodes = Array(first..<first + size)
      return nodes.map { i in
        func distance(_ j: Int) -> Double {
          j == i
            ? -1
            : (0..<x.columns).reduce(0) { $0 + (x[i, $1] - x[j, $1]) * (x[i, $1] - x[j, $1]) }
        }
        let distances = nodes.map(distance)
        let order = nodes.sorted {
          (distances[$0 - first], $0) < (distances[$1 - first], $1)
        }
        return order.prefix(k).map { Int32($0) }.sorted()
      }
    }
  }

  private func neighbors(_ graph: CSRGraph) -> [[Int32]] {
    (0..<graph.nodeCount).map { i in
      Array(graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])])
    }
  }

  @Test(arguments: [
    ([1], 1, 1), ([5, 9, 3], 3, 3), ([17, 16, 40], 7, 16), ([300], 64, 20), ([600, 20], 3, 20),
    ([270], 65, 256), ([530, 64], 3, 40), ([96], 2, 95), ([33, 48, 65], 12, 33), ([400], 5, 2),
  ])
  func neighborsAreThoseOfBruteForce(_ shape: (sizes: [Int], width: Int, k: Int)) throws {
    let graph = CSRGraph(edgelessMembers: shape.sizes)
    let x: Matrix<Float> = random(graph.nodeCount, shape.width, "x")
    let expected = bruteForce(x.converted(), shape.sizes, k: shape.k)
    let found = try kNearestNeighbors(graph, x, k: shape.k)
    #expect(neighbors(found) == expected && found.memberStart == graph.memberStart)
    let inDouble = try kNearestNeighbors(graph, x.converted(to: Double.self), k: shape.k)
    #expect(neighbors(inDouble) == expected)
    let onTwo = try Parallel.withThreads(2) { try kNearestNeighbors(graph, x, k: shape.k) }
    #expect(onTwo.source == found.source)
  }

  /// A small cloud far from the origin, where rounded products of Floats say nothing.
  @Test func farFromTheOrigin() throws {
    let sizes = [200, 150]
    let noise: Matrix<Double> = random(350, 8, "noise")
    let x = Matrix<Float>(350, 8, noise.elements.map { Float(3_000 + $0) })
    let found = try kNearestNeighbors(CSRGraph(edgelessMembers: sizes), x, k: 12)
    #expect(neighbors(found) == bruteForce(x.converted(), sizes, k: 12))
  }

  /// Tight clusters far apart: about the mean of all, distances within a cluster are less than what
  /// rounding takes from the squares of Floats.
  @Test func clustersFarApart() throws {
    let noise: Matrix<Double> = random(240, 5, "noise")
    let places: Matrix<Double> = random(8, 5, "places")
    let x = Matrix<Float>(
      240, 5,
      (0..<1_200).map { Float(1_000 * places[$0 / 5 % 8, $0 % 5] + 0.1 * noise.elements[$0]) })
    let found = try kNearestNeighbors(CSRGraph(edgelessMembers: [160, 80]), x, k: 9)
    #expect(neighbors(found) == bruteForce(x.converted(), [160, 80], k: 9))
  }

  /// Points as far from one as that is from the mean of all. What their products come to is about zero,
  /// so a bound on its rounding cannot be a share of it.
  @Test(arguments: 0..<8) func shellsAsWideAsTheirDistance(_ turn: Int) throws {
    let directions: Matrix<Double> = random(60, 16, "directions \(turn)")
    var half = [1.0] + [Double](repeating: 0, count: 15)
    for i in 0..<60 {
      let row = directions.row(i).elements
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      half += row.enumerated().map { $1 / norm + ($0 == 0 ? 1 : 0) }
    }
    // The mean of both halves is 0.
    let x = Matrix<Float>(122, 16, (half + half.map { -$0 }).map { Float($0) })
    let found = try kNearestNeighbors(CSRGraph(edgelessMembers: [122]), x, k: 20)
    #expect(neighbors(found) == bruteForce(x.converted(), [122], k: 20))
  }

  /// Many equal distances, and points that coincide.
  @Test func tiesGoByNumber() throws {
    var lattice = Matrix<Float>(zeros: 128, 2)
    for i in 0..<128 {
      lattice[i, 0] = Float(i % 8)
      lattice[i, 1] = Float(i % 64 / 8)
    }
    let found = try kNearestNeighbors(CSRGraph(edgelessMembers: [128]), lattice, k: 6)
    #expect(neighbors(found) == bruteForce(lattice.converted(), [128], k: 6))
    var cube = Matrix<Float>(zeros: 512, 3)
    for i in 0..<512 { for a in 0..<3 { cube[i, a] = Float([i % 8, i / 8 % 8, i / 64][a]) } }
    for k in [7, 20, 27] {
      let found = try kNearestNeighbors(CSRGraph(edgelessMembers: [512]), cube, k: k)
      #expect(neighbors(found) == bruteForce(cube.converted(), [512], k: k))
    }
    let equal = Matrix<Float>(repeating: 0.1, 50, 33)
    let same = neighbors(try kNearestNeighbors(CSRGraph(edgelessMembers: [50]), equal, k: 4))
    #expect(same[0] == [0, 1, 2, 3] && same[2] == [0, 1, 2, 3] && same[9] == [0, 1, 2, 9])
  }

  /// Two equal distances, of which nearer ones that come later leave room for one: the first stays. They
  /// differ by less than rounding takes from their products.
  @Test func ofEqualOnesTheFirstStays() throws {
    let near = Float(1).nextDown
    let line: [Float] = [0, 1, -1, near, 4, -4, 5, -5, 6, -6, 7, -7, -near]
    let x = Matrix<Float>(line.count, 1, line)
    let found = try kNearestNeighbors(CSRGraph(edgelessMembers: [line.count]), x, k: 4)
    #expect(neighbors(found)[0] == [0, 1, 3, 12])
    #expect(neighbors(found) == bruteForce(x.converted(), [line.count], k: 4))
  }

  @Test func whatHasNoNeighborsIsRefused() throws {
    let graph = CSRGraph(edgelessMembers: [6, 4])
    var x: Matrix<Double> = random(10, 3, "x")
    #expect(throws: NearestNeighborError.cloudTooSmall(k: 5, member: 1, points: 4)) {
      try kNearestNeighbors(graph, x, k: 5)
    }
    #expect(throws: NearestNeighborError.tooFew(k: 0)) { try kNearestNeighbors(graph, x, k: 0) }
    x[7, 1] = .nan
    #expect(throws: NearestNeighborError.notFinite(row: 7, column: 1)) {
      try kNearestNeighbors(graph, x, k: 2)
    }
    // Inside a network such features pass on to the loss, on a graph that is one.
    let layer = NearestNeighborLayer<Double>(name: "points", width: 3, k: 2)
    let pass = layer.forward(x, on: graph, .evaluation, needsInputGradient: false)
    guard case .built(let built) = pass.graph else {
      Issue.record("no graph was built")
      return
    }
    #expect(neighbors(built).enumerated().allSatisfy { $1.count == 2 && $1.contains(Int32($0)) })
    #expect(neighbors(built)[7] == [6, 7])
    // Each of these has itself and the first others.
    let rows = nearestNeighborGraph(graph, Matrix<Double>(repeating: .nan, 10, 3), k: 3)
    #expect(
      neighbors(rows)[..<6] == [
        [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 3], [0, 1, 4], [0, 1, 5],
      ])
    #expect(neighbors(rows)[6...] == [[6, 7, 8], [6, 7, 8], [6, 7, 8], [6, 7, 9]])
    #expect(throws: GraphLayerError.tooFewNodes(layer: "points", neighbors: 5, nodes: 4)) {
      try NearestNeighborLayer<Double>(name: "points", width: 3, k: 5).prepare(on: graph)
    }
  }
}
