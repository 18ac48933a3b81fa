/// The p of m tests corrected for their number (Holm 1979): with p sorted upwards, the i-th becomes
/// max over j <= i of min(1, (m - j + 1) p_j). Where those below a level are called findings, the
/// chance that one of them is false is at most that level, however the tests depend on each other.
///
/// - Returns: The corrected p, in the order of `p`.
package func holmCorrected(_ p: [Double]) -> [Double] {
  var corrected = p
  var highest = 0.0
  for (place, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
    highest = max(highest, min(1, Double(p.count - place) * p[index]))
    corrected[index] = highest
  }
  return corrected
}
