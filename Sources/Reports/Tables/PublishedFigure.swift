import Foundation
import Records

/// A figure as it was printed: "97.6", or "97.90 ± 0.45" with a deviation. Keeps its digits.
package struct PublishedFigure: Equatable, Sendable {
  package let mean: String
  package let deviation: String?

  /// The figure that a text holds, or nil where it is none.
  package init?(_ text: String) {
    let parts = text.components(separatedBy: " ± ")
    guard parts.count <= 2, Self.isDecimal(parts[0]), parts.dropFirst().allSatisfy(Self.isDecimal)
    else { return nil }
    mean = parts[0]
    deviation = parts.count == 2 ? parts[1] : nil
  }

  /// As it was printed.
  package var text: String { deviation.map { "\(mean) ± \($0)" } ?? mean }

  private static func isDecimal(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
      }
  }
}

extension FieldRule where Value == PublishedFigure {
  /// A figure as it was printed, as a string.
  package static var published: FieldRule {
    FieldRule(
      expected: "a string such as \"97.81\" or \"97.81 ± 0.31\"",
      schema: ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)?( ± [0-9]+(\.[0-9]+)?)?$"#]
    ) {
      guard case .string(let text) = $0 else { return nil }
      return PublishedFigure(text)
    } encode: {
      .string($0.text)
    }
  }
}
