import Datasets
import Foundation
import Graph
import Layers
import Tensor

/// Which trained model is asked for predictions.
package struct PredictionRequest {
  package var model: String
  package var seed: UInt64
  /// ``ModelFile/weights`` or ``ModelFile/lastWeights``.
  package var weights: ModelFile
  /// Taps whose features are wanted besides the logits.
  package var taps: [Tap]

  package init(model: String, seed: UInt64, weights: ModelFile, taps: [Tap] = []) {
    self.model = model
    self.seed = seed
    self.weights = weights
    self.taps = taps
  }
}

extension ExperimentTraining {
  package func predictions(
    _ request: PredictionRequest, in directory: SeedDirectory
  ) throws -> NPZFile {
    try Parallel.withThreads(context.threads) {
      let model = model(named: request.model)
      let network = try trained(
        model.name, request.weights, seed: request.seed, in: directory)
      let parts = try data.parts(seed: request.seed, on: model.graph)
      let writer = PredictionWriter(
        network: network, taps: [.logits] + request.taps, kind: model.taskLoss.labelKind)
      var file = NPZFile()
      let named = [("train", parts.train), ("valid", parts.valid), ("test", parts.test)]
      guard !context.config.data.isOneGraph else {
        let masks = named.map { ($0.0, parts.nodesOfWholeGraph($0.1)) }
        writer.write(
          try parts.unseen == nil ? writer.features([parts.wholeGraph]) : writer.features(parts),
          labels: parts.wholeGraph.labels,
          known: parts.wholeGraph.known.indices.map { node in masks.contains { $0.1[node] } },
          to: &file)
        for (name, mask) in masks { file.set(name, mask) }
        if let unseen = parts.unseen { file.set("unseen", unseen) }
        return file
      }
      for (name, part) in named where !part.isEmpty {
        try context.interruption.check()
        writer.write(
          try writer.features(part), labels: .stacked(part.map(\.labels)),
          known: part.flatMap(\.known), to: &file, prefix: "\(name).")
        file.set(
          "\(name).graph",
          part.enumerated().flatMap { Array(repeating: $0, count: $1.known.count) })
      }
      return file
    }
  }
}

/// Puts what a network makes of graphs into a file.
private struct PredictionWriter<S: Scalar> {
  let network: Network<S>
  let taps: [Tap]
  let kind: LabelKind

  /// What the network makes of graphs at each tap, one below the other.
  func features(_ graphs: [GraphSample<S>]) throws -> [Tap: Matrix<S>] {
    let passes = graphs.map {
      network.forward($0.features, on: $0.graph, .prediction, keeping: Set(taps)).taps
    }
    var features: [Tap: Matrix<S>] = [:]
    for tap in taps {
      let matrix = Matrix.stacked(passes.map { $0[tap]!.matrix })
      try NotFinite.check(matrix, "a feature at \(tap)")
      features[tap] = matrix
    }
    return features
  }

  /// What the network makes of the nodes of one graph where they are scored: those that training saw
  /// on the graph without the others, and these on the whole graph.
  func features(_ parts: GraphDataset<S>) throws -> [Tap: Matrix<S>] {
    let seen = try features([parts.train[0]])
    return try features([parts.wholeGraph]).merging(seen) { whole, seen in
      var matrix = whole
      for (row, node) in parts.seenNodes.enumerated() {
        matrix.replaceRows(from: node, with: seen.row(row))
      }
      return matrix
    }
  }

  /// - Parameters:
  ///   - known: Of which targets of all graphs the labels are given.
  ///   - prefix: What stands before each array's name.
  func write(
    _ features: [Tap: Matrix<S>], labels: Matrix<S>, known: [Bool], to file: inout NPZFile,
    prefix: String = ""
  ) {
    for tap in taps {
      guard let features = features[tap] else { continue }
      file.set("\(prefix)\(tap == .logits ? "logits" : "tap.\(tap)")", features)
      guard tap == .logits else { continue }
      switch kind {
      case .single: file.set("\(prefix)probabilities", softmax(features))
      case .several: file.set("\(prefix)probabilities", sigmoid(features))
      }
    }
    switch kind {
    case .single:
      file.set(
        "\(prefix)labels",
        (0..<labels.rows).map { row in
          known[row] ? (0..<labels.columns).first { labels[row, $0] > 0 } ?? -1 : -1
        })
    case .several:
      file.set("\(prefix)labels", labels)
      file.set("\(prefix)known", known)
    }
  }
}

extension GraphDataset {
  /// Of one graph, the nodes that training sees, in rising order.
  fileprivate var seenNodes: [Int] {
    wholeGraph.known.indices.filter { unseen?[$0] != true }
  }

  /// Which nodes of the whole graph count in a part.
  fileprivate func nodesOfWholeGraph(_ part: [GraphSample<S>]) -> [Bool] {
    guard let unseen else { return part[0].known }
    // The test part alone has the whole graph besides the one that training sees.
    var nodes = part.count == 1 ? unseen.map { _ in false } : unseen
    for (row, node) in seenNodes.enumerated() where part[0].known[row] { nodes[node] = true }
    return nodes
  }
}

/// exp(z) / sum of exp(z), row by row.
private func softmax<S: Scalar>(_ logits: Matrix<S>) -> Matrix<S> {
  var out = logits
  for row in 0..<logits.rows {
    let z = (0..<logits.columns).map { Double(logits[row, $0]) }
    let largest = z.max() ?? 0
    let powers = z.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    for (column, power) in powers.enumerated() { out[row, column] = S(power / sum) }
  }
  return out
}
