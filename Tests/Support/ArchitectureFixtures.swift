@testable import Records
@testable import Training

/// The sample config with an architecture in place of the perceptron.
func sampleWith(architecture: JSONValue) -> JSONValue {
  guard case .object(var document) = sampleConfig,
    case .array(var models)? = document["models"], case .object(var model) = models[2]
  else { preconditionFailure("the sample has three models") }
  model["architecture"] = architecture
  models[2] = .object(model)
  document["models"] = .array(models)
  return .object(document)
}

/// The sample config with a GraphSAGE network in place of the perceptron.
let graphSAGESample: JSONValue = {
  guard case .object(var document) = sampleConfig,
    case .array(var models)? = document["models"], case .object(var model) = models[2]
  else { preconditionFailure("the sample has three models") }
  model["architecture"] = [
    "family": "graphsage", "hidden": [64, 64, 64, 64], "aggregator": "pool", "bias": "both",
  ]
  models[2] = .object(model)
  document["models"] = .array(models)
  return .object(document)
}()

/// The sample config on one graph, with shares of it to train on.
let oneGraphSample: JSONValue = {
  guard case .object(var members) = sampleConfig else { return sampleConfig }
  members["data"] = [
    "name": "cora", "split": ["type": "shares"], "normalizeFeatures": "rows",
    "syntheticNodes": ["nodes": 400],
  ]
  return .object(members)
}()

/// Framelet families with all of their settings.
let framelessSamples: [JSONValue] = [
  [
    "family": "framelet", "hidden": [4, 5], "dropout": 0.5, "inputDropout": 0, "perturbation": 0.1,
    "framelets": ["bank": ["type": "entropy"], "levels": 2, "route": ["type": "chebyshev"]],
  ],
  ["family": "simplifiedFramelet", "power": 3, "framelets": ["bank": ["type": "sigmoid"]]],
  ["family": "fmlp", "hidden": [4], "framelets": ["route": ["type": "exact"]]],
  ["family": "fmlpSimplified", "width": 4],
].map(sampleWith)

/// The sample config with framelet feature distillation in place of attention transfer.
func frameletObjectiveSample(_ settings: [String: JSONValue] = [:]) -> JSONValue {
  guard case .object(var document) = sampleConfig,
    case .array(var models)? = document["models"], case .object(var model) = models[1],
    case .array(var objectives)? = model["objectives"], objectives[4]["name"] == "at"
  else { preconditionFailure("the sample's student has attention transfer") }
  let term: [String: JSONValue] = [
    "name": "framelet", "type": "framelet", "teacher": "teacher", "studentTap": "hidden.0",
    "teacherTap": "hidden.1",
  ]
  objectives[4] = .object(term.merging(settings) { $1 })
  model["objectives"] = .array(objectives)
  models[1] = .object(model)
  document["models"] = .array(models)
  return .object(document)
}
