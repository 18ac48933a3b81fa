import Layers
import Testing

@testable import Records
@testable import TestSupport
@testable import Training

/// The settings of a DGCNN.
@Suite struct DGCNNConfigTests {
  private func architecture(_ settings: JSONValue) throws -> ArchitectureConfig {
    let (config, problems) = decode(sampleWith(architecture: settings))
    // The sample's labels are those of nodes.
    #expect(problems.count == 1 && problems[0].contains("gives one prediction for a graph"))
    return config.models[2].architecture
  }

  @Test func publishedSizesAreTheDefaults() throws {
    let config = try architecture(["family": "dgcnn"])
    let network: Network<Float> = try config.network(inputWidth: 3, outputWidth: 40, seed: 1)
    #expect(network.parameterCount == 1_809_576)
  }

  @Test(
    arguments: [
      ["family": "dgcnn"], ["family": "dgcnn", "hidden": [5], "head": []],
      ["family": "dgcnn", "hidden": [5, 6], "k": 3, "embedding": 9, "head": [7], "slope": 0],
    ] as [JSONValue])
  func tapsAreThoseOfTheNetwork(_ json: JSONValue) throws {
    let config = try architecture(json)
    let network: Network<Float> = try config.network(inputWidth: 3, outputWidth: 4, seed: 1)
    #expect(config.taps == network.taps.map(\.name))
    #expect(
      config.settings.pooledTaps
        == network.taps.filter { network.isPooled(at: $0) == true }.map(\.name))
    #expect(network.hiddenCount == config.settings.hidden.count)
    let sizes = DataSizes(features: 3, labels: 4, isSparse: false, nodes: 64, edges: 0)
    let counted = config.settings.layerSizes(sizes).reduce(0) { $0 + $1.parameters }
    #expect(Int(counted) == network.parameterCount)
  }

  @Test(
    arguments: [
      (["family": "dgcnn", "k": 0], "k"), (["family": "dgcnn", "hidden": []], "hidden"),
      (["family": "dgcnn", "dropout": 1], "dropout"),
      (["family": "dgcnn", "slope": -0.1], "slope"),
      (["family": "dgcnn", "embedding": 0], "embedding"),
      (["family": "dgcnn", "head": [0]], "head"),
    ] as [(JSONValue, String)])
  func wrongValuesAreRefused(_ json: JSONValue, _ key: String) {
    let problems = decode(sampleWith(architecture: json)).problems
    #expect(problems.contains { "\($0)".contains("architecture.\(key)") }, "\(problems)")
  }
}
