import Distill
import Layers
import Tensor
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

/// An optimiser from outside: plain gradient descent that steps the other way.
private struct AscentConfig: OptimizerSettings {
  static let name = "ascent"
  static let note = "Gradient ascent."
  var learningRate = 0.1

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "learningRate", &learningRate, .number(.positive), required: true, "The step size.")
  }

  func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S> {
    SGD(parameters, options: SGD<S>.Options())
  }
}

/// A second one of the same name.
private struct OtherAscentConfig: OptimizerSettings {
  static let name = "ascent"
  static let note = "Another."
  var learningRate: Double { 1 }

  func makeOptimizer<S: Scalar>(_ parameters: [Parameter<S>]) -> any Optimizer<S> {
    SGD(parameters, options: SGD<S>.Options())
  }
}

/// An objective with a key that every objective has.
private struct WeightyConfig: ObjectiveSettings {
  static let name = "weighty"
  static let note = "Has a weight of its own."
  var weight = 1.0

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("weight", &weight, .number(), "A weight.")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    TaskObjective(.binaryCrossEntropy)
  }
}

/// A variant with its own registry, so that the built-in ones stay as they are.
private struct OwnOptimizer: Variant {
  var settings: any OptimizerSettings
  static let registry = Registry<any OptimizerSettings>("optimizers") {
    $0.register(AdamConfig.self)
    $0.register(AscentConfig.self)
  }
}

private struct Holder: Record {
  var optimizer = OwnOptimizer()

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.record("optimizer", &optimizer, required: true, "The optimiser.")
  }
}

@Suite("Registries")
struct RegistryTests {
  @Test func aRegisteredChoiceIsDecodedWrittenAndDescribed() throws {
    let document: JSONValue = ["optimizer": ["type": "ascent", "learningRate": 0.5]]
    let (holder, problems) = RecordDecoder.decode(Holder.self, from: document)
    #expect(problems == [])
    #expect((holder.optimizer.settings as? AscentConfig)?.learningRate == 0.5)
    #expect(RecordEncoder.encode(holder) == document)
    #expect(holder.optimizer == OwnOptimizer(settings: AscentConfig(learningRate: 0.5)))
    #expect(holder.optimizer != OwnOptimizer(settings: AscentConfig(learningRate: 0.25)))
    #expect(holder.optimizer != OwnOptimizer(settings: AdamConfig(learningRate: 0.5)))
    #expect(SchemaValidator.accepts(document, .object(RecordSchema.schema(of: Holder.self))))
    let slip: JSONValue = ["optimizer": ["type": "ascnt", "learningRate": 0.5]]
    #expect(
      RecordDecoder.decode(Holder.self, from: slip).problems.map(\.description) == [
        "optimizer.type: found \"ascnt\", expected \"adam\" or \"ascent\"; did you mean \"ascent\"?"
      ])
  }

  @Test func namesThatCollideAreRefusedWithBothTypes() throws {
    let registry = Registry<any OptimizerSettings>("optimizers") {
      $0.register(AscentConfig.self)
      $0.register(OtherAscentConfig.self)
    }
    // The first stays.
    #expect(registry.names == ["ascent"] && registry["ascent"]?.fresh is AscentConfig)
    let error = #expect(throws: RegistryError.self) { try Registries.check([registry]) }
    let message = try #require(error).description
    #expect(message.contains("the name \"ascent\" is registered twice"))
    #expect(message.contains(".AscentConfig") && message.contains(".OtherAscentConfig"))
    #expect(error?.exitCode == ExitStatus.badUsage)
  }

  @Test func keysOfEveryObjectiveAreNotToBeHadTwice() throws {
    let registry = Registry<any ObjectiveSettings>("objectives") { $0.register(WeightyConfig.self) }
    let error = #expect(throws: RegistryError.self) { try Registries.check([registry]) }
    #expect(error?.description.contains("\"weighty\" has a key \"weight\"") == true)
  }

  @Test func whatIsBuiltInDoesNotCollide() throws {
    try Registries.check()
    for registry in Registries.all {
      #expect(!registry.outline.isEmpty, "\(registry.kind)")
      for choice in registry.outline {
        #expect(!choice.note.isEmpty && !choice.name.isEmpty, "\(registry.kind)")
      }
    }
  }

  /// The same name may be a kernel of edges and another one of nodes.
  @Test func kernelsAreTakenByWhatTheyAreFor() {
    #expect(
      SimilarityKernelConfig.choiceNames == ["l2", "linear", "poly", "rbf", "laplacian"])
    #expect(NodeKernelConfig.choiceNames == ["cosine", "poly", "l2", "rbf"])
    #expect(ChannelKernelConfig.choiceNames == ["linear", "poly", "rbf"])
    let edges = SimilarityKernelConfig.registry["rbf"]?.fresh
    let nodes = NodeKernelConfig.registry["rbf"]?.fresh
    #expect(edges is RBFKernelConfig && nodes is NodeRBFConfig)
  }

  @Test func oneDataSetIsEachName() {
    #expect(Registries.data.names.count == Set(Registries.data.names).count)
    #expect(
      Registries.layouts.names == [
        "ppi", "gnn-benchmark", "planetoid", "heterophilous", "voxels", "hdf5Clouds", "off",
        "cloudFolder",
      ])
    let cora = Registries.data["cora"]?.fresh
    #expect(
      cora?.sizes(DataConfig())
        == PublishedSizes(nodes: 2_708, edges: 10_556, features: 1_433, labels: 7))
  }
}

@Suite("List and describe")
struct DescribeTests {
  @Test func kindsAreListed() throws {
    let place = try Workplace()
    #expect(place.run("list") == 0)
    #expect(place.output.contains("objectives: 12\n") && place.output.contains("kernels: 10\n"))
    #expect(place.run("list", "objectivs") == ExitStatus.badUsage)
    #expect(place.errors.contains("did you mean \"objectives\"?"))
  }

  @Test(arguments: Registries.all.map(\.kind))
  func everyChoiceIsListedWithItsKeys(kind: String) throws {
    let place = try Workplace()
    let registry = try #require(Registries.all.first { $0.kind == kind })
    #expect(place.run("list", kind) == 0)
    let text = place.output
    #expect(place.run("list", kind, "--json") == 0)
    guard case .array(let choices) = try JSONParser.parse(place.output) else {
      Issue.record("no list")
      return
    }
    #expect(choices.compactMap { $0["name"] } == registry.outline.map { .string($0.name) })
    for choice in registry.outline {
      #expect(text.contains("\(choice.name)"))
      for field in choice.fields { #expect(text.contains("    \(field.key) (")) }
    }
  }

  @Test func keysComeWithRangesAndDefaults() throws {
    let place = try Workplace()
    #expect(place.run("list", "optimizers") == 0)
    #expect(place.output.contains("Kingma & Ba"))
    #expect(
      place.output.contains(
        "    beta1 (a number of at least 0 and below 1; default 0.9): Decay of the mean gradient."))
    #expect(place.output.contains("    learningRate (a number above 0; required): The step size."))
    #expect(place.run("list", "kernels") == 0)
    #expect(place.output.contains("linear (for edges, channels): x . y"))
  }

  @Test func modelsAreDescribedWithShapesTapsAndSchedules() throws {
    let place = try Workplace()
    #expect(place.run("describe", "sample.json") == 0)
    // Two heads of width 8 on 50 features.
    #expect(place.output.contains("data: ppi, 24 graphs, 56944 nodes"))
    #expect(place.output.contains("taps: hidden.0 (16), hidden.0.activated (16), hidden.1 (16)"))
    #expect(
      place.output.contains("  layers.0: 204 parameters (weight 50 x 4, bias 1 x 4)"),
      "\(place.output)")
    #expect(
      place.output.contains(
        "  lsp: lsp, from teacher (last weights), weight 0.5 from epoch 0 to 1"))
    #expect(place.run("describe", "sample.json", "--json") == 0)
    let described = try JSONParser.parse(place.output)
    guard case .array(let models)? = described["models"] else {
      Issue.record("no models")
      return
    }
    #expect(models.map { $0["family"] } == ["gat", "gcn", "mlp"])
    let config = decode(sampleConfig).config
    let memory = try config.memoryEstimates(on: #require(DataSizes.published(config.data)))
    #expect(models.map { $0["memoryBytes"] } == memory.map { .real($0.total) })
    #expect(models[2]["parameters"] == .integer(50 * 4 + 4 + 4 * 121 + 121))
    #expect(models[1]["taps"]?["logits"] == 121)
  }

  @Test func aStudentForOneGraphIsNotDescribedOnSeveral() throws {
    let place = try Workplace()
    let status = place.run(
      "describe", "sample.json", "--set",
      "models.mlp.architecture={\"family\": \"fmlp\", \"hidden\": [4]}")
    #expect(status == ExitStatus.badData)
    #expect(place.errors.contains("models.mlp.architecture: the family \"fmlp\" has weights"))
  }
}
