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
        // The parts are one graph, of which each knows the labels of other nodes.
        let nodes = (0..<parts.test[0].known.count).map { node in
          named.contains { $0.1[0].known[node] }
        }
        try writer.add([parts.test[0]], known: nodes, to: &file)
        for (name, part) in named { file.set(name, part[0].known) }
        return file
      }
      for (name, part) in named where !part.isEmpty {
        try context.interruption.check()
        try writer.add(part, known: part.flatMap(\.known), to: &file, prefix: "\(name).")
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

  /// - Parameters:
  ///   - known: Of which targets of all graphs the labels are given.
  ///   - prefix: What stands before each array's name.
  func add(
    _ graphs: [GraphSample<S>], known: [Bool], to file: inout NPZFile, prefix: String = ""
  ) throws {
    let passes = graphs.map {
      network.forward($0.features, on: $0.graph, .prediction, keeping: Set(taps)).taps
    }
    for tap in taps {
      let features = Matrix.stacked(passes.map { $0[tap]!.matrix })
      try NotFinite.check(features, "a feature at \(tap)")
      file.set("\(prefix)\(tap == .logits ? "logits" : "tap.\(tap)")", features)
      guard tap == .logits else { continue }
      switch kind {
      case .single: file.set("\(prefix)probabilities", softmax(features))
      case .several: file.set("\(prefix)probabilities", sigmoid(features))
      }
    }
    let labels = Matrix.stacked(graphs.map(\.labels))
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
