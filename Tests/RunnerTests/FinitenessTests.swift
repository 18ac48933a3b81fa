import Distill
import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

/// What is infinite or not a number ends a run, and never passes for a result.
@Suite(.serialized) struct FinitenessTests {
  private func train(
    _ settings: [String], in place: Workplace? = nil
  ) throws -> (status: Int32, log: String, place: Workplace) {
    let place = try place ?? Workplace(NodeTrainingTests.config)
    var log = ""
    let status = place.train(
      out: "a", settings.flatMap { ["--set", $0] }, onLine: { log += $0 })
    return (status, log, place)
  }

  /// The only step leaves weights with which no prediction is a number: nothing after it would see.
  @Test(arguments: [1e30, 1e300]) func theLastStepIsLookedAt(rate: Double) throws {
    let (status, log, place) = try train([
      "models.teacher.training.epochs=1", "models.teacher.training.optimizer.learningRate=\(rate)",
    ])
    #expect(status == ExitStatus.runFailed)
    #expect(
      log.contains(
        rate == 1e30
          ? "teacher, seed 3, after epoch 1: a prediction for the validation part is not finite; try"
          : "teacher, seed 3, after epoch 1: layers.0."), "\(log)")
    #expect(log.contains("models.teacher.training.optimizer.learningRate"))
    #expect(!place.exists("a/seed-3/teacher.result.json"))
  }

  @Test func anObjectiveIsNamed() throws {
    let (status, log, _) = try train([
      #"models.student.objectives.lsp.kernel={"type":"poly","degree":16,"offset":1e30}"#
    ])
    #expect(status == ExitStatus.runFailed)
    #expect(
      log.contains("student, seed 3, epoch 1, batch 1: the loss of lsp is not finite"), "\(log)")
  }

  /// A weight that no number of this precision holds makes gradients that are none.
  @Test func aGradientIsNamed() throws {
    let (status, log, _) = try train(["models.student.objectives.task.weight=1e44"])
    #expect(status == ExitStatus.runFailed)
    #expect(log.contains("student, seed 3, epoch 1, batch 1: the gradient of layers."), "\(log)")
  }

  /// Second moments beyond the precision would hold weights where they are, without a word.
  @Test func theOptimiserIsLookedAt() throws {
    let (status, log, _) = try train([
      "models.teacher.objectives.task.weight=1e30", "models.teacher.training.epochs=1",
      "models.teacher.training.checkpoint=last",
    ])
    #expect(status == ExitStatus.runFailed)
    #expect(log.contains("teacher, seed 3, after epoch 1: the optimiser's layers."), "\(log)")
  }

  @Test func predictionsOfEachPartAreLookedAt() throws {
    func sample(_ value: Float) throws -> EvaluationBatches<Float> {
      EvaluationBatches(
        [
          GraphSample(
            graph: try CSRGraph(nodeCount: 2, sources: [], destinations: []),
            features: Matrix(2, 1, [1, value]), labels: Matrix(2, 1, [1, 0]),
            known: [true, false])
        ], batchSize: 1)
    }
    let network = Network<Float>(
      layers: [
        LinearLayer(
          name: "layers.0", inputWidth: 1, outputWidth: 1, bias: false, dropout: 0, seed: 1)
      ], activation: .relu)
    let evaluator = Evaluator<Float>(taskLoss: .binaryCrossEntropy, logitThreshold: 0)
    // The row that is none is no row that counts: the network is broken all the same.
    for value in [Float.nan, .infinity] {
      let parts = [try sample(1), try sample(value)]
      #expect(throws: NotFinite(what: "a prediction for the test part")) {
        try evaluator.evaluate(network, on: parts, named: ["the validation part", "the test part"])
      }
    }
    // A hidden feature of minus infinity, of which the activation makes an ordinary -1.
    let hidden = Network<Float>(
      layers: [
        LinearLayer(name: "layers.0", inputWidth: 1, outputWidth: 1, bias: false, seed: 1),
        LinearLayer(name: "layers.1", inputWidth: 1, outputWidth: 1, bias: false, seed: 1),
      ], activation: .elu)
    hidden.parameters[0].value = Matrix(1, 1, [-.greatestFiniteMagnitude])
    let parts = [try sample(2)]
    #expect(
      try evaluator.evaluate(hidden, on: parts, named: ["the test part"])[0].loss.isFinite)
    #expect(throws: NotFinite(what: "a feature at hidden.0, of the test part,")) {
      try evaluator.evaluate(
        hidden, on: parts, named: ["the test part"], isFinal: true)
    }
    let fine = try evaluator.evaluate(network, on: [sample(1)], named: ["the test part"])
    #expect(fine[0].loss.isFinite)
  }

  // MARK: Scores that are none

  @Test func noNumberIsTheWorstScore() throws {
    typealias Stagnation = TrainingProgress.Stagnation
    var stagnation = Stagnation.after(.nan, nil)
    for evaluation in 1...3 {
      stagnation = Stagnation.after(.nan, stagnation)
      #expect(stagnation.evaluations == evaluation)
    }
    stagnation = Stagnation.after(-1e9, stagnation)
    #expect(stagnation.evaluations == 0 && stagnation.best == -1e9)
    stagnation = Stagnation.after(.nan, stagnation)
    #expect(stagnation.evaluations == 1 && stagnation.best == -1e9)

    for rule in [TrainingConfig.Checkpoint.bestValidation, .lowestValidationLoss] {
      var selection = TrainingProgress.Selection()
      var kept: [Int] = []
      for (epoch, score) in [Double.nan, .nan, 0.1, .nan, 0.05, 0.2, .nan].enumerated()
      where selection.keeps(epoch: epoch, score: score, loss: 1, by: rule) { kept.append(epoch) }
      #expect(kept == [0, 2, 5] && selection.epoch == 5)
    }
    var selection = TrainingProgress.Selection()
    var kept: [Int] = []
    for (epoch, loss) in [Double.nan, 3, .nan, 2].enumerated()
    where selection.keeps(epoch: epoch, score: 0, loss: loss, by: .validationRoseOrLossFell) {
      kept.append(epoch)
    }
    #expect(kept == [0, 1, 3])
  }

  @Test func progressCanBeWrittenWhateverTheScores() throws {
    for score in [Double.nan, .infinity, -.infinity] {
      var progress = TrainingProgress()
      progress.stagnation = .after(score, nil)
      let isKept = progress.selection.keeps(
        epoch: 0, score: score, loss: score, by: .bestValidation)
      #expect(isKept)
      let text = ["m": progress].checkpointText
      #expect(try [String: TrainingProgress](checkpointText: text) == ["m": progress])
    }
  }
}
