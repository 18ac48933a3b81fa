/// Spearman's rank correlation: Pearson's of the ranks, of which equal numbers share the mean. 0 where
/// all numbers of one list are equal.
public func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "a correlation is of lists of one length")
  let (x, y) = (ranks(a), ranks(b))
  let mean = Double(x.count - 1) / 2
  var (xy, xx, yy) = (0.0, 0.0, 0.0)
  for (p, q) in zip(x, y) {
    xy += (p - mean) * (q - mean)
    xx += (p - mean) * (p - mean)
    yy += (q - mean) * (q - mean)
  }
  return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
}

private func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var first = 0
  while first < order.count {
    var end = first + 1
    while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
    for place in first..<end { ranks[order[place]] = Double(first + end - 1) / 2 }
    first = end
  }
  return ranks
}
