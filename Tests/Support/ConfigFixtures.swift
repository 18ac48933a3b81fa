import Foundation

@testable import Layers
@testable import Records
@testable import Tensor
@testable import Training

/// A small config that uses every kind of record.
let sampleConfig: JSONValue = [
  "name": "sample",
  "seeds": [1],
  "data": ["name": "ppi", "onMissing": "synthetic", "synthetic": ["nodesPerGraph": 100]],
  "metrics": ["thresholdOn": "logit", "threshold": -0.5],
  "models": [
    [
      "name": "teacher",
      "architecture": ["family": "gat", "hidden": [8, 8], "heads": 2],
      "training": [
        "epochs": 3, "optimizer": ["type": "adam", "learningRate": 0.01],
        "schedule": ["type": "step", "every": 2],
      ],
      "objectives": [["name": "task", "type": "bce"]],
    ],
    [
      "name": "student",
      "architecture": ["family": "gcn", "hidden": [4]],
      "training": [
        "epochs": 3, "optimizer": ["type": "sgd", "learningRate": 0.1, "momentum": 0.9],
        "schedule": ["type": "cosine"], "clipNorm": 1.5,
      ],
      "objectives": [
        ["name": "task", "type": "crossEntropy"],
        [
          "name": "lsp", "type": "lsp", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1.activated", "kernel": ["type": "poly"], "weight": 0.5,
          "lastEpoch": 1,
        ],
        [
          "name": "kd", "type": "kd", "teacher": "teacher", "form": ["type": "softmax"],
          "temperature": 4,
        ],
        [
          "name": "fitnet", "type": "fitnet", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1", "projection": ["type": "both", "width": 3],
        ],
        [
          "name": "at", "type": "at", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1",
        ],
        [
          "name": "mmd", "type": "mmd", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1", "kernel": ["type": "rbf"],
        ],
        [
          "name": "gsp", "type": "gsp", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1", "kernel": ["type": "poly"],
        ],
        [
          "name": "gcrd", "type": "gcrd", "teacher": "teacher", "studentTap": "hidden.0",
          "teacherTap": "hidden.1", "width": 3,
        ],
      ],
    ],
    [
      "name": "mlp",
      "architecture": ["family": "mlp", "hidden": [4], "dropout": 0.5],
      "training": [
        "epochs": 3, "optimizer": ["type": "adam", "learningRate": 0.01],
        "schedule": ["type": "linearWarmup", "epochs": 2],
      ],
      "objectives": [["name": "task", "type": "bce"]],
    ],
  ],
  "quick": ["models.teacher.training.epochs": 1],
]

/// The sample config with values set at key paths.
func sample(_ settings: KeyValuePairs<String, JSONValue> = [:]) throws -> JSONValue {
  var document = sampleConfig
  for (path, value) in settings {
    let override = Override(path: path, value: value, origin: "test")!
    _ = try override.apply(to: &document)
  }
  return document
}

/// Decodes a config; the problems as lines.
func decode(_ document: JSONValue) -> (config: ExperimentConfig, problems: [String]) {
  let (config, problems) = RecordDecoder.decode(ExperimentConfig.self, from: document)
  return (config, problems.map(\.description))
}

/// The package's root folder.
let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// A new folder for one test.
func makeTemporaryFolder() throws -> URL {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "experiments-tests-\(UUID().uuidString)", directoryHint: .isDirectory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder
}
