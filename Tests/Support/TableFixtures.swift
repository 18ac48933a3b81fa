import Foundation

@testable import Records
@testable import Training

/// A table over two experiments that use the sample config; to lie in `tables/`.
let sampleTable: JSONValue = [
  "name": "small",
  "title": "Students 50 % & more",
  "description": "What the sample's students reach.",
  "results": "../docs/results",
  "experiments": [
    ["name": "main", "config": "../sample.json", "seeds": [0, 1, 2]],
    [
      "name": "long", "config": "../sample.json", "seeds": [1, 2],
      "set": ["models.student.training.epochs": 1_000],
    ],
  ],
  "sections": [
    [
      "name": "students", "title": "Students", "experiment": "main", "metrics": ["microF1"],
      "baseline": "student",
      "published": [["name": "paper", "heading": "paper", "source": "Somebody 2020, Table 1."]],
      "rows": [
        ["name": "teacher", "label": "Teacher", "published": ["paper": "97.6"]],
        ["name": "student", "label": "Student | GCN", "published": ["paper": "95.70 ± 0.45"]],
        ["name": "pupil", "label": "MLP, \"plain\"", "model": "mlp"],
        ["name": "kd", "label": "KD_1", "measured": false, "published": ["paper": "96.1"]],
        ["name": "long", "label": "Student, long", "model": "student", "experiment": "long"],
      ],
      "claims": [
        ["name": "gain", "text": "The MLP is better", "better": "pupil", "than": "student"],
        ["name": "loss", "text": "The teacher is better", "better": "teacher", "than": "student"],
        ["name": "same", "text": "Long training helps", "better": "long", "than": "student"],
      ],
      "notes": ["One remark."],
    ],
    [
      "name": "last", "title": "Last epoch", "experiment": "long",
      "rows": [["name": "student", "label": "Student", "weights": "last"]],
    ],
  ],
  "notes": ["A remark on all."],
]

/// The sample table with values set at key paths.
func table(_ settings: KeyValuePairs<String, JSONValue> = [:]) throws -> JSONValue {
  var document = sampleTable
  for (path, value) in settings {
    _ = try Override(path: path, value: value, origin: "test")!.apply(to: &document)
  }
  return document
}

/// Scores with a clear gain of the MLP (0.02, 0.03, 0.01 over the student), a clear loss of the
/// teacher, and no difference by longer training beyond chance.
func sampleScore(seed: UInt64, model: Int) -> Double {
  let student = [0.50, 0.52, 0.51][Int(seed) % 3]
  switch model {
  case 0: return student - [0.20, 0.21, 0.20][Int(seed) % 3]
  case 1: return student
  default: return student + [0.02, 0.03, 0.025][Int(seed) % 3]
  }
}

extension Workplace {
  /// A workplace with the sample table in it.
  convenience init(table: JSONValue) throws {
    try self.init()
    try write(table.prettyText, to: "tables/small.json")
    score = sampleScore
  }
}
