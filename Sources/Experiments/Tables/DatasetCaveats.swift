extension DatasetSummary {
  /// What a reader of a table must know about the data, a sentence each.
  var caveats: [String] {
    var found = caveat.map { [$0] } ?? []
    if name == DataConfig.ppi && !synthetic {
      found.append(
        "98.3 % of PPI's test nodes are genes that occur in training; every published PPI score "
          + "shares this")
    }
    if !synthetic && Self.splitsOfAlignaheadUnknown.contains(name) {
      found.append(
        "the splits of Alignahead's paper could not be seen; figures on \(name) from there may "
          + "rest on another")
    }
    return found
  }

  /// Data sets of Alignahead's paper that have no usual split.
  private static let splitsOfAlignaheadUnknown = ["cs", "physics", "computers", "photo"]
}
