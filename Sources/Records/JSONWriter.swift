extension JSONValue {
  /// The value as JSON on several lines: keys sorted, two spaces a level, lists of plain values on
  /// one line where they fit. The same value always gives the same text.
  ///
  /// Numbers are written with as many digits as it takes to read the same `Double` back. JSON has
  /// no way to write NaN or an infinity: they become `null`.
  package var prettyText: String {
    var text = ""
    write(to: &text, indent: 0, pretty: true)
    return text + "\n"
  }

  /// The value as JSON on one line, keys sorted.
  package var compactText: String {
    var text = ""
    write(to: &text, indent: 0, pretty: false)
    return text
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(to text: inout String, indent: Int, pretty: Bool) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): Self.writeQuoted(value, to: &text)
    case .array(let elements):
      let inline = !pretty || elements.allSatisfy(\.isPlain)
      Self.writeList(
        elements, open: "[", close: "]", inline: inline, pretty: pretty, indent: indent, to: &text
      ) { element, text in
        element.write(to: &text, indent: indent + 1, pretty: pretty)
      }
    case .object(let members):
      Self.writeList(
        members.sorted { $0.key < $1.key }, open: "{", close: "}", inline: !pretty,
        pretty: pretty, indent: indent, to: &text
      ) { member, text in
        Self.writeQuoted(member.key, to: &text)
        text += pretty ? ": " : ":"
        member.value.write(to: &text, indent: indent + 1, pretty: pretty)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], open: String, close: String, inline: Bool, pretty: Bool, indent: Int,
    to text: inout String, body: (Element, inout String) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += inline && pretty ? ", " : "," }
      if !inline { text += "\n" + String(repeating: "  ", count: indent + 1) }
      body(element, &text)
    }
    if !inline && !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }

  private static func writeQuoted(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
