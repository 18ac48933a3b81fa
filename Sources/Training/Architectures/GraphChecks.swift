import Graph
import Layers
import Records
import Tensor

// Whether the models of an experiment can be applied to the graphs of its data, found out before
// anything is trained.

extension ExperimentConfig {
  /// Stops at networks and objectives that the data's graphs do not allow, and makes what they need
  /// of these graphs.
  ///
  /// - Throws: ``ConfigError`` that lists all of them, `LAPACKError`.
  package func checkGraphs<S: Scalar>(of data: ExperimentData<S>) throws {
    var problems: [JSONProblem] = []
    func add(_ inconsistency: Inconsistency?, at path: [String]) {
      guard let inconsistency else { return }
      let keys = inconsistency.key.isEmpty ? path : path + [inconsistency.key]
      problems.append(
        JSONProblem(path: keys.joined(separator: "."), message: inconsistency.message))
    }
    for model in models {
      let path = ["models", model.name]
      let problem = try model.architecture.problem(with: data)
      add(problem, at: path + ["architecture"])
      // One that cannot be made has nothing to normalise.
      if problem == nil {
        add(try normProblem(of: model, with: data), at: path + ["architecture"])
      }
      for objective in model.objectives {
        add(
          try objective.kind.settings.problem(with: data),
          at: path + ["objectives", objective.name])
      }
    }
    guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
  }
}

extension ExperimentConfig {
  /// Why batch norm cannot be trained on the data, or nil: statistics of one row.
  private func normProblem<S: Scalar>(
    of model: ModelConfig, with data: ExperimentData<S>
  ) throws -> Inconsistency? {
    guard let key = model.architecture.settings.batchNormKey, let seed = seeds.first else {
      return nil
    }
    let nodes = try data.parts(seed: seed).train.map(\.graph.nodeCount)
    return try graphProblem {
      let network: Network<S> = try model.architecture.network(
        inputWidth: data.featureCount, outputWidth: data.labelCount,
        nodeCount: data.nodeCountOfOneGraph, seed: 0)
      try network.checkTraining(
        on: CSRGraph(
          edgelessMembers: smallestBatch(
            of: nodes, batchSize: self.data.batchSize, shuffled: self.data.shuffle,
            dropsLast: self.data.dropsLastBatch)))
    }.map { Inconsistency(key: key, message: $0) }
  }
}

/// The sizes of the graphs of the smallest batch that an epoch can have. Only the last batch may have
/// fewer graphs than the others, unless it is dropped, and any graphs may meet in it where they are
/// shuffled.
package func smallestBatch(
  of nodes: [Int], batchSize: Int, shuffled: Bool, dropsLast: Bool = false
) -> [Int] {
  guard !nodes.isEmpty else { return [] }
  let size = min(batchSize, nodes.count)
  if shuffled {
    let last = dropsLast ? 0 : nodes.count % size
    return Array(nodes.sorted().prefix(last == 0 ? size : last))
  }
  var batches = stride(from: 0, to: nodes.count, by: size).map {
    Array(nodes[$0..<min($0 + size, nodes.count)])
  }
  if dropsLast, nodes.count % size != 0 { batches.removeLast() }
  return batches.min { $0.reduce(0, +) < $1.reduce(0, +) } ?? []
}

extension ArchitectureConfig {
  /// Why the network cannot be applied to the data, or nil.
  fileprivate func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency? {
    let count = data.graphs.count
    if let problem = settings.problem(graphs: count, of: data.summary.name) { return problem }
    // Models train on one graph then, and are tested on another.
    if !data.trainsOnAllNodes, settings.problem(graphs: 2, of: data.summary.name) != nil {
      return Inconsistency(
        key: "",
        message: "the family \"\(choiceName)\" has weights for each node of one graph, and "
          + "data.inductiveShare takes nodes out of it while models train; choose another family, or "
          + "set data.inductiveShare to 0")
    }
    return try graphProblem {
      let network: Network<S> = try network(
        inputWidth: data.featureCount, outputWidth: data.labelCount,
        nodeCount: data.nodeCountOfOneGraph, seed: 0)
      for graph in data.graphs { try network.prepare(on: graph) }
    }.map { Inconsistency(key: "", message: $0) }
  }
}

/// What a graph has against the work, or why blocks make no network; else nil.
package func graphProblem(_ work: () throws -> Void) throws -> String? {
  do {
    try work()
    return nil
  } catch let error as FrameletError {
    return error.description
  } catch let error as GraphLayerError {
    return error.description
  } catch let error as NetworkError {
    return error.description
  }
}
