import Foundation
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

@Suite("Config schema")
struct SchemaTests {
  /// `docs/config.md` is what `experiments list --markdown` prints.
  @Test func thePageOfKeysIsFresh() throws {
    let page = try String(
      contentsOf: packageRoot.appending(path: "docs/config.md"), encoding: .utf8)
    #expect(
      page == KeysPage.text, "stale: swift run experiments list --markdown > docs/config.md")
  }

  private let schema = SchemaCommand.schema

  @Test func theShippedSchemaIsTheDecoders() throws {
    let file = packageRoot.appending(path: "configs/schema.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == schema.prettyText, "run: swift run experiments schema > configs/schema.json")
  }

  @Test func validConfigsFollowTheSchema() throws {
    #expect(accepts(sampleConfig))
    #expect(accepts(RecordEncoder.encode(decode(sampleConfig).config)))
    let main = packageRoot.appending(path: "configs/ppi_lsp.json")
    #expect(accepts(try JSONFile.read(main, named: "ppi_lsp.json")))
  }

  /// Puts a wrong value at every place of a full config and asks decoder and schema.
  @Test func decoderAndSchemaRefuseTheSame() throws {
    #expect(try refusals(in: sampleConfig) > 500)
    #expect(try refusals(in: graphSAGESample, under: "models.2.architecture") > 50)
    #expect(try refusals(in: oneGraphSample, under: "data.") > 80)
    let own = try sample([
      "data": ["name": "mine", "source": ["layout": "ppi", "path": "mine"]]
    ])
    #expect(try refusals(in: own, under: "data.") > 30)
    for sample in framelessSamples {
      #expect(try refusals(in: sample, under: "models.2.architecture") > 50)
    }
    let objective = frameletObjectiveSample(["bandWeights": [1, 2]])
    #expect(try refusals(in: objective, under: "models.1.objectives.4") > 50)
  }

  private func refusals(in config: JSONValue, under prefix: String = "") throws -> Int {
    let full = RecordEncoder.encode(decode(config).config)
    let wrong: [JSONValue] = [nil, true, -1, 0, 0.5, 1, 2_000_000, "x!", [], [1], [:], ["q": 1]]
    var refused = 0
    for path in SchemaValidator.places(in: full) where path.hasPrefix(prefix) {
      for value in wrong {
        var document = full
        let override = try #require(Override(path: path, value: value, origin: "test"))
        _ = try override.apply(to: &document)
        let problems = decode(document).problems
        let accepted = accepts(document)
        // What concerns several fields at once is beyond the schema.
        if accepted && !problems.isEmpty {
          #expect(
            problems.allSatisfy { problem in
              [
                "has no tap", "heads: found", "none compares", "is before", "probability",
                "nesterov", "no nodes to test", "expected a number from", "expected 1, as",
                "shared encoders", "weights for", "the rate would rise", "beside data.source",
              ]
              .contains(where: problem.contains) || problem.contains("more than a graph's")
            }, "\(path) = \(value.compactText): \(problems)")
        } else {
          #expect(accepted == problems.isEmpty, "\(path) = \(value.compactText): \(problems)")
        }
        if !accepted { refused += 1 }
      }
    }
    return refused
  }

  private func accepts(_ value: JSONValue) -> Bool { SchemaValidator.accepts(value, schema) }
}
