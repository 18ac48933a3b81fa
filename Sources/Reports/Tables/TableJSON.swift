import Records

extension TableReport {
  /// The table for scripts. `status` is "complete", or "interrupted" while seeds are missing; scores
  /// and differences are shares, as in a run's result.
  package func json(in place: TablePlace) -> JSONValue {
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
          uniqueKeysWithValues: claims.map { ($0.claim.name, $0.json) })),
      "curves": .object(
        Dictionary(uniqueKeysWithValues: curves.map { ($0.curve.name, json(of: $0)) })),
    ]
  }

  /// Losses by epoch, published and of the runs; null where there is none.
  private func json(of report: CurveReport) -> JSONValue {
    func byEpoch(_ value: (Int) -> Double?) -> JSONValue {
      let epochs = report.curve.published.keys
      return .object(
        Dictionary(
          uniqueKeysWithValues: epochs.map {
            (String($0), value($0).map(JSONValue.real) ?? nil)
          }))
    }
    return [
      "model": .string(report.curve.model),
      "trainings": .integer(report.trainings.count),
      "published": byEpoch { report.curve.published[$0] },
      "measured": byEpoch(report.loss(at:)),
      "ratio": byEpoch(report.ratio(at:)),
    ]
  }

  private func json(of row: RowReport) -> JSONValue {
    let test = section.metrics.compactMap { metric in
      row.summary(metric).map { (metric, $0.json) }
    }
    let differences = section.metrics.compactMap { metric in
      difference(of: row, in: metric)?.comparison.map { (metric, $0.json) }
    }
    let reached = section.thresholds.map { threshold -> (String, JSONValue) in
      let epochs = row.epochs(to: threshold)
      return (
        String(threshold),
        [
          "mean": epochs.mean.map(JSONValue.real) ?? nil, "reached": .integer(epochs.epochs.count),
          "known": .integer(epochs.known),
        ]
      )
    }
    return [
      "experiment": .string(row.experiment),
      "model": row.row.measured ? .string(row.row.modelName) : nil,
      "seeds": .array(row.seeds.map { .integer(Int($0.result.seed)) }),
      "students": .array(row.isGroup ? row.models.map { .string($0) } : []),
      "parameters": row.parameters.count > 1
        ? .array(row.parameters.map { .integer($0) })
        : row.parameters.first.map { .integer($0) } ?? nil,
      "epochs": row.epochs.map {
        $0.count == 1
          ? .integer($0.lowerBound) : [.integer($0.lowerBound), .integer($0.upperBound)]
      } ?? nil,
      "epochsTo": .object(Dictionary(uniqueKeysWithValues: reached)),
      "quantities": .object(
        Dictionary(
          uniqueKeysWithValues: section.quantities.map {
            ($0.rawValue, .array(row.means($0).map(JSONValue.real)))
          })),
      "secondsPerEpoch": row.secondsPerEpoch.map(JSONValue.real) ?? nil,
      "test": .object(Dictionary(uniqueKeysWithValues: test)),
      "differences": .object(Dictionary(uniqueKeysWithValues: differences)),
    ]
  }
}

extension ClaimReport {
  /// The verdict with the comparison behind it, and the p as they are and by Holm's correction.
  fileprivate var json: JSONValue {
    func pair(_ p: CorrectedProbability) -> [String: JSONValue] {
      ["p": .real(p.p), "holm": .real(p.holm)]
    }
    var members: [String: JSONValue] = [
      "origin": .string(claim.origin.rawValue), "verdict": .string(verdict.name),
      "text": .string(verdict.text), "comparison": difference.comparison?.json ?? nil,
      "difference": tests.map { .object(pair($0.difference)) } ?? nil,
    ]
    if let equivalence = tests?.equivalence, let margin = tests?.margin {
      members["equivalence"] = .object(
        pair(equivalence).merging(["margin": .real(margin)]) { first, _ in first })
    }
    return .object(members)
  }
}
