import Datasets
import Distill
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import Training

/// Choices from another package that have names of built-in ones.
private enum Foreign {
  struct LSP: ObjectiveSettings {
    static let name = "lsp"
    static let note = "Another."
    func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
      TaskObjective(.binaryCrossEntropy)
    }
  }
  struct GCN: ArchitectureSettings {
    static let name = "gcn"
    static let note = "Another."
    var hidden: [Int] { [] }
    func makeNetwork<S: Scalar>(_ context: NetworkContext) throws -> Network<S> {
      throw NetworkError.noLogits
    }
  }
  struct Cora: NodeDataSource {
    let name = "cora"
    let note = "Another."
    let layout: (any FileLayout)? = nil
    let standIn = SyntheticNodeShape()
    func sizes(_ config: DataConfig) -> PublishedSizes? { standIn.sizes }
    func nodes<S: Scalar>(_ context: RunContext) throws -> NodeDataset<S> {
      try SyntheticNodeGraph.generate(name: name, shape: standIn, seed: 1)
    }
  }
  struct Keyed: DataSource {
    struct Settings: DataSettings {
      var batchSize = 1
      var own = 1
      var split = 1
      mutating func fields(_ visitor: any FieldVisitor) {
        visitor.field("batchSize", &batchSize, .integer(1...9), "Of all data.")
        visitor.field("own", &own, .integer(1...9), "Its own.")
        visitor.field("split", &split, .integer(1...9), "Of all data.")
      }
    }
    let name = "keyed"
    let note = "Another."
    let layout: (any FileLayout)? = nil
    let isOneGraph = false
    var settings: (any DataSettings)? { Settings() }
    func sizes(_ config: DataConfig) -> PublishedSizes? {
      PublishedSizes(nodes: 1, edges: 0, features: 1, labels: 1)
    }
    func load<S: Scalar>(_ context: RunContext) throws -> ExperimentData<S> {
      throw DataError(.missing, at: "", "there are none")
    }
  }
  struct Accuracy: Metric {
    static let name = "accuracy"
    static let note = "Another."
    mutating func add<S: Scalar>(_ batch: Predictions<S>) {}
    var value: Double { 0 }
  }
  struct RBF: EdgeKernelSettings {
    static let name = "rbf"
    static let note = "Another."
    var edgeKernel: SimilarityKernel { .l2 }
  }
  struct Haar: FilterBankSettings {
    static let name = "haar"
    static let note = "Another."
    var bank: FilterBank { .haar }
  }
  struct Shares: SplitSettings {
    static let name = "shares"
    static let note = "Another."
    var words: String { "shares" }
    func testPerTraining(labelled: Double, classes: Double) -> Double? { nil }
    func split<S: Scalar>(
      _ data: NodeDataset<S>, seed: UInt64, published: [NodeSplit]
    ) throws -> NodeSplit { published[0] }
  }
  struct SDRF: RewiringSettings {
    static let name = "sdrf"
    static let note = "Another."
    var rewiring: Rewiring? { nil }
  }
  struct Adam: OptimizerSettings {
    static let name = "adam"
    static let note = "Another."
    var learningRate: Double { 1 }
    func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S> {
      SGD(parameters, options: SGD<S>.Options())
    }
  }
  struct Cosine: ScheduleSettings {
    static let name = "cosine"
    static let note = "Another."
    func factor(epoch: Int, of epochs: Int, rate: Double) -> Double { 1 }
  }
}

@Suite("Names that collide")
struct CollisionTests {
  /// A copy, so that the program's own registry stays as it is.
  private func copy<Value>(
    _ registry: Registry<Value>, _ add: (Registry<Value>) -> Void
  ) -> Registry<Value> {
    let copy = Registry<Value>(registry.kind, registry.entries)
    add(copy)
    return copy
  }

  private var cases: [(registry: any AnyRegistry, kind: String, name: String, types: [String])] {
    [
      (
        copy(Registries.objectives) { $0.register(Foreign.LSP.self) }, "objectives", "lsp",
        ["Training.LSPConfig", "Foreign.LSP"]
      ),
      (
        copy(Registries.architectures) { $0.register(Foreign.GCN.self) }, "architectures", "gcn",
        ["Training.GCNConfig", "Foreign.GCN"]
      ),
      (
        copy(Registries.data) { $0.register(Foreign.Cora()) }, "data", "cora",
        ["Training.BenchmarkSource", "Foreign.Cora"]
      ),
      (
        copy(Registries.metrics) { $0.register(Foreign.Accuracy.self) }, "metrics", "accuracy",
        ["Training.Accuracy", "Foreign.Accuracy"]
      ),
      (
        copy(Registries.kernels) { $0.register(Foreign.RBF.self) }, "kernels", "rbf",
        ["Training.RBFKernelConfig", "Foreign.RBF"]
      ),
      (
        copy(Registries.banks) { $0.register(Foreign.Haar.self) }, "banks", "haar",
        ["Training.HaarBankConfig", "Foreign.Haar"]
      ),
      (
        copy(Registries.splits) { $0.register(Foreign.Shares.self) }, "splits", "shares",
        ["Training.SharesSplitConfig", "Foreign.Shares"]
      ),
      (
        copy(Registries.rewirings) { $0.register(Foreign.SDRF.self) }, "rewirings", "sdrf",
        ["Training.SDRFConfig", "Foreign.SDRF"]
      ),
      (
        copy(Registries.optimizers) { $0.register(Foreign.Adam.self) }, "optimizers", "adam",
        ["Training.AdamConfig", "Foreign.Adam"]
      ),
      (
        copy(Registries.schedules) { $0.register(Foreign.Cosine.self) }, "schedules", "cosine",
        ["Training.CosineScheduleConfig", "Foreign.Cosine"]
      ),
    ]
  }

  /// Of every kind, with both types, and the built-in one stays.
  @Test func areRefusedWithBothTypes() throws {
    for (registry, kind, name, types) in cases {
      let error = try #require(throws: RegistryError.self) { try Registries.check([registry]) }
      #expect(error.exitCode == 64)
      #expect(
        error.description.hasPrefix("\(kind): the name \"\(name)\" is registered twice, by "),
        "\(error)")
      for type in types { #expect(error.description.contains(type), "\(error)") }
      // The same name may be a kernel of edges and another one of nodes or channels.
      let count = registry.outline.filter { $0.name == name }.count
      #expect(count == (kind == "kernels" ? 3 : 1))
      #expect(registry.outline.first { $0.name == name }?.note != "Another.")
    }
  }

  /// Settings of a data set stand among those of all data.
  @Test func keysOfAllDataAreNotToBeHadTwice() throws {
    let registry = Registry<any DataSource>("data") { $0.register(Foreign.Keyed()) }
    let error = try #require(throws: RegistryError.self) { try Registries.check([registry]) }
    #expect(
      error.problems == [
        "data: the settings of \"keyed\" have a key \"batchSize\", but all data have one; give it "
          + "another name",
        "data: the settings of \"keyed\" have a key \"split\", but all data have one; give it another "
          + "name",
      ])
  }

  @Test func areAllNamedAtOnce() throws {
    let error = try #require(throws: RegistryError.self) {
      try Registries.check(cases.map(\.registry))
    }
    #expect(error.problems.count == cases.count)
  }
}
