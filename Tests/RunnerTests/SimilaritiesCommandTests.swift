import Foundation
import Testing

@testable import Records
@testable import Runner
@testable import TestSupport
@testable import Training

/// `experiments similarities` on a small run of a teacher, a student on labels and one with LSP.
@Suite(.serialized) struct SimilaritiesCommandTests {
  private static func config(hasLSP: Bool = true) -> JSONValue {
    let task: JSONValue = ["name": "task", "type": "crossEntropy"]
    func model(_ name: String, _ widths: JSONValue, k: Int, _ further: [JSONValue]) -> JSONValue {
      [
        "name": .string(name),
        "architecture": [
          "family": "dgcnn", "hidden": widths, "k": .integer(k), "embedding": 8, "head": [6],
        ],
        "training": [
          "epochs": 1, "optimizer": ["type": "sgd", "learningRate": 0.1], "checkpoint": "last",
        ],
        "objectives": .array([task] + further),
      ]
    }
    let lsp: JSONValue = [
      "name": "lsp", "type": "lsp", "teacher": "teacher",
      "kernel": ["type": "rbf", "sigma": 1],
      "studentTap": "hidden.0", "teacherTap": "hidden.1", "furtherStudentTaps": ["layers.0"],
      "furtherTeacherTaps": ["points"],
    ]
    return [
      "name": "clouds", "seeds": [3, 4],
      "data": [
        "name": "synthetic-clouds", "batchSize": 6, "points": 20,
        "generated": ["classes": 3, "trainClouds": 12, "testClouds": 7],
      ],
      "models": [
        model("teacher", [5, 4, 6], k: 5, []), model("other", [3], k: 3, []),
        model("labels", [3, 4], k: 3, []), model("taught", [3, 4], k: 3, hasLSP ? [lsp] : []),
      ],
    ]
  }

  private func trained(
    _ config: JSONValue = Self.config(), _ arguments: [String] = ["--seeds", "3"]
  ) throws -> Workplace {
    let place = try Workplace(config)
    let (status, log) = place.trainLogged(out: "a", arguments)
    #expect(status == ExitStatus.done, "\(log)")
    return place
  }

  private func numbers(_ value: JSONValue?) -> [Double] {
    guard case .array(let list)? = value else { return [] }
    return list.compactMap {
      switch $0 {
      case .number(let number): number
      case .integer(let number): Double(number)
      default: nil
      }
    }
  }

  private func members(_ value: JSONValue?) -> [JSONValue] {
    guard case .array(let list)? = value else { return [] }
    return list
  }

  @Test func cloudsAndSimilarities() throws {
    let place = try trained()
    #expect(place.run("similarities", "a", "--json", "--pair", "0") == ExitStatus.done)
    let json = try JSONParser.parse(place.output)
    #expect(
      json["panels"] == [
        ["model": "teacher", "tap": "hidden.1"], ["model": "taught", "tap": "hidden.0"],
        ["model": "labels", "tap": "hidden.0"],
      ])
    let clouds = members(json["clouds"])
    // One of each class.
    #expect(clouds.map { $0["label"] } == [0, 1, 2] && json["synthetic"] == true)
    for cloud in clouds {
      let points = members(cloud["points"]).map { numbers($0) }
      #expect(points.count == 20 && points.allSatisfy { $0.count == 3 })
      guard case .integer(let point)? = cloud["point"] else {
        Issue.record("no point")
        return
      }
      for (k, view) in members(cloud["views"]).enumerated() {
        let similarities = numbers(view["similarities"])
        #expect(similarities.count == 20 && similarities[point] == 1)
        #expect(similarities.allSatisfy { $0 >= 0 && $0 <= 1 })
        // The point and the nearest of the others, which are the most alike.
        let neighbors = numbers(view["neighbors"]).map { Int($0) }
        #expect(neighbors.count == (k == 0 ? 5 : 3) && neighbors.contains(point))
        let least = neighbors.map { similarities[$0] }.min() ?? 0
        for other in 0..<20 where !neighbors.contains(other) {
          #expect(similarities[other] <= least + 1e-6)
        }
        let rank = numbers([view["rankCorrelation"] ?? .null]).first ?? .nan
        let divergence = numbers([view["divergence"] ?? .null]).first ?? .nan
        if k == 0 {
          #expect(abs(rank - 1) < 1e-12 && abs(divergence) < 1e-12)
        } else {
          #expect(rank < 1 && rank > -1 && divergence > 0)
        }
      }
    }
    // Another pair, point, cloud and model beside.
    let status = place.run(
      "similarities", "a", "--json", "--clouds", "6,0", "--point", "7", "--beside",
      "labels,teacher")
    #expect(status == ExitStatus.done, "\(place.errors)")
    let other = try JSONParser.parse(place.output)
    #expect(
      members(other["panels"]).map { $0["tap"] } == ["points", "layers.0", "layers.0", "layers.0"])
    #expect(members(other["clouds"]).map { $0["number"] } == [6, 0])
    #expect(members(other["clouds"]).allSatisfy { $0["point"] == 7 })
    #expect(place.run("similarities", "a") == ExitStatus.done)
    #expect(place.output.contains("| test cloud") && place.output.contains("taught, layers.0"))
    #expect(place.output.contains("(synthetic), seed 3"))
  }

  @Test func whatCannotBeShown() throws {
    let place = try trained()
    func expect(_ status: Int32, _ words: String, _ arguments: String...) {
      #expect(place.run(["similarities"] + arguments) == status, "\(place.errors)")
      #expect(place.errors.contains(words), "\(place.errors)")
    }
    expect(ExitStatus.missingInput, "there is no run", "nowhere")
    expect(ExitStatus.missingInput, "the seed 4 is not trained", "a", "--seed", "4")
    expect(ExitStatus.badUsage, "there is no test cloud 7", "a", "--clouds", "7")
    expect(ExitStatus.badUsage, "has the points 0 to 19", "a", "--point", "20")
    expect(ExitStatus.badUsage, "compares the pairs 0 to 1", "a", "--pair", "2")
    expect(ExitStatus.badUsage, "there is no model with LSP \"labels\"", "a", "--student", "labels")
    expect(ExitStatus.badUsage, "there is no model \"lables\"", "a", "--beside", "lables")
    expect(ExitStatus.badUsage, "has no tap \"layers.0\"", "a", "--beside", "other")
    expect(ExitStatus.badUsage, "expected numbers such as", "a", "--clouds", "1;2")
    try place.write("torn", to: "a/seed-3/taught.last.safetensors")
    expect(ExitStatus.badData, "taught.last.safetensors", "a")
  }

  @Test func aRunWithoutLSP() throws {
    let place = try trained(Self.config(hasLSP: false))
    #expect(place.run("similarities", "a") == ExitStatus.badData)
    #expect(place.errors.contains("none has an objective of the type \"lsp\""))
  }
}
