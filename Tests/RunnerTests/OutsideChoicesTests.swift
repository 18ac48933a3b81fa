import Distill
import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// An objective from outside that does something wrong.
private struct WrongObjective: ObjectiveSettings {
  enum Fault: String { case shape, tap, parameter, parameterShape }

  static let name = "wrong"
  static let note = "Is wrong."
  var fault = Fault.shape

  var taskLoss: TaskLoss? { .crossEntropy(smoothing: 0) }

  init() {}
  init(_ fault: Fault) { self.fault = fault }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    Made<S>(fault)
  }

  private final class Made<S: Scalar>: Objective {
    let fault: Fault
    let taps = [Tap.hidden(0), .logits]
    let parameters = [Parameter<S>("own.weight", Matrix(zeros: 2, 3))]

    init(_ fault: Fault) { self.fault = fault }

    func evaluate(_ input: ObjectiveInput<S>) throws -> ObjectiveValue<S> {
      let hidden = try input[.hidden(0)]
      let zeros = Matrix<S>(zeros: hidden.rows, hidden.columns)
      return switch fault {
      case .shape: ObjectiveValue(loss: 1, gradients: [.hidden(0): Matrix(zeros: 1, 1)])
      case .tap:
        ObjectiveValue(loss: 1, gradients: [.hidden(0): zeros, .activated(0): zeros])
      case .parameter:
        ObjectiveValue(loss: 1, gradients: [:], parameterGradients: ["other": zeros])
      case .parameterShape:
        ObjectiveValue(
          loss: 1, gradients: [:], parameterGradients: ["own.weight": Matrix(zeros: 3, 2)])
      }
    }
  }
}

/// A family from outside whose blocks do not fit together, or are not what its settings say.
private struct WrongFamily: ArchitectureSettings {
  enum Fault: String { case mixedRows, columns, taps, logits }

  static let name = "wrong"
  static let note = "Is wrong."
  var fault = Fault.mixedRows

  var hidden: [Int] { [4] }
  var taps: [String] { fault == .taps ? ["hidden.0", "hidden.7", "logits"] : ["logits"] }

  init() {}
  init(_ fault: Fault) { self.fault = fault }

  func makeNetwork<S: Scalar>(_ context: NetworkContext) throws -> Network<S> {
    func linear(_ name: String, _ input: Int, _ output: Int) -> LinearLayer<S> {
      LinearLayer(name: name, inputWidth: input, outputWidth: output, bias: true, seed: 1)
    }
    let pooled = Tap(named: "pooled")
    let both = Tap(named: "both")
    let first = Block<S>.layer(linear("a", context.inputWidth, 4), as: .hidden(0))
    let blocks: [Block<S>] =
      switch fault {
      case .mixedRows:
        [
          first, .layer(ReadoutLayer<S>(.mean, width: 4), as: pooled),
          .concatenation(of: [.hidden(0), pooled], as: both),
          .layer(linear("b", 8, context.outputWidth), as: .logits),
        ]
      case .columns: [first, .layer(linear("b", 5, context.outputWidth), as: .logits)]
      case .taps: [first, .layer(linear("b", 4, context.outputWidth), as: .logits)]
      case .logits: [first, .layer(linear("b", 4, 1), as: .logits)]
      }
    return try Network(blocks: blocks, inputWidth: context.inputWidth)
  }
}

/// What other packages may do wrong ends a run with a message that says who did it.
@Suite struct OutsideChoicesTests {
  private static let config: JSONValue = [
    "name": "outside", "seeds": [3],
    "data": [
      "name": "synthetic-nodes",
      "syntheticNodes": [
        "nodes": 200, "meanDegree": 6, "features": 20, "classes": 3, "nonZerosPerRow": 5,
      ],
    ],
    "models": [
      [
        "name": "mine", "architecture": ["family": "gcn", "hidden": [8]],
        "training": [
          "epochs": 2, "selectOn": "accuracy",
          "optimizer": ["type": "adam", "learningRate": 0.02],
        ],
        "objectives": [["name": "task", "type": "crossEntropy"]],
      ]
    ],
  ]

  /// Runs the config with choices that no registry has, as those of another package.
  private func run(
    _ change: @escaping (inout ModelConfig) -> Void
  ) throws -> (status: Int32, log: String) {
    let place = try Workplace(Self.config)
    var log = ""
    let environment = CommandEnvironment(
      currentDirectory: place.folder, arguments: ["sample.json"], output: { _ in },
      terminal: Terminal(isInteractive: false) { log += $0 }, interruption: Interruption(),
      makeSeedRunner: { context in
        var context = context
        change(&context.config.models[0])
        return try makeSeedRunner(context)
      }, variables: ["XDG_CACHE_HOME": place.folder.path])
    let status = ExperimentsCommand.run(
      ["sample.json", "--offline", "--out", "out"], in: environment)
    return (status, log)
  }

  @Test(arguments: [
    (
      WrongObjective.Fault.shape,
      "returns a gradient of 1 x 1 for hidden.0, which is 200 x 8"
    ),
    (
      .tap, "returns a gradient for hidden.0.activated, but says that it reads hidden.0, logits"
    ),
    (.parameter, "returns a gradient for the parameter other, which it does not have"),
    (
      .parameterShape,
      "returns a gradient of 3 x 2 for the parameter own.weight, which is 2 x 3"
    ),
  ])
  fileprivate func wrongGradientsAreNamed(_ fault: WrongObjective.Fault, message: String) throws {
    let (status, log) = try run {
      $0.objectives[0].kind = ObjectiveKind(settings: WrongObjective(fault))
    }
    #expect(status == ExitStatus.runFailed)
    #expect(log.contains("error: mine: the objective \"task\" \(message)"), "\(log)")
  }

  @Test(arguments: [
    (
      WrongFamily.Fault.mixedRows,
      "the block \"both\" puts together \"hidden.0\", which has a row a node, and \"pooled\", which "
        + "has a row a graph"
    ),
    (.columns, "the block \"logits\" needs 5 columns of \"hidden.0\", which has 4"),
    (
      .taps,
      "the settings offer the feature \"hidden.7\", which no block gives (the network has "
        + "\"hidden.0\", \"logits\")"
    ),
    (.logits, "the network has 1 logits, but the data have 3 labels"),
  ])
  fileprivate func blocksThatDoNotFitAreNamed(_ fault: WrongFamily.Fault, message: String) throws {
    let (status, log) = try run {
      $0.architecture = ArchitectureConfig(settings: WrongFamily(fault))
    }
    #expect(status == ExitStatus.badData)
    #expect(log.contains("error: outside: models.mine.architecture: \(message)"), "\(log)")
  }

  /// The same is said where a config is only described.
  @Test func describeSaysTheSame() throws {
    var (config, problems) = decode(Self.config)
    try #require(problems == [])
    config.models[0].architecture = ArchitectureConfig(settings: WrongFamily(.columns))
    let error = try #require(throws: ConfigError.self) {
      _ = try ExperimentDescription(config, path: "x.json")
    }
    #expect(
      error.description
        == "x.json: models.mine.architecture: the block \"logits\" needs 5 columns of \"hidden.0\", "
        + "which has 4")
  }
}
