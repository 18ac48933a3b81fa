import Distill
import Foundation
import Tensor
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// An objective from outside that learns from the peers.
private struct OwnPeers: PeerObjectiveSettings {
  static let name = "ownPeers"
  static let note = "Learns from peers."

  func problem(student: GroupMember, peer: GroupMember) -> Inconsistency? {
    Inconsistency(
      key: "depth",
      message: "\(student.name) has \(student.hiddenCount) hidden layers, \(peer.name) "
        + "\(peer.architecture.hidden.count)")
  }

  func makeObjective<S: Scalar>(_ context: ObjectiveContext<S>) -> any Objective<S> {
    TaskObjective(.crossEntropy(smoothing: 0))
  }
}

/// Groups of models in configs: what `count` stands for, and what is refused before any training.
@Suite struct GroupConfigTests {
  private func resolve(
    _ document: JSONValue = GroupTrainingTests.config(), _ overrides: [String] = []
  ) throws -> ExperimentConfig {
    let folder = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(document.prettyText.utf8).write(to: folder.appending(path: "c.json"))
    return try ConfigFile(path: "c.json", relativeTo: folder)
      .resolve(quick: false, overrides: overrides.compactMap(Override.init(argument:)))
  }

  @Test func countStandsForModels() throws {
    let config = try resolve()
    #expect(config.models.map(\.name) == ["teacher", "student_1", "student_2", "student_3"])
    #expect(config.models.map(\.group) == [nil, "student", "student", "student"])
    #expect(config.groups.map(\.count) == [1, 3])
    var (first, second) = (config.models[1], config.models[2])
    #expect(first != second)
    (first.name, second.name) = ("", "")
    #expect(first == second)
    // The resolved config has no counts, and reads as the same.
    let (again, problems) = RecordDecoder.decode(
      ExperimentConfig.self, from: RecordEncoder.encode(config))
    #expect(problems == [] && again == config)
  }

  @Test func objectivesFromOutsideAreAskedAboutPeers() throws {
    var config = try resolve()
    let objective = try #require(config.models[1].objectives.last?.name)
    let place = config.models[1].objectives.count - 1
    config.models[1].objectives[place].kind = ObjectiveKind(settings: OwnPeers())
    let depth = config.models[1].hiddenCount
    #expect(
      config.inconsistencies.contains(
        Inconsistency(
          key: "models.student_1.objectives.\(objective).depth",
          message: "student_1 has \(depth) hidden layers, student_2 \(depth)")),
      "\(config.inconsistencies)")
    // Alone there is nobody to learn from.
    config.models[1].group = nil
    #expect(
      config.inconsistencies.contains {
        $0.key == "models.student_1.objectives.\(objective)"
          && $0.message.contains("\"student_1\" has none beside it")
      }, "\(config.inconsistencies)")
  }

  @Test func overridesReachEveryCopy() throws {
    let config = try resolve(
      overrides: ["models.student.training.epochs=9", "models.student.count=2"])
    #expect(config.models.map(\.name) == ["teacher", "student_1", "student_2"])
    #expect(config.models.map(\.training.epochs) == [2, 9, 9])
  }

  private func resolve(overrides: [String]) throws -> ExperimentConfig {
    try resolve(GroupTrainingTests.config(), overrides)
  }

  @Test(arguments: [
    (["models.student.count=1"], "objectives.align", "\"student_1\" has none beside it"),
    (["models.student.count=0"], "models.student.count", "found 0, expected an integer from 1"),
    (["models.student.count=two"], "models.student.count", "found \"two\""),
    (
      [#"models.student.objectives.align.strategy={"type":"pairs","pairs":[[0,1],[2,0]]}"#],
      "models.student_1.objectives.align.strategy.pairs.1",
      "\"student_1\" has no hidden layer 2 (it has 2, counted from 0)"
    ),
    (
      [#"models.student.objectives.align.strategy={"type":"pairs","pairs":[[0,5]]}"#],
      "models.student_1.objectives.align.strategy.pairs.0",
      "\"student_2\" has no hidden layer 5"
    ),
    (
      [#"models.student.objectives.align.strategy={"type":"pairs","pairs":[[0,1],[0,1]]}"#],
      "strategy.pairs", "the pair [0, 1] occurs twice"
    ),
    (["models.teacher.training.turns=batch"], "models.teacher.training.turns", "no other model"),
    (
      ["models.teacher.group=student", "models.teacher.training.turns=batch"],
      "models.student_1.training.epochs", "differs from that of \"teacher\""
    ),
    (
      ["models.student.objectives.lsp.teacher=student_1"], "objectives.lsp.teacher",
      "not trained before"
    ),
  ])
  func whatIsRefused(_ overrides: [String], _ path: String, _ message: String) throws {
    let error = try #require(throws: ConfigError.self) { try resolve(overrides: overrides) }
    #expect(error.exitCode == ExitStatus.badData)
    #expect(
      error.problems.contains { $0.path.contains(path) && $0.message.contains(message) },
      "\(error.description)")
  }

  @Test func aGroupStandsTogether() throws {
    guard case .object(var config) = GroupTrainingTests.config(),
      case .array(var models)? = config["models"], case .object(var teacher) = models[0]
    else { return }
    (teacher["name"], teacher["group"]) = ("late", "other")
    models.insert(.object(teacher), at: 0)
    teacher["name"] = "later"
    models.append(.object(teacher))
    config["models"] = .array(models)
    let error = try #require(throws: ConfigError.self) { try resolve(.object(config)) }
    #expect(error.description.contains("the group \"other\" do not stand one after the other"))
  }

  /// Students of other depths and families pair by relative depth.
  @Test func differentStudents() throws {
    guard case .object(var config) = GroupTrainingTests.config(),
      case .array(var models)? = config["models"], case .object(var student) = models[1]
    else { return }
    student["count"] = nil
    student["group"] = "mixed"
    models[1] = .object(student)
    student["name"] = "deep"
    student["architecture"] = ["family": "gcn", "hidden": [7, 7, 7, 7]]
    models.append(.object(student))
    config["models"] = .array(models)
    #expect(try resolve(.object(config)).groups.map(\.count) == [1, 2])
    let place = try Workplace(.object(config))
    #expect(
      place.train(out: "a", ["--set", "models.deep.training.turns=epoch"]) == ExitStatus.done)
  }
}
