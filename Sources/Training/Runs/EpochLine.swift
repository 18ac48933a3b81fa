import Foundation
import Records

/// A line of `metrics.jsonl`: what an epoch of a model came to.
package struct EpochLine: Record {
  package var model = ""
  /// From 0.
  package var epoch = 0
  /// The mean total training loss.
  package var loss = 0.0
  /// The mean of each objective over the batches in which it was on.
  package var losses: [String: Double] = [:]
  package var learningRate = 0.0
  /// Wall time without evaluations.
  package var seconds = 0.0
  /// Metrics on the validation graphs; nil where the epoch was not evaluated.
  package var valid: [String: Double]?
  /// Whether the data are a generated stand-in.
  package var synthetic = false

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    let metrics = FieldRule.dictionary(of: .measurement)
    visitor.field("model", &model, .name, required: true, "The model.")
    visitor.field("epoch", &epoch, .integer(0...Int.max), required: true, "From 0.")
    visitor.field("loss", &loss, .measurement, required: true, "The mean total training loss.")
    visitor.field("losses", &losses, metrics, required: true, "The mean of each objective.")
    visitor.field("learningRate", &learningRate, .measurement, required: true, "Of this epoch.")
    visitor.field("seconds", &seconds, .measurement, required: true, "Without evaluations.")
    visitor.field("valid", &valid, .orNull(metrics), "Metrics on the validation graphs.")
    visitor.field("synthetic", &synthetic, .boolean, "Whether the data were generated.")
  }
}

extension SeedDirectory {
  /// The lines of the seed's metrics file; none where there is no such file yet.
  ///
  /// - Throws: ``InputError`` where it cannot be read, ``ConfigError`` with the line that is torn.
  package func epochLines() throws -> [EpochLine] {
    guard FileManager.default.fileExists(atPath: metrics.path) else { return [] }
    let file = "\(name)/metrics.jsonl"
    let data: Data
    do {
      data = try Data(contentsOf: metrics)
    } catch {
      throw InputError(message: "\(file): cannot be read: \(systemReason(error))")
    }
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      let place = "\(file), line \(index + 1)"
      let document: JSONValue
      do throws(JSONSyntaxError) {
        document = try JSONParser.parse(Data(line))
      } catch {
        throw ConfigError(
          source: place,
          problems: [JSONProblem(path: "", message: "not valid JSON: \(error.message)")])
      }
      let (epoch, problems) = RecordDecoder.decode(EpochLine.self, from: document)
      guard problems.isEmpty else { throw ConfigError(source: place, problems: problems) }
      return epoch
    }
  }
}
