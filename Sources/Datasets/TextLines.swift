import Graph

/// The lines of a text file that are not empty, with their numbers, cut as they are asked for: a file
/// of nothing but line ends asks for no memory.
package struct TextLines: Sequence {
  /// One line, without its end.
  package struct Line {
    /// Counted from 1, as editors do.
    package let number: Int
    package let text: Substring

    /// What stands between tabs.
    package var fields: [Substring] {
      text.split(separator: "\t", omittingEmptySubsequences: false)
    }
  }

  /// The file, for messages.
  package let location: String
  private let text: String

  /// - Throws: ``DataError`` (malformed) for bytes that are no text in UTF-8.
  package init(_ bytes: [UInt8], location: String) throws {
    self.location = location
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataError.malformed(location, "this is no text in UTF-8")
    }
    self.text = text
  }

  package func makeIterator() -> AnyIterator<Line> {
    var rest = text.utf8[...]
    var number = 0
    return AnyIterator {
      while !rest.isEmpty {
        number += 1
        // Files from Windows end their lines with two characters.
        let end = rest.firstIndex { $0 == 0x0a || $0 == 0x0d } ?? rest.endIndex
        let line = rest[..<end]
        rest = rest[end...]
        if let first = rest.popFirst(), first == 0x0d, rest.first == 0x0a { rest.removeFirst() }
        if !line.isEmpty { return Line(number: number, text: Substring(line)) }
      }
      return nil
    }
  }

  /// An error that names the line.
  package func fail(_ line: Line, _ message: String) -> DataError {
    .malformed(location, "line \(line.number): \(message)")
  }

  /// The number of a node, below `count`.
  ///
  /// - Throws: ``DataError`` (malformed) that names the line, for anything else.
  package func node(_ text: Substring, below count: Int, _ line: Line) throws -> Int32 {
    guard let node = Int32(text), node >= 0, Int(node) < count else {
      throw fail(
        line, "'\(text.prefix(40))' is not a node; whole numbers from 0 to \(count - 1) are")
    }
    return node
  }
}
