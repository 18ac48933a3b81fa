extension TableReport {
  /// The table for scripts. `status` is "complete", or "interrupted" while seeds are missing; scores
  /// and differences are shares, as in a run's result.
  func json(in place: TablePlace) -> JSONValue {
    let files = ["md", "tex", "csv"].map {
      ($0, JSONValue.string("\(place.resultsName)/\(place.rendered($0))"))
    }
    return [
      "table": .string(file.config.name),
      "status": isComplete ? "complete" : "interrupted",
      "quick": .bool(file.quick),
      "synthetic": .bool(isSynthetic),
      "files": .object(Dictionary(uniqueKeysWithValues: files)),
      "caveats": .array(caveats.map { .string($0) }),
      "sections": .object(
        Dictionary(uniqueKeysWithValues: sections.map { ($0.section.name, $0.json) })),
    ]
  }
}

extension SectionReport {
  fileprivate var json: JSONValue {
    [
      "rows": .object(
        Dictionary(uniqueKeysWithValues: rows.map { ($0.row.name, json(of: $0)) })),
      "claims": .object(
        Dictionary(
          uniqueKeysWithValues: claims.map { claim, verdict in
            (claim.name, ["verdict": .string(verdict.name), "text": .string(verdict.text)])
          })),
    ]
  }

  private func json(of row: RowReport) -> JSONValue {
    let test = section.metrics.compactMap { metric in
      row.summary(metric).map { (metric.rawValue, $0.json) }
    }
    let differences = section.metrics.compactMap { metric in
      difference(of: row, in: metric)?.comparison.map { (metric.rawValue, $0.json) }
    }
    return [
      "experiment": .string(row.experiment),
      "model": row.row.measured ? .string(row.row.modelName) : nil,
      "seeds": .array(row.seeds.map { .integer(Int($0.result.seed)) }),
      "parameters": row.results.first.map { .integer($0.parameters) } ?? nil,
      "epochs": row.results.first.map { .integer($0.epochs) } ?? nil,
      "secondsPerEpoch": row.secondsPerEpoch.map(JSONValue.real) ?? nil,
      "test": .object(Dictionary(uniqueKeysWithValues: test)),
      "differences": .object(Dictionary(uniqueKeysWithValues: differences)),
    ]
  }
}
