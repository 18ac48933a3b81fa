import Graph
import Layers
import Tensor

// Whether the models of an experiment can be applied to the graphs of its data, found out before
// anything is trained.

extension ExperimentConfig {
  /// Stops at networks and objectives that the data's graphs do not allow, and makes what they need
  /// of these graphs.
  ///
  /// - Throws: ``ConfigError`` that lists all of them, `LAPACKError`.
  func checkGraphs<S: Scalar>(of data: ExperimentData<S>) throws {
    var problems: [JSONProblem] = []
    for model in models {
      let path = "models.\(model.name)"
      if let message = try model.architecture.problem(with: data) {
        problems.append(JSONProblem(path: "\(path).architecture", message: message))
      }
      for objective in model.objectives {
        guard case .framelet(let config) = objective.kind else { continue }
        let message = try problem {
          for graph in data.graphs {
            _ = try graph.framelets(config.framelets.options, as: S.self)
          }
        }
        guard let message else { continue }
        problems.append(
          JSONProblem(path: "\(path).objectives.\(objective.name).framelets", message: message))
      }
    }
    guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
  }
}

extension ArchitectureConfig {
  /// Why the network cannot be applied to the data, or nil.
  fileprivate func problem<S: Scalar>(with data: ExperimentData<S>) throws -> String? {
    let graphs = data.graphs
    if graphs.count > 1 {
      switch self {
      case .fmlp, .fmlpSimplified:
        return "the family \"\(choiceName)\" has weights for each node of one graph, but "
          + "\(data.summary.name) has \(graphs.count) graphs; choose another family, or data of one graph"
      case .framelet(let config):
        if let message = config.propagation.problem(withGraphs: graphs.count, of: data.summary.name)
        {
          return message
        }
      case .simplifiedFramelet(let config):
        if let message = config.propagation.problem(withGraphs: graphs.count, of: data.summary.name)
        {
          return message
        }
      case .gat, .gcn, .graphsage, .mlp: break
      }
    }
    let network: Network<S> = network(
      inputWidth: data.featureCount, outputWidth: data.labelCount,
      nodeCount: data.nodeCountOfOneGraph, seed: 0)
    return try Experiments.problem { for graph in graphs { try network.prepare(on: graph) } }
  }
}

extension FrameletPropagationConfig {
  /// Why it is not for data of several graphs, or nil.
  fileprivate func problem(withGraphs count: Int, of name: String) -> String? {
    guard framelets.largestEigenvalue != 2 else { return nil }
    return "\(name) has \(count) graphs, and operators must not depend on which of them are in a "
      + "batch: set framelets.largestEigenvalue to 2, which fits them all"
  }
}

/// What a graph has against the work, or nil.
private func problem(_ work: () throws -> Void) throws -> String? {
  do {
    try work()
    return nil
  } catch let error as FrameletError {
    return error.description
  } catch let error as GraphLayerError {
    return error.description
  }
}
