import Foundation
import Graph

/// The lines of a text file of numbers, between spaces, tabs or commas; what follows `#` and empty
/// lines are passed over.
struct NumberLines: IteratorProtocol {
  /// One line.
  struct Line {
    /// The file and the line's number from 1.
    let location: String
    let number: Int
    var text: Substring

    private var fields: [Substring] {
      text.split { $0 == " " || $0 == "\t" || $0 == "," }
    }

    var isEmpty: Bool { fields.isEmpty }
    /// Its beginning, for messages.
    var excerpt: Substring { text.prefix(40) }

    func fail(_ message: String) -> DataError {
      .malformed(location, "line \(number): \(message)")
    }

    /// The first `count` numbers.
    ///
    /// - Throws: ``DataError`` (malformed) where there are fewer, or one is not finite.
    func numbers(_ count: Int) throws -> [Double] {
      let fields = fields
      guard fields.count >= count else {
        throw fail("found \"\(excerpt)\"; \(count) coordinates were expected")
      }
      return try fields.prefix(count).map { field in
        guard let number = Double(field), number.isFinite else {
          throw fail(
            "'\(field.prefix(40))' is no finite number; \(count) coordinates were expected")
        }
        return number
      }
    }

    /// All numbers, which are whole; with `leading`, those up to the first that is not.
    ///
    /// - Throws: ``DataError`` (malformed).
    func integers(leading: Bool = false) throws -> [Int] {
      var numbers: [Int] = []
      for field in fields {
        guard let number = Int(field) else {
          if leading { break }
          throw fail("'\(field.prefix(40))' is no whole number")
        }
        numbers.append(number)
      }
      return numbers
    }
  }

  private var lines: AnyIterator<TextLines.Line>
  private let location: String

  /// - Throws: ``DataError`` (malformed) for bytes that are no text in UTF-8.
  init(_ bytes: [UInt8], location: String) throws {
    lines = try TextLines(bytes, location: location).makeIterator()
    self.location = location
  }

  mutating func next() -> Line? {
    while let next = lines.next() {
      let text = next.text.prefix { $0 != "#" }
      let line = Line(location: location, number: next.number, text: text)
      if !line.isEmpty { return line }
    }
    return nil
  }
}
