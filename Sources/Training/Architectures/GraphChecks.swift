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
      add(try model.architecture.problem(with: data), at: path + ["architecture"])
      for objective in model.objectives {
        add(
          try objective.kind.settings.problem(with: data),
          at: path + ["objectives", objective.name])
      }
    }
    guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
  }
}

extension ArchitectureConfig {
  /// Why the network cannot be applied to the data, or nil.
  fileprivate func problem<S: Scalar>(with data: ExperimentData<S>) throws -> Inconsistency? {
    let count = data.graphs.count
    if let problem = settings.problem(graphs: count, of: data.summary.name) { return problem }
    let network: Network<S> = network(
      inputWidth: data.featureCount, outputWidth: data.labelCount,
      nodeCount: data.nodeCountOfOneGraph, seed: 0)
    return try graphProblem { for graph in data.graphs { try network.prepare(on: graph) } }
      .map { Inconsistency(key: "", message: $0) }
  }
}

/// What a graph has against the work, or nil.
package func graphProblem(_ work: () throws -> Void) throws -> String? {
  do {
    try work()
    return nil
  } catch let error as FrameletError {
    return error.description
  } catch let error as GraphLayerError {
    return error.description
  }
}
