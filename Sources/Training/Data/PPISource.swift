import Datasets
import Graph
import Layers
import Records
import Tensor

/// PPI: several graphs, several labels a node.
package struct PPISource: DataSource {
  package let name = DataConfig.ppi
  package let note = "24 graphs of proteins in human tissues, 50 features and 121 labels a node."
  package let citation =
    "Hamilton, Ying & Leskovec, Inductive representation learning on large graphs, NIPS 2017"
  package let layout: (any FileLayout)? = PPILayout()
  package let isOneGraph = false

  package func sizes(_ config: DataConfig) -> PublishedSizes? {
    let counts = PPI.descriptor.counts
    return PublishedSizes(
      graphs: 24, nodes: counts.nodes.reduce(0, +), edges: counts.edges.reduce(0, +), features: 50,
      labels: 121)
  }

  package func load<S: Scalar>(_ context: RunContext) throws -> ExperimentData<S> {
    let config = context.config.data
    var provider = PPIProvider(
      locator: context.locator, offline: context.offline,
      onMissing: config.onMissing == .fail
        ? .fail : .synthetic(shape: config.synthetic.shape, seed: generatedDataSeed))
    provider.log = { context.log.info("\($0)") }
    provider.progress = context.showDownload
    let parts = try provider.dataset()
    try context.checkTasks(fit: parts)
    return ExperimentData(try parts.converted())
  }
}

extension RunContext {
  /// Softmax cross-entropy is for data with one label a node.
  package func checkTasks(fit dataset: GraphDataset<Float>) throws {
    guard
      let model = config.models.first(where: { $0.taskLoss != .binaryCrossEntropy }),
      !dataset.samples.allSatisfy(\.hasOneLabelPerNode)
    else { return }
    let message =
      "\(dataset.name) has several labels a node, for which the type of the task is \"bce\""
    throw ConfigError(
      source: config.name,
      problems: [JSONProblem(path: "models.\(model.name).objectives", message: message)])
  }
}
