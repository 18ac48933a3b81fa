import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

@Suite("Learning curves")
struct LearningCurveTests {
  private var curve: LearningCurve {
    var curve = LearningCurve()
    for (loss, score) in [(0.7, 0.4), (0.6, nil), (0.5, 0.9), (0.4, nil), (0.3, 0.8)] {
      curve.add(loss: loss, score: score)
    }
    return curve
  }

  @Test func scoresKnowTheirEpochs() {
    #expect(curve.trainingLoss == [0.7, 0.6, 0.5, 0.4, 0.3])
    #expect(curve.validEpochs == [0, 2, 4] && curve.validScores == [0.4, 0.9, 0.8])
    #expect(curve.firstEpoch(reaching: 0.4) == 0)
    #expect(curve.firstEpoch(reaching: 0.41) == 2 && curve.firstEpoch(reaching: 0.9) == 2)
    #expect(curve.firstEpoch(reaching: 0.91) == nil)
    #expect(curve.isKept && !LearningCurve().isKept)
  }

  @Test func curvesGoThroughJSONAndOlderResultsHaveNone() throws {
    let result = ModelResult(name: "m", curve: curve)
    guard case .object(var members) = RecordEncoder.encode(result) else { return }
    let text = JSONValue.object(members).prettyText
    let (again, problems) = RecordDecoder.decode(ModelResult.self, from: try JSONParser.parse(text))
    #expect(problems == [] && again == result)
    members["curve"] = nil
    let (older, none) = RecordDecoder.decode(ModelResult.self, from: .object(members))
    #expect(none == [] && older.name == "m" && !older.curve.isKept)
    members["curve"] = ["trainingLoss": [0.5], "validEpochs": [0], "validScores": []]
    let torn = RecordDecoder.decode(ModelResult.self, from: .object(members)).problems
    #expect(torn.map(\.path) == ["curve.validScores"])
  }

  /// What a checkpoint does not know of its past cannot be had from it: no curve, rather than one
  /// that begins in the middle.
  @Test func checkpointsWithoutACurveGoOnWithoutOne() throws {
    var progress = TrainingProgress()
    progress.epoch = 5
    progress.curve = curve
    let text = ["m": progress].checkpointText
    #expect(try [String: TrainingProgress](checkpointText: text) == ["m": progress])
    guard case .object(var members)? = try JSONParser.parse(text)["m"] else { return }
    members["curve"] = nil
    let read = try [String: TrainingProgress](
      checkpointText: JSONValue.object(["m": .object(members)]).compactText)
    var older = try #require(read["m"])
    older.curve?.add(loss: 1, score: 1)
    #expect(older.epoch == 5 && older.curve == nil)
  }

  private func result(_ scores: [Double]) -> ModelResult {
    var result = ModelResult(name: "m")
    for score in scores { result.curve.add(loss: 1, score: score) }
    return result
  }

  @Test(
    arguments: [
      ([[0.5, 0.9], [0.9, 0.9]], "1.5"), ([[0.5, 0.9], [0.1, 0.9]], "2"),
      ([[0.5, 0.9], [0.5, 0.6], [0.9]], "1.5 (2 of 3)"), ([[0.5], [0.6]], "- (0 of 2)"),
      ([[0.9], []], "1 (1 of 1 known)"), ([[], []], "-"), ([], "-"),
    ] as [([[Double]], String)])
  func epochsToAScore(scores: [[Double]], text: String) {
    #expect(EpochsToScore(0.9, in: scores.map(result)).text == text)
  }
}
