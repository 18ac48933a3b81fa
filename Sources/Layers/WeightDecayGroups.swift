import Tensor

/// Weight decays of parameters that do not have the optimiser's: of one layer, or of a kind of
/// parameter in all layers.
///
/// A pattern is the first words of parameters' names, where `*` stands for any one word: "layers.0" is
/// all of the first layer, "layers.*.bias" every layer's bias, "layers.3.weight" one parameter. Where
/// several patterns fit a name, that of the most words is taken, and of equally long ones that of the
/// fewest `*`.
public struct WeightDecayGroups: Sendable, Equatable {
  /// The decay of each pattern.
  public var decays: [String: Double]

  /// Decays by pattern; none unless given.
  public init(_ decays: [String: Double] = [:]) { self.decays = decays }

  /// The decay of a parameter that has one of its own, or nil.
  public func decay(of parameter: String) -> Double? {
    let name = Pattern(parameter)
    return decays.map { (Pattern($0.key), $0.value) }.filter { $0.0.fits(name) }
      .max { $1.0.isNearer(than: $0.0) }?.1
  }

  /// The decay of each of several parameters: its own, or else the given one.
  func decays<S: Scalar>(of parameters: [Parameter<S>], otherwise decay: Double) -> [Double] {
    parameters.map { self.decay(of: $0.name) ?? decay }
  }

  /// The patterns that fit none of the names, in the order of the alphabet.
  public func unused(among names: [String]) -> [String] {
    let names = names.map(Pattern.init)
    return decays.keys.sorted().filter { pattern in
      !names.contains { Pattern(pattern).fits($0) }
    }
  }

  /// Two patterns with different decays of which neither is nearer to a name that both fit; nil where
  /// there are none.
  public var ambiguity: (String, String)? {
    let patterns = decays.keys.sorted()
    for (k, a) in patterns.enumerated() {
      for b in patterns[(k + 1)...] where decays[a] != decays[b] {
        let (one, other) = (Pattern(a), Pattern(b))
        if one.meets(other), !one.isNearer(than: other), !other.isNearer(than: one) {
          return (a, b)
        }
      }
    }
    return nil
  }

  /// Whether a text can be a pattern: words with dots between them.
  public static func isPattern(_ text: String) -> Bool {
    Pattern(text).words.allSatisfy { !$0.isEmpty }
  }

  private struct Pattern {
    let words: [Substring]

    init(_ text: String) { words = text.split(separator: ".", omittingEmptySubsequences: false) }

    private var wildcards: Int { words.count { $0 == "*" } }

    func fits(_ name: Pattern) -> Bool {
      words.count <= name.words.count
        && zip(words, name.words).allSatisfy { $0 == "*" || $0 == $1 }
    }

    func isNearer(than other: Pattern) -> Bool {
      (words.count, -wildcards) > (other.words.count, -other.wildcards)
    }

    /// Whether some name of as many words fits both.
    func meets(_ other: Pattern) -> Bool {
      words.count == other.words.count
        && zip(words, other.words).allSatisfy { $0 == "*" || $1 == "*" || $0 == $1 }
    }
  }
}
