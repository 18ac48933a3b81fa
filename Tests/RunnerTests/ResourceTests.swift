import Foundation
import Graph
import Layers
import Logging
import Tensor
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

@Suite("Processors and memory")
struct ResourceTests {
  /// Files of /proc and /sys as some container has them.
  private func group(_ files: [String: String]) throws -> (ControlGroup, URL) {
    let root = try makeTemporaryFolder()
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return (ControlGroup(root: root), root)
  }

  @Test func limitsOfAllGroupsAboveHold() throws {
    let (group, root) = try group([
      "proc/self/cgroup": "0::/a/b\n",
      "sys/fs/cgroup/a/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
      "sys/fs/cgroup/a/memory.max": "max\n",
      "sys/fs/cgroup/a/memory.current": "900\n",
      "sys/fs/cgroup/a/b/memory.max": "1000\n",
      "sys/fs/cgroup/a/b/memory.current": "700\n",
      "sys/fs/cgroup/a/b/memory.stat": "anon 400\ninactive_file 200\nactive_file 100\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(group.processors == 1.5)
    #expect(group.freeMemory == 600)
    #expect(Processors.available(bound: 8, quota: group.processors) == 2)
  }

  @Test func theFirstVersionOfControlGroupsIsRead() throws {
    let (group, root) = try group([
      "proc/self/cgroup": "4:cpu,cpuacct:/docker/x\n3:memory:/docker/x\n0::/\n",
      // The paths are the host's; within the container the base is the group's.
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "5000\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "6000\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(group.processors == 0.5)
    #expect(group.freeMemory == 0)
    #expect(Processors.available(bound: 8, quota: group.processors) == 1)
  }

  @Test func whereThereIsNoLimitThereIsNone() throws {
    let (group, root) = try group([
      "proc/self/cgroup": "3:memory:/\n0::/\n",
      "sys/fs/cgroup/cpu.max": "max 100000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "6000\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(group.processors == nil && group.freeMemory == nil)
    #expect(Processors.available(bound: 3, quota: nil) == 3)
    #expect((1...100_000).contains(Processors.available))
  }

  // MARK: Estimates

  /// A config whose one model is of the given architecture.
  private func config(_ architecture: JSONValue, precision: String = "float32") -> ExperimentConfig
  {
    let decoded = decode([
      "name": "x", "seeds": [1], "precision": .string(precision),
      "data": ["name": "synthetic-nodes"],
      "models": [
        [
          "name": "m", "architecture": architecture,
          "training": [
            "epochs": 1, "optimizer": ["type": "adam", "learningRate": 0.01],
            "selectOn": "accuracy",
          ],
          "objectives": [["name": "task", "type": "crossEntropy"]],
        ]
      ],
    ])
    // Generated nodes have labels of their own; sizes do not depend on that.
    #expect(decoded.problems.filter { !$0.contains("architecture.readout: found") } == [])
    return decoded.config
  }

  private let data = DataSizes(
    features: 11, labels: 5, isSparse: false, nodes: 40, edges: 130)

  private static let architectures: [JSONValue] = [
    ["family": "gcn", "hidden": [8, 16]],
    ["family": "gcn", "hidden": [8], "bias": false],
    ["family": "mlp", "hidden": [8, 3]],
    ["family": "mlp", "hidden": [8], "bias": false],
    ["family": "appnp", "hidden": [8]],
    ["family": "sgc"],
    ["family": "sgc", "bias": false],
    ["family": "gatv2", "hidden": [8, 8], "heads": [3, 2], "outputHeads": 2],
    [
      "family": "gatv2", "hidden": [8, 8], "heads": 2, "shareWeights": true, "residual": "perHead",
    ],
    ["family": "gatv2", "hidden": [8], "heads": 2, "bias": false, "readout": "mean"],
    ["family": "gcnii", "width": 8, "layers": 4],
    ["family": "gcnii", "width": 8, "layers": 1, "alpha": 0, "bias": false, "dropout": 0.5],
    ["family": "gin", "hidden": [8, 9]],
    ["family": "gin", "hidden": [], "learnEpsilon": true],
    [
      "family": "gin", "hidden": [8], "mlpNorm": false, "bias": false, "jumpingKnowledge": "concat",
    ],
    ["family": "gin", "hidden": [8, 6], "readout": "sum", "norm": "batch"],
    ["family": "graphsage", "hidden": [8, 9]],
    ["family": "graphsage", "hidden": [8, 9], "aggregator": "pool", "bias": "both"],
    ["family": "graphsage", "hidden": [8], "aggregator": "pool", "bias": "none"],
    ["family": "graphsage", "hidden": [8, 9], "aggregator": "max", "normalize": true],
    ["family": "graphsage", "hidden": [8, 9], "aggregator": "gcn"],
    ["family": "gat", "hidden": [8, 8], "heads": [3, 2], "outputHeads": 2],
    [
      "family": "gat", "hidden": [8, 8], "heads": [3, 2], "outputHeads": 2, "residual": "perHead",
      "bias": false,
    ],
    ["family": "gat", "hidden": [8, 12], "heads": [3, 2], "residual": "current"],
    ["family": "framelet", "hidden": [8, 9]],
    ["family": "framelet", "hidden": [8], "framelets": ["levels": 3], "bias": false],
    ["family": "gcn", "hidden": []],
    ["family": "gat", "hidden": [], "heads": 3, "outputHeads": 2],
    [
      "family": "gcn", "hidden": [8, 16, 16], "norm": "batch", "residual": true,
      "jumpingKnowledge": "concat",
    ],
    ["family": "graphsage", "hidden": [8, 8], "norm": "layer", "jumpingKnowledge": "max"],
    ["family": "mlp", "hidden": [8, 9], "residual": true, "readout": "mean", "bias": false],
    [
      "family": "gat", "hidden": [8, 6], "heads": [3, 4], "norm": "layer", "residual": "current",
      "jumpingKnowledge": "max", "readout": "sum",
    ],
    [
      "family": "framelet", "hidden": [8, 9], "norm": "batch", "residual": true,
      "jumpingKnowledge": "concat",
    ],
    ["family": "framelet", "hidden": []],
    ["family": "simplifiedFramelet"],
    ["family": "fmlp", "hidden": [8, 8]],
    ["family": "fmlp", "hidden": [8, 9], "sharesEncoders": false, "bias": false],
    ["family": "fmlp", "hidden": [8], "asPublished": ["highBranch": true]],
    [
      "family": "fmlp", "hidden": [8, 8], "sharesEncoders": false,
      "asPublished": ["highBranch": true],
    ],
    ["family": "fmlpSimplified", "width": 8],
    ["family": "fmlpSimplified", "width": 8, "asPublished": ["highBranch": true], "bias": false],
  ]

  @Test(arguments: architectures)
  func estimatesCountTheParametersThatNetworksHave(architecture: JSONValue) throws {
    let config = config(architecture)
    let network: Network<Float> = try config.models[0].architecture.network(
      inputWidth: data.features, outputWidth: data.labels, nodeCount: 40, seed: 1)
    let estimate = config.memoryEstimates(on: data)[0]
    #expect(estimate.parameterCount == Double(network.parameterCount))
    // Value, gradient, two moments, the kept weights and a file's bytes.
    #expect(estimate.parameters == 4 * 6 * estimate.parameterCount)
    #expect(estimate.activations > 0 && estimate.decompositions == 0)
    // Precision counts twice, and so does the batch.
    let double = self.config(architecture, precision: "float64").memoryEstimates(on: data)[0]
    #expect(double.total == 2 * estimate.total)
  }

  /// A mean square for each weight, and a mean and a velocity where they are asked for.
  @Test(
    arguments: [
      (["type": "rmsprop", "learningRate": 0.01], 5),
      (["type": "rmsprop", "learningRate": 0.01, "centered": true], 6),
      (["type": "rmsprop", "learningRate": 0.01, "centered": true, "momentum": 0.5], 7),
      (["type": "sgd", "learningRate": 0.01], 5),
    ] as [(JSONValue, Double)])
  func optimisersCountWithWhatTheyKeep(optimizer: JSONValue, copies: Double) throws {
    var config = config(["family": "gcn", "hidden": [8]])
    let (decoded, problems) = RecordDecoder.decode(OptimizerConfig.self, from: optimizer)
    #expect(problems.isEmpty)
    config.models[0].training.optimizer = decoded
    let estimate = config.memoryEstimates(on: data)[0]
    #expect(estimate.parameters == 4 * copies * estimate.parameterCount)
  }

  @Test func whatDoesNotFitIsRefusedWithItsSizes() throws {
    let config = config(["family": "mlp", "hidden": [65_536, 65_536]])
    let available = AvailableMemory(bytes: 4e9, bound: "this machine has free")
    let error = #expect(throws: RunError.self) {
      try config.checkMemory(on: data, available: available)
    }
    let message = try #require(error?.description)
    #expect(message.contains("this machine has free 4.0 GB"))
    // 65,536^2 + (11 + 5 + 2) x 65,536 + 5 parameters, 6 x 4 bytes each.
    #expect(message.contains("m needs at least 103.2 GB (its weights 103.1 GB"), "\(message)")
    #expect(error?.exitCode == 1)
    try config.checkMemory(on: data, available: AvailableMemory(bytes: 1e12, bound: ""))
    try config.checkMemory(on: data, available: nil)
  }

  @Test func eigenvectorsCount() throws {
    let config = config([
      "family": "framelet", "hidden": [8], "framelets": ["route": ["type": "exact"]],
    ])
    let large = DataSizes(features: 11, labels: 5, isSparse: true, nodes: 12_000, edges: 50_000)
    #expect(config.memoryEstimates(on: large)[0].decompositions == 32 * 12_000 * 12_000)
    #expect(throws: RunError.self) {
      try config.checkMemory(on: large, available: AvailableMemory(bytes: 4e9, bound: "x"))
    }
  }

  /// A student of a GCN with hidden layers of 8 and 16, with one more objective.
  private func student(_ objectives: JSONValue...) -> ExperimentConfig {
    let training: JSONValue = [
      "epochs": 1, "optimizer": ["type": "adam", "learningRate": 0.01], "selectOn": "accuracy",
    ]
    let task: JSONValue = ["name": "task", "type": "crossEntropy"]
    let decoded = decode([
      "name": "x", "seeds": [1], "data": ["name": "synthetic-nodes"],
      "models": [
        [
          "name": "teacher", "architecture": ["family": "gcn", "hidden": [8, 16]],
          "training": training, "objectives": [task],
        ],
        [
          "name": "m", "architecture": ["family": "mlp", "hidden": [4]], "training": training,
          "objectives": .array([task] + objectives),
        ],
      ],
    ])
    #expect(decoded.problems == [])
    return decoded.config
  }

  private func objective(
    _ name: String, _ type: String, studentTap: String = "hidden.0", teacherTap: String,
    _ more: [String: JSONValue] = [:]
  ) -> JSONValue {
    let own: [String: JSONValue] = [
      "name": .string(name), "type": .string(type), "teacher": "teacher",
      "studentTap": .string(studentTap), "teacherTap": .string(teacherTap),
    ]
    return .object(own.merging(more) { $1 })
  }

  @Test func whatIsKeptOfATeacherCounts() {
    let kd: JSONValue = [
      "name": "kd", "type": "kd", "teacher": "teacher", "form": ["type": "softmax"],
    ]
    let alone = student().memoryEstimates(on: data)[1]
    #expect(alone.teachers == 0 && !alone.sizes.contains("teachers"))
    func kept(_ objectives: JSONValue...) -> Double {
      let config =
        objectives.count == 1 ? student(objectives[0]) : student(objectives[0], objectives[1])
      let estimate = config.memoryEstimates(on: data)[1]
      #expect(estimate.sizes.contains("its teachers' features"))
      #expect(
        estimate.total == estimate.parameters + estimate.teachers + estimate.activations)
      return estimate.teachers
    }
    // 40 nodes of 5 classes, of 16 columns; 130 edges; 4 bytes each.
    #expect(kept(kd) == 4 * 40 * 5)
    #expect(kept(objective("at", "at", teacherTap: "hidden.1")) == 4 * 40 * 16)
    let rbf: JSONValue = ["type": "rbf", "sigma": 1]
    #expect(
      kept(kd, objective("lsp", "lsp", teacherTap: "hidden.1", ["kernel": rbf]))
        == 4 * (40 * 5 + 130))
    // Two that read the same features share them; other weights of the teacher are another teacher.
    let fitnet = objective("fitnet", "fitnet", teacherTap: "hidden.1")
    #expect(kept(objective("at", "at", teacherTap: "hidden.1"), fitnet) == 4 * 40 * 16)
    let selected = objective(
      "fitnet", "fitnet", teacherTap: "hidden.1", ["teacherWeights": "selected"])
    #expect(kept(objective("at", "at", teacherTap: "hidden.1"), selected) == 2 * 4 * 40 * 16)
  }

  @Test func objectivesOverPairsOfNodesCount() throws {
    let large = DataSizes(features: 11, labels: 5, isSparse: true, nodes: 100_000, edges: 400_000)
    let alone = student().memoryEstimates(on: large)[1]
    func added(_ objective: JSONValue) -> Double {
      let estimate = student(objective).memoryEstimates(on: large)[1]
      #expect(estimate.parameters == 4 * (alone.parameterCount * 6 + estimateOfTeacher))
      return estimate.activations - alone.activations
    }
    let estimateOfTeacher = student().memoryEstimates(on: large)[0].parameterCount
    // What the student's own backward pass has at once, which an objective's work comes instead of.
    let passing = 4 * 100_000.0 * 9
    let cosine: [String: JSONValue] = ["kernel": ["type": "cosine"], "maxSamples": nil]
    #expect(
      added(objective("gsp", "gsp", teacherTap: "hidden.1", cosine))
        == 4 * (3 * 512 * 100_000 + 100_000 * (4 + 4 + 16)) - passing)
    #expect(
      added(objective("gsp", "gsp", teacherTap: "hidden.1", ["kernel": ["type": "l2"]]))
        == 4 * (3 * 512 * 8_192 + 8_192 * (4 + 4 + 16)) - passing)
    #expect(
      added(objective("gcrd", "gcrd", teacherTap: "hidden.1", ["maxSamples": nil]))
        == 4 * (512 * 100_000 + 4 * 100_000 * 256) - passing)
    #expect(
      added(
        objective(
          "mmd", "mmd", teacherTap: "hidden.1", ["kernel": ["type": "linear"], "maxSamples": nil]))
        == 4 * (100_000 * (2 * 4 + 16) + 4 * (4 + 16)) - passing)
    let error = #expect(throws: RunError.self) {
      try student(objective("gsp", "gsp", teacherTap: "hidden.1", cosine))
        .checkMemory(on: large, available: AvailableMemory(bytes: 5e8, bound: "x"))
    }
    #expect(error?.description.contains("m needs at least") == true)
  }

  @Test func aBatchOfTooManyEdgesIsRefused() throws {
    let sizes = DataSizes(features: 1, labels: 1, isSparse: true, nodes: 10, edges: 0x1p31)
    let error = #expect(throws: ConfigError.self) {
      try config(["family": "mlp", "hidden": [8]]).checkMemory(on: sizes, available: nil)
    }
    #expect(error?.description.contains("2147483648 edges") == true)
  }

  @Test func publishedSizesAreKnownBeforeAnyFileIsRead() throws {
    var config = DataConfig()
    config.name = "cora"
    let cora = try #require(DataSizes.published(config))
    #expect(cora.features == 1_433 && cora.labels == 7 && cora.isSparse)
    #expect(cora.batch == (2_708, 2 * 5_278 + 2_708))
    config.name = "ppi"
    config.batchSize = 2
    let ppi = try #require(DataSizes.published(config))
    #expect(abs(ppi.batch.nodes - 2 * 56_944 / 24) < 1 && !ppi.isSparse)
  }

  @Test func theLargestBatchIsThatOfTheLargestGraphs() throws {
    let samples = try [3, 9, 5, 7].map { nodes in
      GraphSample(
        graph: try CSRGraph(nodeCount: nodes, sources: [0, 1], destinations: [1, 0]),
        features: Matrix<Float>(zeros: nodes, 2), labels: Matrix<Float>(zeros: nodes, 1),
        known: Array(repeating: true, count: nodes))
    }
    let sizes = DataSizes(of: samples, batchSize: 2, features: 2, labels: 1)
    #expect(sizes.whole == (24, 8))
    #expect(sizes.batch == (16, 4) && sizes.largestGraph == 9 && !sizes.isSparse)
  }
}

@Suite("Streams")
struct StreamTests {
  private struct Full: Error {}

  @Test func progressThatCannotBeShownIsCounted() {
    var isFull = true
    var text = ""
    let terminal = Terminal(isInteractive: false) {
      if isFull { throw Full() }
      text += $0
    }
    terminal.print("one")
    terminal.print("two")
    isFull = false
    terminal.print("three")
    terminal.print("four")
    #expect(text == "(2 lines could not be shown here)\nthree\nfour\n")
  }

  @Test func aLongTextGoesThroughASmallPipeWhole() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)  // Full after 64 kB, and it must wait then.
    let text = String(repeating: "0123456789", count: 50_000)
    let reader = Thread { [end = ends[0]] in
      // Slower than the writer.
      usleep(50_000)
      var bytes = [UInt8](repeating: 0, count: 500_000)
      var count = 0
      while count < bytes.count {
        let more = bytes.withUnsafeMutableBytes {
          read(end, $0.baseAddress! + count, $0.count - count)
        }
        guard more > 0 else { break }
        count += more
      }
      received.withLock { $0 = String(decoding: bytes[..<count], as: UTF8.self) }
      done.signal()
    }
    reader.start()
    try StandardStream.write(text, to: ends[1])
    close(ends[1])
    done.wait()
    close(ends[0])
    #expect(received.withLock { $0 } == text)
  }

  private let done = DispatchSemaphore(value: 0)
  private let received = Locked("")

  @Test func whatCannotBeWrittenIsThrown() {
    let error = #expect(throws: SystemError.self) { try StandardStream.write("x", to: -1) }
    #expect(error?.code == EBADF)
  }

  @Test func aResultThatCannotBePrintedIsInItsFile() throws {
    let place = try Workplace()
    place.outputFailure = "No space left on device"
    #expect(place.run("sample.json", "--out", "out") == 1)
    #expect(
      place.errors.contains(
        "error: the result cannot be written to standard output: No space left on device; "
          + "it is in out/result.json"), "\(place.errors)")
    #expect(try place.json("out/result.json")["status"] == "complete")
    for command in [["--help"], ["--version"], ["schema"], ["validate", "sample.json"]] {
      #expect(place.run(command) == 1)
      #expect(place.errors.contains("No space left on device"))
    }
  }
}

/// A value behind a lock.
private final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.withLock { body(&value) }
  }
}

@Suite("Odd overrides")
struct DeepOverrideTests {
  @Test func deepKeyPathsAreRefused() throws {
    let place = try Workplace()
    for count in [201, 5_000, 100_000] {
      let path = Array(repeating: "a", count: count).joined(separator: ".")
      #expect(place.run("validate", "sample.json", "--set", "\(path)=1") == 65)
      #expect(place.errors.contains("found a key path of \(count) parts, expected at most 200"))
      #expect(place.errors.count < 500)
    }
  }

  @Test func dropoutStaysBelowOneInSinglePrecision() throws {
    #expect(Float(0.9999999) < 1)
    let place = try Workplace()
    #expect(
      place.run(
        "validate", "sample.json", "--set",
        "models.teacher.architecture.featureDropout=0.99999999") == 65)
    #expect(place.errors.contains("0.9999999"), "\(place.errors)")
  }
}

@Suite("Interruption")
struct InterruptionTests {
  @Test func onlyTheFirstRequestIsTheFirst() {
    let interruption = Interruption()
    #expect(!interruption.isRequested && !interruption.holdsUnsavedWork)
    #expect(interruption.request() && !interruption.request() && interruption.isRequested)
    #expect(throws: Interrupted.self) { try interruption.check() }
  }
}
