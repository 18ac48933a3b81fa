import Foundation
import Graph

extension NodeBenchmark {
  /// All data sets that are known by name.
  ///
  /// Texas, Wisconsin and Actor are those of Geom-GCN, with its ten splits, in another layout.
  public static let all: [NodeBenchmark] =
    [
      benchmark(
        "photo", "amazon_electronics_photo",
        .init(7_650, edges: 119_081, features: 745, classes: 8),
        0.83, 259),
      benchmark(
        "computers", "amazon_electronics_computers",
        .init(13_752, edges: 245_861, features: 767, classes: 10), 0.78, 267),
      benchmark(
        "cs", "ms_academic_cs", .init(18_333, edges: 81_894, features: 6_805, classes: 15), 0.81, 60
      ),
      benchmark(
        "physics", "ms_academic_phy",
        .init(34_493, edges: 247_962, features: 8_415, classes: 5), 0.93, 33),
      planetoid("cora", .init(2_708, edges: 5_278, features: 1_433, classes: 7), 0.81, 18),
      planetoid("citeseer", .init(3_327, edges: 4_552, features: 3_703, classes: 6), 0.74, 32),
      planetoid("pubmed", .init(19_717, edges: 44_324, features: 500, classes: 3), 0.80, 50),
      heterophilous(
        "chameleon", .init(2_277, edges: 31_371, features: 2_325, classes: 5), 0.23, 13),
      heterophilous(
        "chameleon_filtered", .init(890, edges: 8_854, features: 2_325, classes: 5), 0.24, 11),
      heterophilous(
        "squirrel", .init(5_201, edges: 198_353, features: 2_089, classes: 5), 0.22, 18),
      heterophilous(
        "squirrel_filtered", .init(2_223, edges: 46_998, features: 2_089, classes: 5), 0.21, 15),
      heterophilous("actor", .init(7_600, edges: 26_659, features: 932, classes: 5), 0.22, 5),
      heterophilous("texas", .init(183, edges: 279, features: 1_703, classes: 5), 0.06, 83),
      heterophilous("cornell", .init(183, edges: 277, features: 1_703, classes: 5), 0.12, 94),
      heterophilous("wisconsin", .init(251, edges: 450, features: 1_703, classes: 5), 0.18, 96),
    ] + synthetic

  private static func benchmark(
    _ name: String, _ file: String, _ counts: Counts, _ homophily: Double, _ nonZeros: Int
  ) -> NodeBenchmark {
    NodeBenchmark(
      name: name, layout: GNNBenchmarkLayout(), folder: "gnn-benchmark", files: ["\(file).npz"],
      url: "https://github.com/shchur/gnn-benchmark/raw/master/data/npz/", counts: counts,
      standIn: counts.standIn(homophily, nonZeros))
  }

  private static func planetoid(
    _ name: String, _ counts: Counts, _ homophily: Double, _ nonZeros: Int
  ) -> NodeBenchmark {
    NodeBenchmark(
      name: name, layout: PlanetoidLayout(), folder: "planetoid",
      files: ["allx", "ally", "graph", "test.index", "tx", "ty", "y"].map { "ind.\(name).\($0)" },
      url: "https://github.com/kimiyoung/planetoid/raw/master/data/", counts: counts,
      standIn: counts.standIn(homophily, nonZeros))
  }

  private static func heterophilous(
    _ name: String, _ counts: Counts, _ homophily: Double, _ nonZeros: Int
  ) -> NodeBenchmark {
    NodeBenchmark(
      name: name, layout: HeterophilousLayout(), folder: "heterophilous", files: ["\(name).npz"],
      url: "https://github.com/yandex-research/heterophilous-graphs/raw/main/data/", counts: counts,
      standIn: counts.standIn(homophily, nonZeros))
  }

  /// Cora's nodes with edges drawn so that a given share of them joins nodes of the same class.
  private static let synthetic: [NodeBenchmark] = [
    0.00, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.99, 1.00,
  ].flatMap { homophily in
    [1, 2].map { replicate in
      let place = "h\(String(format: "%.2f", homophily))-r\(replicate)"
      return NodeBenchmark(
        name: "syn-cora-\(place)", layout: GNNBenchmarkLayout(), folder: "syn-cora",
        files: ["\(place).npz"], url: nil, counts: nil,
        standIn: Counts(1_490, edges: 2_968, features: 1_433, classes: 5).standIn(homophily, 18))
    }
  }
}

extension NodeBenchmark.Counts {
  /// The size of a stand-in for data of these sizes.
  fileprivate func standIn(_ homophily: Double, _ nonZeros: Int) -> SyntheticNodeShape {
    var shape = SyntheticNodeShape()
    shape.nodes = nodes
    // Two digits, so that configs show a number that people would write.
    shape.meanDegree = (200 * Double(edges) / Double(nodes)).rounded() / 100
    shape.features = features
    shape.classes = classes
    shape.homophily = homophily
    shape.nonZerosPerRow = nonZeros
    return shape
  }
}
