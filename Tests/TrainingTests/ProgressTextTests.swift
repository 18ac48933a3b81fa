import Foundation
import Layers
import Testing

@testable import Records
@testable import Training

/// How checkpoints write down where a training stands.
@Suite("Progress in checkpoints")
struct ProgressTextTests {
  /// As checkpoints have always had it: any change of these bytes would end trainings that are under
  /// way.
  private let text =
    #"{"student-2":{"batch":1,"curve":{"trainingLoss":[2,0.5,"nan"],"validEpochs":[0,2],"#
    + #""validScores":["inf",1]},"epoch":3,"epochSeconds":4,"lastLoss":0.30000000000000004,"#
    + #""seconds":1.25e-05,"selection":{"epoch":2,"loss":9007199254740992,"score":"-inf"},"#
    + #""stagnation":{"best":-1.7976931348623157e+308,"evaluations":1},"step":13,"#
    + #""sums":{"terms":[{"count":1,"name":"task","sum":"nan"},"#
    + #"{"count":2,"name":"a-b_2","sum":-1e-300}],"total":1e+16}},"#
    + #""student_10":{"batch":0,"epoch":0,"epochSeconds":0,"lastLoss":0,"seconds":0,"#
    + #""selection":{"loss":0,"score":0},"step":0,"sums":{"terms":[],"total":0}}}"#

  private var progress: [String: TrainingProgress] {
    var far = TrainingProgress()
    far.epoch = 3
    far.batch = 1
    far.step = 13
    far.seconds = 1.25e-5
    far.epochSeconds = 4
    far.lastLoss = 0.1 + 0.2
    far.sums.total = 1e16
    far.sums.terms = [
      .init(name: "task", sum: .nan, count: 1), .init(name: "a-b_2", sum: -1e-300, count: 2),
    ]
    far.selection = .init(epoch: 2, score: -.infinity, loss: 9_007_199_254_740_992)
    far.stagnation = .init(best: -.greatestFiniteMagnitude, evaluations: 1)
    far.curve?.add(loss: 2, score: .infinity)
    far.curve?.add(loss: 0.5, score: nil)
    far.curve?.add(loss: .nan, score: 1)
    var fresh = TrainingProgress()
    fresh.curve = nil
    return ["student-2": far, "student_10": fresh]
  }

  @Test func itsBytesAreThoseOfEarlierCheckpoints() throws {
    #expect(progress.checkpointText == text)
    // Not a number equals nothing, itself neither.
    let read = try [String: TrainingProgress](checkpointText: text)
    #expect(read.checkpointText == text)
    #expect(read["student_10"] == progress["student_10"])
    #expect(read["student-2"]?.selection == progress["student-2"]?.selection)
    #expect(read["student-2"]?.curve?.trainingLoss[2].isNaN == true)
  }

  @Test(arguments: [
    ("", "line 1, column 1: found the end of the text, expected a value"),
    ("[]", "found [], expected an object"),
    (#"{"m":{},"m":{}}"#, #"line 1, column 9: the key "m" occurs twice in one object"#),
    (#"{"m":{}}"#, "m.epoch: missing; expected an integer"),
    (#"{"m":{"epoch":1.5}}"#, "m.epoch: found 1.5, expected an integer"),
  ])
  func whatIsNoneIsRefusedWithItsPlace(text: String, expected: String) throws {
    let error = #expect(throws: JSONProblem.self) {
      _ = try [String: TrainingProgress](checkpointText: text)
    }
    #expect(error?.description.hasPrefix(expected) == true, "\(String(describing: error))")
  }

  /// Every member, deep ones too, is named where it is wrong.
  @Test(arguments: [
    (
      #""total":1e+16"#, #""total":"much""#,
      #"student-2.sums.total: found "much", expected a number"#
    ),
    (#""sum":-1e-300"#, #""sum":null"#, "student-2.sums.terms.1.sum: missing"),
    (#""terms":[]"#, #""terms":[3]"#, "student_10.sums.terms.0: found 3, expected an object"),
    (#""terms":[]"#, #""terms":{}"#, "student_10.sums.terms: found {}"),
    (#""evaluations":1"#, #""evaluations":"1""#, #"student-2.stagnation.evaluations: found "1""#),
    (#"{"loss":0,"score":0}"#, "7", "student_10.selection: found 7, expected an object"),
    (#"[0,2]"#, "[0,2.5]", "student-2.curve.validEpochs: found [0,2.5]"),
  ])
  func whatIsWrongInsideIsNamed(old: String, new: String, expected: String) throws {
    let damaged = text.replacing(old, with: new)
    try #require(damaged != text)
    let error = #expect(throws: JSONProblem.self) {
      _ = try [String: TrainingProgress](checkpointText: damaged)
    }
    #expect(error?.description.hasPrefix(expected) == true, "\(String(describing: error))")
  }

  @Test func aPlateauComesBackWithItsBits() throws {
    var far = TrainingProgress()
    var plateau = Plateau()
    (plateau.best, plateau.stagnant, plateau.resting, plateau.falls) = (0.1 + 0.2, 3, 2, 7)
    far.plateau = plateau
    var fresh = TrainingProgress()
    fresh.plateau = Plateau()
    let progress = ["a": far, "b": fresh, "c": TrainingProgress()]
    let text = progress.checkpointText
    #expect(
      text.contains(
        #""plateau":{"best":0.30000000000000004,"falls":7,"resting":2,"stagnant":3}"#))
    let read = try [String: TrainingProgress](checkpointText: text)
    #expect(read == progress)
    let error = try #require(throws: JSONProblem.self) {
      try [String: TrainingProgress](
        checkpointText: text.replacingOccurrences(of: #""falls":7"#, with: #""falls":0.5"#))
    }
    #expect(error.description.contains("a.plateau.falls: found 0.5"), "\(error)")
  }
}
