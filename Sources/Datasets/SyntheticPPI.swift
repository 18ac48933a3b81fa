import Graph
import Tensor

extension PPI {
  /// A stand-in for PPI: the same shape, generated, the same for the same seed on every machine.
  ///
  /// Graphs have communities, triangles and heavy-tailed degrees; every node has a self loop, every
  /// other edge goes both ways. A community has a topic, which raises the probabilities of some of
  /// its nodes' binary features; features are standardised on the training graphs, like PPI's.
  ///
  /// Labels depend on a node's own features x, on their mean over the node's neighbours and on the
  /// mean of that over the neighbours again, each standardised: s = B softsign(A [x, Mx, MMx]) plus
  /// a little noise, with random A and B, and label l is 1 where s_l is above the quantile of the
  /// training nodes that gives l its share of ones (30 % on average, 10 % to 89 %). So whoever sees
  /// the neighbourhood can do better than whoever sees the features only. All labels are known.
  ///
  /// - Throws: ``DataError`` (malformed) for a shape that is out of range.
  public static func synthetic(
    shape: SyntheticPPIShape = SyntheticPPIShape(), seed: UInt64
  ) throws -> GraphDataset<Float> {
    try shape.validate()
    let model = SyntheticModel(shape: shape, seed: seed)
    let count = shape.trainGraphs + shape.validGraphs + shape.testGraphs
    var drafts = try (0..<count).map { try model.draft(graph: $0, seed: seed) }
    model.addLabels(to: &drafts, trainCount: shape.trainGraphs, seed: seed)
    let samples = drafts.map { draft in
      let n = draft.graph.nodeCount
      return GraphSample(
        graph: draft.graph, features: Matrix(n, shape.features, draft.features),
        labels: Matrix(n, shape.labels, draft.labels), known: [Bool](repeating: true, count: n))
    }
    let (train, rest) = (samples[..<shape.trainGraphs], samples[shape.trainGraphs...])
    return GraphDataset(
      name: "\(descriptor.name)-synthetic", source: "synthetic stand-in, seed \(seed)",
      isSynthetic: true, train: Array(train), valid: Array(rest.prefix(shape.validGraphs)),
      test: Array(rest.dropFirst(shape.validGraphs)))
  }
}

/// What all the graphs of a synthetic data set have in common.
///
/// Only operations that IEEE 754 rounds exactly are used (no exp, log, pow, tanh), so that a seed
/// means the same data on every machine.
private struct SyntheticModel {
  /// A graph in the making; arrays are row-major, a row a node.
  struct Draft {
    var graph: CSRGraph
    var features: [Float]
    var labels: [Float] = []
  }

  static let topics = 12
  static let hidden = 48
  /// The weights of own features, neighbours' mean and its mean.
  static let blockWeights: [Float] = [0.6, 1, 0.6]
  /// The noise's standard deviation against the score's, which is about 0.5.
  static let noise: Float = 0.03

  let shape: SyntheticPPIShape
  /// The probability of each feature under each topic, topics x features.
  let featureProbability: [Double]
  /// A: hidden x 3 features.
  let first: [Float]
  /// B: labels x hidden.
  let second: [Float]
  /// The share of ones of each label.
  let labelShare: [Double]

  init(shape: SyntheticPPIShape, seed: UInt64) {
    self.shape = shape
    var random = RandomStream(seed: seed, purpose: "synthetic model").generator()
    // PPI's features are rare, most on 0.5 to 3 % of the nodes, one on 16 %.
    let common = random.below(shape.features)
    let base = (0..<shape.features).map { feature in
      feature == common ? 0.16 : 0.002 + 0.028 * random.uniform()
    }
    var featureProbability: [Double] = []
    for _ in 0..<SyntheticModel.topics {
      for p in base {
        featureProbability.append(min(0.9, random.uniform() < 0.15 ? 5 * p : 0.35 * p))
      }
    }
    self.featureProbability = featureProbability
    var first: [Float] = []
    for _ in 0..<SyntheticModel.hidden {
      for weight in SyntheticModel.blockWeights {
        let scale = weight / Float(shape.features).squareRoot()
        for _ in 0..<shape.features { first.append(scale * random.nearlyNormal()) }
      }
    }
    self.first = first
    let scale = 1 / Float(SyntheticModel.hidden).squareRoot()
    second = (0..<shape.labels * SyntheticModel.hidden).map { _ in scale * random.nearlyNormal() }
    labelShare = (0..<shape.labels).map { _ in
      let u = random.uniform()
      return 0.1 + 0.79 * u * u * u
    }
  }

  /// One graph and its features, still 0 or 1.
  func draft(graph index: Int, seed: UInt64) throws -> Draft {
    var random = RandomStream(seed: seed, purpose: "synthetic graph", step: index).generator()
    let n = shape.nodeRange.lowerBound + random.below(shape.nodeRange.count)
    // Communities are runs of nodes here; the numbering is shuffled at the end.
    var communities: [Range<Int>] = []
    var start = 0
    while start < n {
      let end = min(n, start + 20 + random.below(100))
      communities.append(start..<end)
      start = end
    }
    let number = random.permutation(n)

    let edges = self.edges(communities: communities, nodeCount: n, random: &random)
    var sources = (0..<Int32(n)).map { $0 }
    var destinations = sources
    for (a, b) in edges {
      sources += [Int32(number[a]), Int32(number[b])]
      destinations += [Int32(number[b]), Int32(number[a])]
    }

    var features = [Float](repeating: 0, count: n * shape.features)
    // Topics take turns, so that training and test graphs are alike.
    for (k, community) in communities.enumerated() {
      let topic = (k + index) % SyntheticModel.topics
      for i in community {
        for f in 0..<shape.features
        where random.uniform() < featureProbability[topic * shape.features + f] {
          features[number[i] * shape.features + f] = 1
        }
      }
    }
    return Draft(
      graph: try CSRGraph(nodeCount: n, sources: sources, destinations: destinations),
      features: features)
  }

  /// Undirected edges without loops or repetitions, meanDegree / 2 a node.
  private func edges(
    communities: [Range<Int>], nodeCount n: Int, random: inout RandomStream.Generator
  ) -> [(Int, Int)] {
    let wanted = Int((shape.meanDegree * Double(n) / 2).rounded())
    let weights = HeavyTailedWeights(n, random: &random)
    var communityOf: [Range<Int>] = []
    for community in communities {
      communityOf += repeatElement(community, count: community.count)
    }
    var edges: [(Int, Int)] = []
    var neighbours = [[Int]](repeating: [], count: n)
    var present: Set<Int> = []
    var attempts = 0
    while edges.count < wanted {
      attempts += 1
      var a = weights.node(in: 0..<n, &random)
      var b: Int
      let kind = random.uniform()
      if attempts > 20 * wanted {
        // The heavy nodes are full up: any two.
        (a, b) = (random.below(n), random.below(n))
      } else if kind < 0.5 {
        b = weights.node(in: communityOf[a], &random)
      } else if kind < 0.7, !neighbours[a].isEmpty {
        let middle = neighbours[a][random.below(neighbours[a].count)]
        b = neighbours[middle][random.below(neighbours[middle].count)]
      } else {
        b = weights.node(in: 0..<n, &random)
      }
      guard a != b, present.insert(min(a, b) * n + max(a, b)).inserted else { continue }
      edges.append((a, b))
      neighbours[a].append(b)
      neighbours[b].append(a)
    }
    return edges
  }

  /// Standardises the features on the first `trainCount` graphs, then makes all labels.
  func addLabels(to drafts: inout [Draft], trainCount: Int, seed: UInt64) {
    let f = shape.features
    // Own features, neighbours' mean, its mean.
    var blocks: [[[Float]]] = [drafts.map(\.features)]
    for _ in 1..<SyntheticModel.blockWeights.count {
      blocks.append(zip(drafts, blocks.last!).map { neighbourMean($0.graph, $1, width: f) })
    }
    for b in blocks.indices { standardise(&blocks[b], width: f, trainCount: trainCount) }
    var scores: [[Float]] = []
    for g in drafts.indices {
      drafts[g].features = blocks[0][g]
      var random = RandomStream(seed: seed, purpose: "synthetic noise", step: g).generator()
      scores.append(
        self.scores(blocks.map { $0[g] }, nodeCount: drafts[g].graph.nodeCount, random: &random))
    }
    let l = shape.labels
    let thresholds = (0..<l).map { label in
      let sorted = scores[..<trainCount].flatMap { scores in
        stride(from: label, to: scores.count, by: l).map { scores[$0] }
      }.sorted()
      return sorted[min(sorted.count - 1, Int((1 - labelShare[label]) * Double(sorted.count)))]
    }
    for g in drafts.indices {
      drafts[g].labels = scores[g].enumerated().map { $1 >= thresholds[$0 % l] ? 1 : 0 }
    }
  }

  /// B softsign(A [blocks]) + noise, nodes x labels.
  private func scores(
    _ blocks: [[Float]], nodeCount: Int, random: inout RandomStream.Generator
  ) -> [Float] {
    let f = shape.features
    var result = [Float](repeating: 0, count: nodeCount * shape.labels)
    var h = [Float](repeating: 0, count: SyntheticModel.hidden)
    for i in 0..<nodeCount {
      for k in h.indices {
        var sum: Float = 0
        for (b, block) in blocks.enumerated() {
          let row = (k * blocks.count + b) * f
          for j in 0..<f { sum += first[row + j] * block[i * f + j] }
        }
        h[k] = sum / (1 + abs(sum))
      }
      for label in 0..<shape.labels {
        var sum = SyntheticModel.noise * random.nearlyNormal()
        for k in h.indices { sum += second[label * h.count + k] * h[k] }
        result[i * shape.labels + label] = sum
      }
    }
    return result
  }

  /// The mean of the rows of each node's in-neighbours, itself included by its loop.
  private func neighbourMean(_ graph: CSRGraph, _ rows: [Float], width: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows.count)
    for i in 0..<graph.nodeCount {
      for e in Int(graph.inStart[i])..<Int(graph.inStart[i + 1]) {
        let j = Int(graph.source[e])
        for c in 0..<width { result[i * width + c] += rows[j * width + c] }
      }
      for c in 0..<width { result[i * width + c] /= Float(graph.inDegree(i)) }
    }
    return result
  }

  /// Subtracts each column's mean over the training graphs and divides by its standard deviation;
  /// a constant column becomes zeros.
  private func standardise(_ graphs: inout [[Float]], width: Int, trainCount: Int) {
    let n = Double(graphs[..<trainCount].reduce(0) { $0 + $1.count / width })
    for c in 0..<width {
      var (sum, squares) = (0.0, 0.0)
      for rows in graphs[..<trainCount] {
        for k in stride(from: c, to: rows.count, by: width) {
          sum += Double(rows[k])
          squares += Double(rows[k]) * Double(rows[k])
        }
      }
      let mean = sum / n
      let variance = squares / n - mean * mean
      let scale = variance > 1e-12 ? 1 / variance.squareRoot() : 0
      for g in graphs.indices {
        for k in stride(from: c, to: graphs[g].count, by: width) {
          graphs[g][k] = Float((Double(graphs[g][k]) - mean) * scale)
        }
      }
    }
  }
}

extension RandomStream.Generator {
  /// Nearly normal, of mean 0 and variance 1: a sum of four uniform numbers of 16 bits.
  fileprivate mutating func nearlyNormal() -> Float {
    let bits = next()
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)
    return (Float(sum) * 0x1p-16 - 2) * Float(3).squareRoot()
  }
}
