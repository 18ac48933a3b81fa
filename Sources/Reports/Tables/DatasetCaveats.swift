import Training

extension DatasetSummary {
  /// What a reader of a table must know about the data, a sentence each.
  package var caveats: [String] {
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
    if !synthetic, let count = Self.nodesWithoutDuplicates[name] {
      found.append(
        "\(name) holds nodes that are copies of others, with the same neighbours and class, in the "
          + "training and the test part alike (Platonov et al. 2023): only \(NumberFormat.grouped(count)) of "
          + "its \(NumberFormat.grouped(nodes)) nodes are left in \(name)_filtered; scores on \(name) are not "
          + "those of unseen nodes")
    }
    return found
  }

  /// Nodes that are left of a data set without its duplicates.
  private static let nodesWithoutDuplicates = ["chameleon": 890, "squirrel": 2_223]

  /// Data sets of Alignahead's paper that have no usual split.
  private static let splitsOfAlignaheadUnknown = ["cs", "physics", "computers", "photo"]
}
