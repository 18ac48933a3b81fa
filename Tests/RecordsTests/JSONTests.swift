import Testing

@testable import Records

@Suite("JSON")
struct JSONTests {
  @Test func valuesKeepTheirKinds() throws {
    let value = try JSONParser.parse(
      #"{"a": [true, false, null, 1, 5.0, 5.5, -2e1], "b": "x\n\u00e9\ud83d\ude00\/"}"#)
    #expect(
      value == [
        "a": [true, false, nil, 1, .integer(5), .number(5.5), .integer(-20)],
        "b": "x\né😀/",
      ])
    #expect(try JSONParser.parse("true") != .integer(1))
  }

  @Test func largeIntegersAreExact() throws {
    #expect(try JSONParser.parse("9007199254740993") == .integer(9_007_199_254_740_993))
    #expect(try JSONParser.parse("9223372036854775807") == .integer(.max))
    #expect(try JSONParser.parse("1e300") == .number(1e300))
  }

  @Test(arguments: [
    ("{\"a\": 1,\n \"b\": }", 2, 7, "expected a value"),
    ("{\n\"a\": 1", 2, 7, "the end of the text, expected \",\" or \"}\""),
    ("", 1, 1, "the end of the text"),
    ("{\"a\" 1}", 1, 6, "expected \":\""),
    ("{\"a\": 1,\n\"a\": 2}", 2, 1, "occurs twice"),
    ("{\"a\": 1,}", 1, 9, "expected a key"),
    ("[1, 2", 1, 6, "expected \",\" or \"]\""),
    ("[01]", 1, 2, "must not begin with 0"),
    ("[1e400]", 1, 2, "too large"),
    ("[1.]", 1, 4, "expected a digit"),
    ("[+1]", 1, 2, "expected a value"),
    ("[1] x", 1, 5, "after the end"),
    ("\n\n\"abc", 3, 1, "not closed"),
    ("[\"a\nb\"]", 1, 4, "inside a string"),
    (#"["\q"]"#, 1, 3, "unknown escape"),
    (#"["\ud800x"]"#, 1, 3, "surrogate"),
    (#"["\u12"]"#, 1, 3, "four hexadecimal digits"),
    ("// c\n[1]", 1, 1, "expected a value"),
    ("[NaN]", 1, 2, "expected a value"),
  ])
  func mistakesHaveAPlace(text: String, line: Int, column: Int, message: String) throws {
    let error = try #require(throws: JSONSyntaxError.self) { try JSONParser.parse(text) }
    #expect(error.line == line)
    #expect(error.column == column)
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test func deepNestingIsAnErrorAndNoCrash() throws {
    let text = String(repeating: "[", count: 1_000_000)
    #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text) }
  }

  @Test func textThatIsNotUTF8IsAnError() {
    #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
  }

  @Test func writingAndReadingGivesTheSameValue() throws {
    let value: JSONValue = [
      "numbers": [0.1, 1e-8, 5e22, 123456.789, -0.0],
      "exact": [.number(0.1 + 0.2), .number(.leastNonzeroMagnitude), .integer(.min)],
      "text": "quote \" backslash \\ line\nbreak \u{1} é", "empty": [[], [:]],
      "nested": [["a": [1, 2]], [true, nil]],
    ]
    #expect(try JSONParser.parse(value.prettyText) == value)
    #expect(try JSONParser.parse(value.compactText) == value)
  }

  @Test func textIsTheSameEveryTime() {
    let value: JSONValue = ["b": [1, 2.5], "a": ["z": nil, "y": [["k": 1]]]]
    #expect(value.compactText == #"{"a":{"y":[{"k":1}],"z":null},"b":[1,2.5]}"#)
    #expect(
      value.prettyText == """
        {
          "a": {
            "y": [
              {
                "k": 1
              }
            ],
            "z": null
          },
          "b": [1, 2.5]
        }

        """)
  }

  @Test func whatIsNotANumberIsNull() {
    #expect(JSONValue.array([.number(.nan), .real(.infinity)]).compactText == "[null,null]")
  }

  @Test func differencesAreKeyPaths() {
    let one: JSONValue = ["a": 1, "models": [["name": "x", "w": 1], ["name": "y", "w": 2]]]
    let other: JSONValue = ["b": 1, "models": [["name": "x", "w": 1], ["name": "y", "w": 3]]]
    #expect(one.differences(from: other) == ["a", "b", "models.y.w"])
    #expect(one.differences(from: one) == [])
    #expect(JSONValue.array([1, 2]).differences(from: [1, 3], at: ["s"]) == ["s"])
  }
}

@Suite("Nearest name")
struct NearestNameTests {
  @Test(arguments: [
    ("epochs", "epochs", 0), ("epoch", "epochs", 1), ("epohcs", "epochs", 1), ("", "abc", 3),
    ("kitten", "sitting", 3),
  ])
  func distances(a: String, b: String, expected: Int) {
    #expect(NearestName.distance(a, b) == expected)
    #expect(NearestName.distance(b, a) == expected)
  }

  @Test func findsWhatWasMeantAndNothingElse() {
    let names = ["epochs", "optimizer", "schedule"]
    #expect(NearestName.find("epcohs", among: names) == "epochs")
    #expect(NearestName.find("Optimiser", among: names) == "optimizer")
    #expect(NearestName.find("colour", among: names) == nil)
    #expect(NearestName.find("x", among: ["a"]) == nil)
  }
}
