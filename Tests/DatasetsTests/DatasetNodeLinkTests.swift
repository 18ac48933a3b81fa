import Testing

@testable import Datasets
@testable import Graph

@Suite struct DatasetNodeLinkTests {
  func parse(_ json: String) throws -> NodeLinkGraph {
    try NodeLinkGraph(parsing: Array(json.utf8), location: "g.json")
  }

  @Test func plain() throws {
    let graph = try parse(
      #"{"directed": true, "multigraph": false, "graph": {}, "nodes": [{"id": 0}, {"id": 1}],"#
        + #" "links": [{"source": 0, "target": 1}, {"source": 1, "target": 1}]}"#)
    #expect(graph.nodeCount == 2)
    #expect(graph.isDirected)
    #expect(graph.sources == [0, 1])
    #expect(graph.targets == [1, 1])
  }

  @Test func keysInAnyOrderAndThingsToPassOver() throws {
    let graph = try parse(
      """
      \t{ "links" :\r\n[ { "weight":-1.5e-3,"target":2 , "source" : 0, "key": 0},
        {"note":"a \\"quoted\\" ]}, \\\\", "source":1,"x":[[],{},[1,{"source":9,"t":[NaN]}]],
         "target":0, "y": {"target": 7, "z": {"a": null, "b": [true, false]}}} ],
        "multigraph":true, "extra": [1, "two", {"three": [3]}, -Infinity, ""],
        "graph" : {"name":"\\u00e9{["} , "number": 12.5,
        "nodes":[{"label":[1,0],"id":2},{"id":0,"feature":{"id":5}},{"id":1}]
      ,"directed":false}
      \n
      """)
    #expect(graph.nodeCount == 3)
    #expect(!graph.isDirected)
    #expect(graph.sources == [0, 1])
    #expect(graph.targets == [2, 0])
  }

  @Test func edgesIsAnotherNameForLinks() throws {
    #expect(
      try parse(#"{"nodes": [{"id": 0}], "edges": [{"source": 0, "target": 0}]}"#).sources == [0])
  }

  @Test func emptyLists() throws {
    #expect(try parse(#"{"nodes": [], "links": []}"#).nodeCount == 0)
  }

  @Test func deepNestingIsNoProblem() throws {
    let depth = 1_000_000
    let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(try parse("{\"x\": \(nest), \"nodes\": [], \"links\": []}").sources.isEmpty)
  }

  @Test func everyTruncationIsNoticed() {
    let whole = Array(
      #"{"x": {"a": [1, "s\n"]}, "directed": true, "nodes": [{"id": 0}], "links": [{"source": 0, "target": 0}]}"#
        .utf8)
    for length in 0..<whole.count {
      expectDataError(.malformed, "g.json", "line 1, byte \(length)") {
        do {
          _ = try NodeLinkGraph(parsing: Array(whole[..<length]), location: "g.json")
        } catch let error as DataError where !error.message.contains("byte \(length):") {
          // A word that is cut in two is reported where it begins.
          #expect((0..<length).contains { error.message.contains("byte \($0):") })
          throw DataError(.malformed, at: "g.json", "line 1, byte \(length)")
        }
      }
    }
  }

  @Test(arguments: [
    ("[]", "line 1, byte 0: '{' was expected, but there is '[]'"),
    (#"{"nodes": [], "links": []} x"#, "the end of the text"),
    ("{\"nodes\": [],\n\"links\": [,]}", "line 2, byte 24: '{' was expected"),
    (#"{"nodes": [], "links": [],}"#, "a string was expected"),
    (#"{"nodes": [] "links": []}"#, "',' or '}'"),
    (#"{"nodes": [], "links": [], "x": [1 2]}"#, "',' or ']'"),
    (#"{"nodes": [], "links": [], "x": [1}}"#, "',' or ']'"),
    (#"{"nodes": [], "links": [], "x": }"#, "a value was expected"),
    (#"{"nodes": [], "links": [], "x": {"y" 1}}"#, "':' was expected"),
    (#"{"nodes": [], "links": [], "directed": 1}"#, "true or false"),
    (#"{"links": []}"#, #"no list "nodes""#),
    (#"{"nodes": []}"#, #"no list "links""#),
    (#"{"nodes": [], "nodes": [], "links": []}"#, "twice"),
    (#"{"nodes": [], "edges": [], "links": []}"#, "second list of links"),
    (#"{"nodes": [{}], "links": []}"#, #"node 0 has no "id""#),
    (#"{"nodes": [{"id": "a"}], "links": []}"#, "a whole number was expected"),
    (#"{"nodes": [{"id": 0.5}], "links": []}"#, "a whole number was expected"),
    (#"{"nodes": [{"id": 1e3}], "links": []}"#, "a whole number was expected"),
    (#"{"nodes": [{"id": 99999999999999999999}], "links": []}"#, "below 2,147,483,648"),
    (#"{"nodes": [{"id": 1}], "links": []}"#, "node 0 (counted from 0) has the id 1"),
    (#"{"nodes": [{"id": 0}, {"id": 0}], "links": []}"#, "node 1 (counted from 0) has the id 0"),
    (#"{"nodes": [{"id": 0}], "links": [{"source": 0}]}"#, "link 0 lacks"),
    (
      #"{"nodes": [{"id": 0}], "links": [{"source": 0, "target": 0}, {"source": 1, "target": 0}]}"#,
      "link 1 (counted from 0) has the source 1, but the nodes are 0 to 0"
    ),
    (
      #"{"nodes": [{"id": 0}], "links": [{"source": 0, "target": -1}]}"#,
      "link 0 (counted from 0) has the target -1"
    ),
  ])
  func badInput(json: String, fragment: String) {
    expectDataError(.malformed, "g.json", fragment) { _ = try parse(json) }
  }
}
