import Testing

@testable import Records
@testable import TestSupport
@testable import Training

/// Which features of networks on clouds objectives can read.
@Suite struct CloudObjectiveConfigTests {
  /// A teacher of two EdgeConvs and a student of three with one objective beside the labels.
  private func problems(
    _ objective: [String: JSONValue],
    student: JSONValue = ["family": "dgcnn", "hidden": [3, 3, 3]],
    group: String? = nil
  ) -> [String] {
    let task: JSONValue = ["name": "task", "type": "crossEntropy"]
    let training: JSONValue = ["epochs": 1, "optimizer": ["type": "sgd", "learningRate": 0.1]]
    var objective = objective
    objective["name"] = "extra"
    var model: [String: JSONValue] = [
      "name": "student", "architecture": student, "training": training,
      "objectives": [task, .object(objective)],
    ]
    var models: [JSONValue] = [
      [
        "name": "teacher", "architecture": ["family": "dgcnn", "hidden": [4, 5]],
        "training": training, "objectives": [task],
      ]
    ]
    if let group { model["group"] = .string(group) }
    models.append(.object(model))
    if group != nil {
      model["name"] = "peer"
      models.append(.object(model))
    }
    return decode([
      "name": "clouds", "seeds": [0],
      "data": ["name": "synthetic-clouds", "batchSize": 8, "points": 40],
      "models": .array(models),
    ]).problems
  }

  private func lsp(
    _ own: JSONValue, _ taught: JSONValue, further: ([JSONValue], [JSONValue]) = ([], [])
  ) -> [String: JSONValue] {
    [
      "type": "lsp", "teacher": "teacher", "kernel": ["type": "l2"], "studentTap": own,
      "teacherTap": taught, "furtherStudentTaps": .array(further.0),
      "furtherTeacherTaps": .array(further.1),
    ]
  }

  private func expect(_ problems: [String], _ words: String...) {
    #expect(problems.count == 1, "\(problems)")
    for word in words { #expect(problems.first?.contains(word) ?? false, "\(problems)") }
  }

  /// Taps of other depths and on other graphs: the input of an EdgeConv, its output, one on the data's
  /// own graph beside one on a built graph.
  @Test(
    arguments: [
      ("hidden.0", "hidden.1"), ("layers.1", "hidden.0"), ("points", "layers.0"),
      ("embedding", "hidden.0"), ("hidden.2", "concatenated"),
    ])
  func lspReadsAnyFeatureOfPoints(_ taps: (own: String, taught: String)) {
    #expect(problems(lsp(.string(taps.own), .string(taps.taught))).isEmpty)
  }

  @Test func lspReadsSeveralPairs() {
    let pairs: ([JSONValue], [JSONValue]) = (["hidden.1", "layers.1"], ["points", "hidden.0"])
    #expect(problems(lsp("hidden.0", "hidden.1", further: pairs)).isEmpty)
  }

  @Test func wrongFurtherTapsAreRefused() {
    expect(
      problems(lsp("hidden.0", "hidden.0", further: (["hidden.1", "hidden.2"], ["hidden.1"]))),
      "objectives.extra.furtherTeacherTaps", "found 1 for 2 furtherStudentTaps")
    expect(
      problems(lsp("hidden.0", "hidden.0", further: ([], ["hidden.1"]))),
      "objectives.extra.furtherTeacherTaps", "found 1 for 0 furtherStudentTaps")
    expect(
      problems(lsp("hidden.0", "hidden.0", further: (["hidden.1"], ["hidden.2"]))),
      "objectives.extra.furtherTeacherTaps", "the model \"teacher\" has no tap \"hidden.2\"",
      "its taps: points, layers.0, hidden.0, hidden.1, concatenated")
    expect(
      problems(lsp("hidden.0", "hidden.0", further: (["hidden.3"], ["hidden.1"]))),
      "objectives.extra.furtherStudentTaps", "the model \"student\" has no tap \"hidden.3\"")
    expect(
      problems(lsp("hidden.0", "hidden.0", further: (["hidden.1"], ["readout"]))),
      "objectives.extra.furtherTeacherTaps", "compares edges", "behind the readout")
    expect(
      problems(lsp("hidden.0", "hidden.0", further: (["embedding"], ["concatenated"]))),
      "objectives.extra.furtherStudentTaps",
      "neither \"embedding\" nor the teacher's \"concatenated\"")
  }

  @Test(arguments: ["readout", "readout.max", "readout.mean", "head.0", "logits"])
  func lspBehindTheReadoutIsRefused(tap: String) {
    expect(
      problems(lsp(.string(tap), "hidden.0")), "models.student.objectives.extra.studentTap",
      "compares edges, and the tap \"\(tap)\" of the model \"student\" has none",
      "take a tap before it")
    expect(
      problems(lsp("hidden.0", .string(tap))), "models.student.objectives.extra.teacherTap",
      "the tap \"\(tap)\" of the model \"teacher\" has none")
  }

  @Test func comparisonsOverNoEdgesAreRefused() {
    let mlp: JSONValue = ["family": "mlp", "hidden": [4, 4], "readout": "max"]
    #expect(problems(lsp("hidden.0", "hidden.0"), student: mlp).isEmpty)
    expect(
      problems(lsp("hidden.0", "embedding"), student: mlp), "objectives.extra.studentTap",
      "the graphs of synthetic-clouds have no edges")
    let alignment: [String: JSONValue] = [
      "type": "alignahead", "strategy": ["type": "alignahead"], "kernel": ["type": "l2"],
    ]
    #expect(problems(alignment, group: "peers").isEmpty)
    let refused = problems(alignment, student: mlp, group: "peers")
    #expect(refused.count == 2 && refused.allSatisfy { $0.contains("have no edges") }, "\(refused)")
  }

  private static let rivals: [[String: JSONValue]] = [
    ["type": "fitnet"], ["type": "mmd", "kernel": ["type": "linear"]], ["type": "gcrd"],
  ]

  private func between(
    _ objective: [String: JSONValue], _ own: String, _ taught: String
  ) -> [String: JSONValue] {
    objective.merging(
      ["teacher": "teacher", "studentTap": .string(own), "teacherTap": .string(taught)]
    ) { $1 }
  }

  @Test(arguments: rivals)
  func rivalsCompareRowsOfOneKind(_ objective: [String: JSONValue]) {
    for (own, taught) in [
      ("hidden.2", "hidden.1"), ("readout", "readout.max"), ("head.0", "logits"),
    ] {
      #expect(problems(between(objective, own, taught)).isEmpty)
    }
    expect(
      problems(between(objective, "embedding", "readout")), "objectives.extra.teacherTap",
      "has one row a graph, but the student's \"embedding\" has one a node")
    expect(
      problems(between(objective, "head.1", "hidden.0")), "objectives.extra.teacherTap",
      "has one row a node, but the student's \"head.1\" has one a graph")
  }

  /// Attention is where in a graph activations are large.
  @Test func attentionOfWholeGraphsIsRefused() {
    let at: [String: JSONValue] = ["type": "at"]
    #expect(problems(between(at, "hidden.2", "hidden.1")).isEmpty)
    let found = problems(between(at, "readout", "readout"))
    #expect(found.count == 2, "\(found)")
    for (text, model) in zip(found, ["student", "teacher"]) {
      #expect(text.contains("objectives.extra.\(model)Tap"), "\(text)")
      #expect(text.contains("reads the nodes of graphs: a map of where"), "\(text)")
      #expect(text.contains("take a tap before it"), "\(text)")
    }
  }
}
