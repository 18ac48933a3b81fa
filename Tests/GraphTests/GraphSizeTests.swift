import Testing

@testable import Graph

@Suite("Graph sizes")
struct GraphSizeTests {
  @Test func sizesBeyond32BitsAreRefused() throws {
    try CSRGraph.checkSize(nodes: 2_147_483_646, edges: 2_147_483_647)
    #expect(throws: GraphError.tooLarge(nodes: 10, edges: 2_147_483_648)) {
      try CSRGraph.checkSize(nodes: 10, edges: 2_147_483_648)
    }
    #expect(throws: GraphError.tooLarge(nodes: 2_147_483_647, edges: 0)) {
      try CSRGraph(nodeCount: 2_147_483_647, sources: [], destinations: [])
    }
    let message = GraphError.tooLarge(nodes: 10, edges: 2_147_483_648).description
    #expect(message.contains("10 nodes and 2147483648 edges"))
  }
}
