import Training

// What code stands behind a table: its numerics, which change with everything that can change a
// number, and its commits.

/// Why two rows do not compare: they were trained by different code. Nil where one code trained both,
/// or where neither says what trained it.
package func otherCode(_ first: RowReport, _ second: RowReport) -> String? {
  let numerics = unique((first.trainings + second.trainings).map(\.origin.numerics))
  guard numerics.count > 1 else { return nil }
  let names = numerics.map { $0 ?? "not recorded" }.joined(separator: ", ")
  return "trained by different code (numerics \(names))"
}

/// Which code trained the seeds of a table, a line for each numerics with its commits.
package func revisionLines(of seeds: [StoredSeed]) -> [String] {
  let code = seeds.flatMap { seed in
    seed.result.models.map { model in
      // Earlier versions kept the commit of each session alone.
      let commits = model.origin.revision.map { [$0] } ?? seed.sessionRevisions
      return (numerics: model.origin.numerics, commits: commits)
    }
  }
  return unique(code.map(\.numerics)).map { numerics in
    let commits = unique(code.filter { $0.numerics == numerics }.flatMap(\.commits))
      .map(RunOrigin.short).sorted()
    let known =
      commits.isEmpty
      ? "" : ", commit\(commits.count > 1 ? "s" : "") \(commits.joined(separator: ", "))"
    return "Trained by code of numerics \(numerics ?? "not recorded")\(known)"
  }
}

extension StoredSeed {
  /// The commits of the sessions in which the seed was run.
  fileprivate var sessionRevisions: [String] {
    provenance.compactMap { session in
      guard case .string(let revision)? = session["revision"] else { return nil }
      return revision
    }
  }
}
