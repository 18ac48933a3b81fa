import Layers
import Records

// How checkpoints write down where the training of each model stands: an object with the models'
// names, on one line, keys sorted; what is nil has no key. Numbers that JSON has not are the strings
// "inf", "-inf" and "nan", so that the state is saved whatever the losses came to. (A zero loses its
// sign, which nothing looks at.)

extension [String: TrainingProgress] {
  /// The text of the progress of each model.
  package var checkpointText: String { JSONValue.object(mapValues(\.json)).compactText }

  /// The progress of each model that a text tells.
  ///
  /// - Throws: ``JSONProblem``, with the place in the text or the key path.
  package init(checkpointText text: String) throws(JSONProblem) {
    let document: JSONValue
    do {
      document = try JSONParser.parse(text)
    } catch {
      throw JSONProblem(path: "", message: error.description)
    }
    self.init()
    let models = try JSONMembers(document)
    for name in models.keys { self[name] = try TrainingProgress(models.object(name)) }
  }
}

extension FieldRule where Value == Double {
  private static let beyond: [String: Double] = [
    "inf": .infinity, "-inf": -.infinity, "nan": .nan,
  ]

  /// A number, or the name of one that JSON has not.
  fileprivate static var whatever: FieldRule {
    let number = FieldRule.number()
    return FieldRule(
      expected: "a number, \"inf\", \"-inf\" or \"nan\"", schema: [:]
    ) {
      if case .string(let name) = $0 { beyond[name] } else { number.decode($0) }
    } encode: {
      $0.isFinite ? .real($0) : .string($0.isNaN ? "nan" : $0 > 0 ? "inf" : "-inf")
    }
  }
}

extension FieldRule where Value == Int {
  /// Any integer; what a training can have come to is checked afterwards.
  fileprivate static var whatever: FieldRule { .integer(.min ... .max) }
}

/// A number as a checkpoint has it.
private func number(_ value: Double) -> JSONValue { FieldRule<Double>.whatever.encode(value) }

/// The members that are there.
private func object(_ members: [String: JSONValue?]) -> JSONValue {
  .object(members.compactMapValues { $0 })
}

extension TrainingProgress {
  fileprivate var json: JSONValue {
    object([
      "epoch": .integer(epoch), "batch": .integer(batch), "sums": sums.json,
      "step": .integer(step), "seconds": number(seconds), "epochSeconds": number(epochSeconds),
      "lastLoss": number(lastLoss), "selection": selection.json,
      "stagnation": stagnation?.json, "plateau": plateau?.json,
      "curve": curve?.checkpointJSON,
    ])
  }

  fileprivate init(_ members: JSONMembers) throws(JSONProblem) {
    epoch = try members.value("epoch", .whatever)
    batch = try members.value("batch", .whatever)
    sums = try LossSums(members.object("sums"))
    step = try members.value("step", .whatever)
    seconds = try members.value("seconds", .whatever)
    epochSeconds = try members.value("epochSeconds", .whatever)
    lastLoss = try members.value("lastLoss", .whatever)
    selection = try Selection(members.object("selection"))
    if let members = try members.optionalObject("stagnation") {
      stagnation = try Stagnation(members)
    }
    if let members = try members.optionalObject("plateau") { plateau = try Plateau(members) }
    // Nothing, and not an empty one, in a training that was begun without.
    curve = nil
    if let members = try members.optionalObject("curve") { curve = try LearningCurve(members) }
  }
}

extension TrainingProgress.LossSums {
  fileprivate var json: JSONValue {
    object([
      "total": number(total),
      "terms": .array(
        terms.map {
          object([
            "name": .string($0.name), "sum": number($0.sum), "count": .integer($0.count),
          ])
        }),
    ])
  }

  fileprivate init(_ members: JSONMembers) throws(JSONProblem) {
    total = try members.value("total", .whatever)
    for term in try members.objects("terms") {
      terms.append(
        Term(
          name: try term.value("name", .text), sum: try term.value("sum", .whatever),
          count: try term.value("count", .whatever)))
    }
  }
}

extension TrainingProgress.Selection {
  fileprivate var json: JSONValue {
    object(["epoch": epoch.map { .integer($0) }, "score": number(score), "loss": number(loss)])
  }

  fileprivate init(_ members: JSONMembers) throws(JSONProblem) {
    epoch = try members.optional("epoch", .whatever)
    score = try members.value("score", .whatever)
    loss = try members.value("loss", .whatever)
  }
}

extension TrainingProgress.Stagnation {
  fileprivate var json: JSONValue {
    object(["best": number(best), "evaluations": .integer(evaluations)])
  }

  fileprivate init(_ members: JSONMembers) throws(JSONProblem) {
    best = try members.value("best", .whatever)
    evaluations = try members.value("evaluations", .whatever)
  }
}

extension Plateau {
  fileprivate var json: JSONValue {
    object([
      "best": best.map(number), "stagnant": .integer(stagnant), "resting": .integer(resting),
      "falls": .integer(falls),
    ])
  }

  fileprivate init(_ members: JSONMembers) throws(JSONProblem) {
    self.init()
    best = try members.optional("best", .whatever)
    stagnant = try members.value("stagnant", .whatever)
    resting = try members.value("resting", .whatever)
    falls = try members.value("falls", .whatever)
  }
}

extension LearningCurve {
  fileprivate var checkpointJSON: JSONValue {
    object([
      "trainingLoss": .array(trainingLoss.map(number)),
      "validEpochs": .array(validEpochs.map { .integer($0) }),
      "validScores": .array(validScores.map(number)),
    ])
  }

  fileprivate init(_ members: JSONMembers) throws(JSONProblem) {
    let most = 0...1_000_000
    self.init()
    trainingLoss = try members.value("trainingLoss", .list(of: .whatever, count: most))
    validEpochs = try members.value("validEpochs", .list(of: .whatever, count: most))
    validScores = try members.value("validScores", .list(of: .whatever, count: most))
  }
}
