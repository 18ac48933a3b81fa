import Datasets
import Graph
import Records

/// Everything that configs can name: one line for each choice that is built in.
///
/// Another package adds its own by one call before it starts the command line:
///
///     Registries.objectives.register(CosineConfig.self)
public enum Registries {
  /// Terms of training losses.
  public static let objectives = Registry<any ObjectiveSettings>("objectives") {
    $0.register(BinaryCrossEntropyConfig.self)
    $0.register(CrossEntropyConfig.self)
    $0.register(LSPConfig.self)
    $0.register(KDConfig.self)
    $0.register(FitNetConfig.self)
    $0.register(ATConfig.self)
    $0.register(MMDConfig.self)
    $0.register(GSPConfig.self)
    $0.register(GCRDConfig.self)
    $0.register(AlignaheadConfig.self)
    $0.register(MutualConfig.self)
    $0.register(FrameletObjectiveConfig.self)
  }

  /// Families of networks.
  public static let architectures = Registry<any ArchitectureSettings>("architectures") {
    $0.register(GATConfig.self)
    $0.register(GCNConfig.self)
    $0.register(GraphSAGEConfig.self)
    $0.register(MLPConfig.self)
    $0.register(SGCConfig.self)
    $0.register(APPNPConfig.self)
    $0.register(FrameletConfig.self)
    $0.register(SimplifiedFrameletConfig.self)
    $0.register(FMLPConfig.self)
    $0.register(SimplifiedFMLPConfig.self)
    $0.register(DGCNNConfig.self)
  }

  /// Data sets.
  public static let data = Registry<any DataSource>("data") { registry in
    registry.register(PPISource())
    NodeBenchmark.all.forEach { registry.register(BenchmarkSource(benchmark: $0)) }
    registry.register(GeneratedNodes())
    registry.register(ModelNet10Source())
    registry.register(HDF5Source.modelNet40)
    registry.register(HDF5Source.bimNet10)
    registry.register(CloudFolderSource.meshes)
    registry.register(CloudFolderSource.clouds)
    registry.register(GeneratedClouds())
  }

  /// The file layouts of the data sets.
  package static var layouts: Registry<any FileLayout> {
    var seen: Set<ObjectIdentifier> = []
    return Registry("layouts") { registry in
      for layout in data.entries.compactMap(\.fresh.layout)
      where seen.insert(ObjectIdentifier(type(of: layout))).inserted {
        registry.add(
          .init(
            name: layout.name, note: layout.note, citation: layout.citation,
            type: String(reflecting: type(of: layout)), fresh: layout
          ) { _ in layout })
      }
    }
  }

  /// Kernels, of edges, of any two nodes, and of channels.
  public static let kernels = Registry<any KernelSettings>("kernels") {
    $0.register(L2KernelConfig.self)
    $0.register(LinearKernelConfig.self)
    $0.register(PolynomialKernelConfig.self)
    $0.register(RBFKernelConfig.self)
    $0.register(LaplacianKernelConfig.self)
    $0.register(CosineSimilarityConfig.self)
    $0.register(PolynomialSimilarityConfig.self)
    $0.register(DistanceConfig.self)
    $0.register(NodeRBFConfig.self)
    $0.register(ChannelRBFConfig.self)
  }

  /// Filter banks of framelet transforms.
  public static let banks = Registry<any FilterBankSettings>("banks") {
    $0.register(HaarBankConfig.self)
    $0.register(LinearBankConfig.self)
    $0.register(QuadraticBankConfig.self)
    $0.register(EntropyBankConfig.self)
    $0.register(SigmoidBankConfig.self)
  }

  /// Splits of the nodes of one graph.
  public static let splits = Registry<any SplitSettings>("splits") {
    $0.register(PerClassSplitConfig.self)
    $0.register(SharesSplitConfig.self)
    $0.register(FoldsSplitConfig.self)
    $0.register(PublicSplitConfig.self)
    $0.register(ProvidedSplitConfig.self)
  }

  /// Ways to rewire a graph.
  public static let rewirings = Registry<any RewiringSettings>("rewirings") {
    $0.register(NoRewiringConfig.self)
    $0.register(SDRFConfig.self)
  }

  /// What normalises hidden layers.
  package static let norms = Registry<any NormSettings>("norms") {
    $0.register(NoNormConfig.self)
    $0.register(BatchNormConfig.self)
    $0.register(LayerNormConfig.self)
  }

  /// Optimisers.
  public static let optimizers = Registry<any OptimizerSettings>("optimizers") {
    $0.register(AdamConfig.self)
    $0.register(SGDConfig.self)
  }

  /// Schedules of the learning rate.
  public static let schedules = Registry<any ScheduleSettings>("schedules") {
    $0.register(ConstantScheduleConfig.self)
    $0.register(StepScheduleConfig.self)
    $0.register(CosineScheduleConfig.self)
    $0.register(LinearWarmupScheduleConfig.self)
  }

  /// The scores that predictions are compared by.
  public static let metrics = Registry<any Metric>("metrics") {
    $0.register(MicroF1PerBatch.self)
    $0.register(MicroF1.self)
    $0.register(Accuracy.self)
    $0.register(BalancedAccuracy.self)
    $0.register(MacroF1.self)
    $0.register(ROCAUC.self)
    $0.register(AveragePrecision.self)
  }

  /// All of them, in the order of lists.
  package static var all: [any AnyRegistry] {
    [
      objectives, architectures, norms, data, layouts, kernels, banks, splits, rewirings,
      optimizers, schedules, metrics,
    ]
  }

  /// Stops at choices that configs could not tell apart or give settings to.
  ///
  /// - Throws: ``RegistryError`` with all of them.
  package static func check(_ registries: [any AnyRegistry] = all) throws {
    var problems = registries.flatMap(\.collisions)
    let common = RecordOutline.fields { visitor in
      var config = ObjectiveConfig()
      config.fields(visitor)
    }.map(\.key)
    for registry in registries where registry.kind == objectives.kind {
      for choice in registry.outline {
        for key in choice.fields.map(\.key) where common.contains(key) {
          problems.append(
            "\(registry.kind): \"\(choice.name)\" has a key \"\(key)\", but every objective has one; "
              + "give it another name")
        }
      }
    }
    for case let registry as Registry<any DataSource> in registries {
      let common = DataConfig.commonKeys
      for choice in registry.entries {
        guard let settings = choice.fresh.settings else { continue }
        for key in RecordOutline.keys(of: settings) where common.contains(key) {
          problems.append(
            "\(registry.kind): the settings of \"\(choice.name)\" have a key \"\(key)\", but all data "
              + "have one; give it another name")
        }
      }
    }
    for registry in registries where registry.kind == metrics.kind {
      for choice in registry.outline where choice.name == Evaluation.lossName {
        problems.append(
          "\(registry.kind): the name \"\(choice.name)\" is that of the task loss in results; give the "
            + "metric another one")
      }
    }
    guard problems.isEmpty else { throw RegistryError(problems: problems) }
  }
}

/// Choices that were registered wrongly: the command line as it was put together cannot be used.
package struct RegistryError: ReportableError {
  package var problems: [String]
  package var description: String { problems.joined(separator: "\n") }
  package var exitCode: Int32 { ExitStatus.badUsage }
}
