extension JSONValue {
  /// The key paths at which two documents differ, in order. List elements go by their "name"
  /// where they have one; lists that differ in anything but named elements are one difference.
  package func differences(from other: JSONValue, at path: [String] = []) -> [String] {
    switch (self, other) {
    case (.object(let mine), .object(let theirs)):
      return Set(mine.keys).union(theirs.keys).sorted().flatMap { key -> [String] in
        guard let own = mine[key], let their = theirs[key] else {
          return [(path + [key]).joined(separator: ".")]
        }
        return own.differences(from: their, at: path + [key])
      }
    case (.array(let mine), .array(let theirs)):
      let names = mine.map { $0["name"] ?? .null }
      guard !names.contains(.null), names == theirs.map({ $0["name"] ?? .null }) else { break }
      return zip(mine, theirs).flatMap { own, their -> [String] in
        guard case .string(let name)? = own["name"] else { return [] }
        return own.differences(from: their, at: path + [name])
      }
    default: break
    }
    return self == other ? [] : [path.joined(separator: ".")]
  }
}
