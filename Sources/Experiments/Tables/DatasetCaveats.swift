extension DatasetSummary {
  /// What a reader of a table must know about the data, a sentence each.
  var caveats: [String] {
    var found = caveat.map { [$0] } ?? []
    if name == "ppi" && !synthetic {
      found.append(
        "98.3 % of PPI's test nodes are genes that occur in training; every published PPI score "
          + "shares this")
    }
    return found
  }
}
