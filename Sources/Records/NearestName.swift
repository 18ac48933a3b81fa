/// Finds the name that somebody who mistyped probably meant.
package enum NearestName {
  /// The candidate closest to `name` by edit distance, or nil where none is close (more than a
  /// third of the letters, and more than two, would have to change).
  package static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(2, name.count / 3)
    return
      candidates
      .map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit && $0.distance < $0.name.count }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
      .name
  }

  /// The phrase `; did you mean "..."?`, or nothing where no candidate is close.
  package static func hint(for name: String, among candidates: some Sequence<String>) -> String {
    find(name, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
  }

  /// The smallest number of insertions, deletions, substitutions and swaps of neighbours that
  /// turn `a` into `b` (optimal string alignment).
  package static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, rows[i - 1][j - 1] + 1)
        }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
