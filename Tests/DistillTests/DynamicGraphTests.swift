import Foundation
import Graph
import Layers
import Tensor
import Testing

@testable import Distill

/// Objectives between networks that build their own graphs, over pooled features, and over batches
/// that were changed by an augmentation.
@Suite struct DynamicGraphTests {
  private let samples: [GraphSample<Double>] = [6, 5].enumerated().map { k, n in
    GraphSample(
      graph: CSRGraph(edgelessMembers: [n]), features: random(n, 3, "cloud \(k)"),
      labels: Matrix(1, 2, [Double(k), Double(1 - k)]), known: [true])
  }
  private var batch: GraphBatch<Double> { GraphBatch(samples, members: [0, 1]) }
  private let features = Tap(named: "blocks.0")

  /// A map, the graph of nearest neighbours of its output, a maximum over graphs, and logits.
  private func network(width: Int, k: Int, seed: UInt64) throws -> Network<Double> {
    try Network(
      blocks: [
        .layer(
          LinearLayer(name: "0", inputWidth: 3, outputWidth: width, bias: true, seed: seed),
          as: Tap(named: "mapped")),
        .layer(NearestNeighborLayer(width: width, k: k), as: features),
        .layer(ReadoutLayer(.max, width: width), as: Tap(named: "readout")),
        .layer(
          LinearLayer(name: "1", inputWidth: width, outputWidth: 2, bias: true, seed: seed),
          as: .logits),
      ], inputWidth: 3)
  }

  private func objective(
    _ teacher: Network<Double>, _ kernel: SimilarityKernel, _ direction: LSPDirection
  ) -> LocalStructurePreserving<Double> {
    LocalStructurePreserving(
      tap: features, kernel: kernel, direction: direction,
      reference: TeacherFeatures(teacher: teacher, graphs: samples).structure(at: features, kernel))
  }

  private func input(_ pass: NetworkPass<Double>, _ batch: GraphBatch<Double>)
    -> ObjectiveInput<Double>
  {
    ObjectiveInput(batch: batch, taps: pass.taps, context: .evaluation)
  }

  // MARK: Unions

  /// The loss over explicit unions of neighbours, node by node.
  @Test(arguments: similarityKernels) func theLossIsOverTheUnion(_ kernel: SimilarityKernel) throws
  {
    let (student, teacher) = (
      try network(width: 4, k: 2, seed: 1), try network(width: 7, k: 3, seed: 2)
    )
    let batch = batch
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let other = teacher.forward(batch.features, on: batch.graph, .evaluation)
    let (own, taught) = (try #require(pass.taps[features]), try #require(other.taps[features]))
    func neighbors(_ graph: CSRGraph?, _ i: Int) -> Set<Int> {
      guard let graph else { return [] }
      return Set(graph.source[Int(graph.inStart[i])..<Int(graph.inStart[i + 1])].map { Int($0) })
    }
    var expected = 0.0
    var isWider = false
    for i in 0..<batch.graph.nodeCount {
      let union = neighbors(own.graph, i).union(neighbors(taught.graph, i)).sorted()
      isWider = isWider || union.count > 3
      // All edges into one node, so that the kernel's own similarity is that of these pairs.
      let star = try CSRGraph(
        nodeCount: batch.graph.nodeCount, sources: union.map { Int32($0) },
        destinations: union.map { _ in Int32(i) })
      let q = localStructure(star, features: own.matrix, kernel: kernel).elements
      let p = localStructure(star, features: taught.matrix, kernel: kernel).elements
      expected += zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }
    expected /= Double(batch.graph.nodeCount)
    #expect(isWider)
    let loss = try objective(teacher, kernel, .teacherToStudent).evaluate(input(pass, batch)).loss
    #expect(abs(loss - expected) < 1e-10 * max(1, abs(expected)))
  }

  @Test(arguments: similarityKernels, LSPDirection.allCases)
  func gradientsOfAWholeStudent(_ kernel: SimilarityKernel, _ direction: LSPDirection) throws {
    let student = try network(width: 4, k: 2, seed: 1)
    let objective = objective(try network(width: 7, k: 3, seed: 2), kernel, direction)
    let batch = batch
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    pass.backward(try objective.evaluate(input(pass, batch)).gradients)
    let reached = student.parameters.filter { $0.gradient != nil }
    #expect(reached.map(\.name) == ["0.weight", "0.bias"])
    let errors = try GradientCheck.compare(reached) {
      let pass = student.forward(batch.features, on: batch.graph, .evaluation)
      return try objective.evaluate(input(pass, batch)).loss
    }
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  /// LSP between DGCNNs of other depth, width and k, as the mean over pairs of taps; and the union of
  /// their graphs, whatever the number of threads.
  @Test(arguments: similarityKernels, LSPDirection.allCases)
  func severalTapsOfDGCNNs(_ kernel: SimilarityKernel, _ direction: LSPDirection) throws {
    func dgcnn(_ widths: [Int], k: Int, seed: UInt64) throws -> Network<Double> {
      var options = DGCNNOptions()
      (options.widths, options.k, options.embedding, options.head) = (widths, k, 4, [])
      return try .dgcnn(inputWidth: 3, outputWidth: 2, options: options, seed: seed)
    }
    let student = try dgcnn([4, 3, 5], k: 3, seed: 1)
    let teacherFeatures = TeacherFeatures(
      teacher: try dgcnn([5, 6, 4, 7], k: 4, seed: 2), graphs: samples)
    let parts = [(0, 0), (1, 2)].map { own, taught in
      LocalStructurePreserving(
        tap: .hidden(own), kernel: kernel, direction: direction,
        reference: teacherFeatures.structure(at: .hidden(taught), kernel))
    }
    let batch = batch
    let mean = AveragedObjectives(parts)
    #expect(mean.taps == [.hidden(0), .hidden(1)])
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let value = try mean.evaluate(input(pass, batch))
    let each = try parts.map { try $0.evaluate(input(pass, batch)).loss }
    #expect(abs(value.loss - (each[0] + each[1]) / 2) < 1e-14)
    pass.backward(value.gradients)
    let reached = student.parameters.filter { $0.gradient != nil }
    #expect(Set(reached.map { $0.name.prefix(8) }) == ["layers.0", "layers.1"])
    let errors = try GradientCheck.compare(
      reached, within: .init(absolute: 1e-7, relative: 1e-5)
    ) {
      let pass = student.forward(batch.features, on: batch.graph, .evaluation)
      return try mean.evaluate(input(pass, batch)).loss
    }
    #expect(errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  /// A student with the teacher's weights has its graph, and nothing to learn.
  @Test func aStudentLikeItsTeacher() throws {
    let (student, teacher) = (
      try network(width: 4, k: 3, seed: 1), try network(width: 4, k: 3, seed: 1)
    )
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let value = try objective(teacher, .linear, .teacherToStudent).evaluate(input(pass, batch))
    #expect(abs(value.loss) < 1e-14)
  }

  /// Neighbours are within a cloud whatever else is in the batch, so a teacher's graph is too.
  @Test func graphsNeverCrossClouds() throws {
    let teacher = try network(width: 5, k: 3, seed: 2)
    let graph = try #require(
      teacher.forward(batch.features, on: batch.graph, .evaluation).taps[features]?.graph)
    #expect(graph.memberStart == [0, 6, 11])
    for i in 0..<11 {
      for e in graph.inStart[i]..<graph.inStart[i + 1] {
        #expect((graph.source[Int(e)] < 6) == (i < 6))
      }
    }
  }

  /// A student that builds its graph learns from a teacher on the batch's own edges, whose features
  /// stay constants.
  @Test func aConstantTeacherOfADynamicStudent() throws {
    let ring = try samples.map { sample in
      let nodes = (0..<Int32(sample.graph.nodeCount)).map { $0 }
      return GraphSample(
        graph: try CSRGraph(
          nodeCount: nodes.count, sources: nodes,
          destinations: nodes.map { ($0 + 1) % Int32(nodes.count) }),
        features: sample.features, labels: sample.labels, known: sample.known)
    }
    let batch = GraphBatch(ring, members: [1, 0])
    let teacher = Network<Double>(
      layers: [
        GCNLayer(
          name: "0", inputWidth: 3, outputWidth: 4, normalization: .right, bias: true, seed: 1),
        LinearLayer(name: "1", inputWidth: 4, outputWidth: 2, bias: true, seed: 1),
      ], activation: .elu)
    let taught = TeacherFeatures(teacher: teacher, graphs: ring)
    let student = try network(width: 4, k: 2, seed: 1)
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let own = try #require(pass.taps[features]?.graph)
    let read = try taught.structure(at: .hidden(0), .l2)(batch, own)
    let union = own.union(batch.graph)
    let exact = try #require(
      teacher.forward(batch.features, on: batch.graph, .evaluation).taps[.hidden(0)]
    ).matrix
    #expect(read.graph.source == union.source && read.graph.inStart == union.inStart)
    #expect(
      GradientCheck.compare(
        read.logProbabilities, with: localStructure(union, features: exact, kernel: .l2),
        within: .share(1e-12)
      ).agrees)
  }

  /// Students that align with each other's hidden layers, each on its own graph.
  @Test func alignmentOfDynamicStudents() throws {
    func student(_ width: Int, k: Int, _ seed: UInt64) throws -> Network<Double> {
      try Network(
        blocks: [
          .layer(
            LinearLayer(name: "0", inputWidth: 3, outputWidth: width, bias: true, seed: seed),
            as: Tap(named: "mapped")),
          .layer(NearestNeighborLayer(width: width, k: k), as: .hidden(0)),
          .layer(
            LinearLayer(name: "1", inputWidth: width, outputWidth: 2, bias: true, seed: seed),
            as: .logits),
        ], inputWidth: 3)
    }
    let batch = batch
    let own = try student(4, k: 2, 1)
    let peers = try [student(5, k: 3, 2), student(6, k: 2, 3)].map {
      TeacherFeatures(teacher: $0, graphs: samples)
    }
    let pair = LayerPair(own: 0, peer: 0)
    let alignment = CrossLayerAlignment(
      peers: peers.map { ($0, [pair]) }, kernel: .rbf(sigma: 1), direction: .teacherToStudent)
    let single = peers.map {
      LocalStructurePreserving(
        tap: .hidden(0), kernel: .rbf(sigma: 1), direction: .teacherToStudent,
        reference: $0.structure(at: .hidden(0), .rbf(sigma: 1)))
    }
    let pass = own.forward(batch.features, on: batch.graph, .evaluation)
    let value = try alignment.evaluate(input(pass, batch))
    let each = try single.map { try $0.evaluate(input(pass, batch)) }
    #expect(abs(value.loss - (each[0].loss + each[1].loss) / 2) < 1e-14)
    var expected = try #require(each[0].gradients[.hidden(0)])
    expected.add(try #require(each[1].gradients[.hidden(0)]))
    expected.multiply(by: 0.5)
    let found = try #require(value.gradients[.hidden(0)])
    #expect(GradientCheck.compare(found, with: expected, within: .share(1e-13)).agrees)
  }

  // MARK: Augmentation

  @Test func teachersSeeTheAugmentedBatch() throws {
    let batch = batch
    let augmentation = Scaling()
    let first = augmentation.augmented(batch, seed: 1, step: 4)
    #expect(augmentation.augmented(batch, seed: 1, step: 4).features == first.features)
    #expect(augmentation.augmented(batch, seed: 1, step: 5).features != first.features)
    #expect(first.isAugmented && first.identity !== batch.identity)
    let teacher = Network<Double>(
      layers: [LinearLayer(name: "0", inputWidth: 3, outputWidth: 2, bias: true, seed: 1)],
      activation: .none)
    let reference = TeacherFeatures(teacher: teacher, graphs: samples).reference(at: .logits)
    for one in [batch, first] {
      let seen = reference(one, .all(11))
      #expect(seen == teacher.forward(one.features, on: one.graph, .evaluation).logits)
    }
    #expect(reference(first, .all(11)) != reference(batch, .all(11)))
  }

  // MARK: Rows of graphs

  @Test func lossesCountGraphs() throws {
    let batch = batch
    #expect(batch.labels.rows == 2 && batch.counts == [1, 1])
    let student = try network(width: 4, k: 2, seed: 1)
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let kd = KnowledgeDistillation<Double>(
      form: .softmax(.nodes), temperature: 2, nodes: .known,
      reference: TeacherFeatures(
        teacher: try network(width: 5, k: 3, seed: 2), graphs: samples
      ).reference(at: .logits))
    let whole = WeightedObjectives<Double>([
      .init(
        name: "task", objective: TaskObjective(.crossEntropy(smoothing: 0.1)),
        schedule: ObjectiveSchedule()),
      .init(name: "kd", objective: kd, schedule: ObjectiveSchedule(weight: 0.5)),
    ])
    pass.backward(try whole.evaluate(input(pass, batch), epoch: 0).gradients)
    let errors = try GradientCheck.compare(student.parameters) {
      let pass = student.forward(batch.features, on: batch.graph, .evaluation)
      return try whole.evaluate(input(pass, batch), epoch: 0).total
    }
    #expect(errors.count == 4 && errors.values.allSatisfy { $0.agrees }, "\(errors)")
  }

  // MARK: Errors

  private func message(_ work: () throws -> Void) -> String {
    do {
      try work()
      return "nothing was thrown"
    } catch { return "\(error)" }
  }

  @Test func pooledFeaturesHaveNoEdges() throws {
    let student = try network(width: 4, k: 2, seed: 1)
    let taught = TeacherFeatures(teacher: student, graphs: samples)
    let pass = student.forward(batch.features, on: batch.graph, .evaluation)
    let readout = Tap(named: "readout")
    for (own, other) in [(readout, features), (features, readout)] {
      let objective = LocalStructurePreserving(
        tap: own, kernel: .l2, direction: .teacherToStudent,
        reference: taught.structure(at: other, .l2))
      let whole = WeightedObjectives([
        .init(name: "mine", objective: objective, schedule: ObjectiveSchedule())
      ])
      let message = message { _ = try whole.evaluate(input(pass, batch), epoch: 0) }
      #expect(message.hasPrefix("the objective \"mine\" compares edges"), "\(message)")
      #expect(message.contains("pooled"))
    }
    // Labels of graphs for logits of nodes.
    let plain = Network<Double>(
      layers: [LinearLayer(name: "0", inputWidth: 3, outputWidth: 2, bias: true, seed: 1)],
      activation: .none)
    let nodes = plain.forward(batch.features, on: batch.graph, .evaluation)
    let task = TaskObjective<Double>(.binaryCrossEntropy)
    #expect(message { _ = try task.evaluate(input(nodes, batch)) }.contains("readout"))
  }

  @Test func wrongGradientsAreRefused() throws {
    final class Wrong: Objective {
      let taps: [Tap] = [.hidden(0)]
      let parameters = [Parameter<Double>("p", Matrix(zeros: 1, 2))]
      let value: ObjectiveValue<Double>
      init(_ value: ObjectiveValue<Double>) { self.value = value }
      func evaluate(_ input: ObjectiveInput<Double>) throws -> ObjectiveValue<Double> {
        _ = try input[.hidden(0)]
        return value
      }
    }
    let (z, d) = (Matrix<Double>(zeros: 11, 4), Matrix<Double>(zeros: 11, 3))
    func expect(_ value: ObjectiveValue<Double>, at tap: Tap = .hidden(0), _ words: String...) {
      let whole = WeightedObjectives([
        .init(name: "mine", objective: Wrong(value), schedule: ObjectiveSchedule())
      ])
      let input = ObjectiveInput(
        batch: batch, taps: [tap: z, .logits: z], context: .evaluation)
      let message = message { _ = try whole.evaluate(input, epoch: 0) }
      for word in words + ["the objective \"mine\""] {
        #expect(message.contains(word), "\(message)")
      }
      #expect(whole.parameters[0].gradient == nil)
    }
    expect(ObjectiveValue(loss: 1, gradients: [.hidden(0): d]), "11 x 3", "11 x 4", "hidden.0")
    expect(
      ObjectiveValue(loss: 1, gradients: [.logits: z]), "logits", "says that it reads hidden.0")
    expect(
      ObjectiveValue(loss: 1, gradients: [:], parameterGradients: ["p": z]), "parameter p", "1 x 2")
    expect(ObjectiveValue(loss: 1, gradients: [:], parameterGradients: ["q": z]), "parameter q")
    expect(
      ObjectiveValue(loss: 1, gradients: [:]), at: .hidden(1), "reads hidden.0",
      "hidden.1, logits")
  }
}

/// Scales all features of a batch by one number of its step.
private struct Scaling: BatchAugmentation {
  func augmented(_ batch: GraphBatch<Double>, seed: UInt64, step: Int) -> GraphBatch<Double> {
    var random = RandomStream(seed: seed, purpose: "scaling", step: step).generator()
    var features = batch.features.filled
    features.multiply(by: 1 + random.uniform())
    return GraphBatch(augmenting: batch, features: .dense(features))
  }
}

/// Puts features on the graph of their k nearest neighbours within each cloud, the point itself among
/// them; by brute force.
private final class NearestNeighborLayer: GraphLayer {
  let inputWidth: Int
  let k: Int
  var outputWidth: Int { inputWidth }
  var parameters: [Parameter<Double>] { [] }
  var readsEdges: Bool { false }
  var graphEffect: GraphEffect { .builds }

  init(width: Int, k: Int) { (inputWidth, self.k) = (width, k) }

  func forward(
    _ x: NodeFeatures<Double>, on graph: CSRGraph, _ context: ForwardContext,
    needsInputGradient: Bool
  ) -> LayerPass<Double> {
    let x = x.filled
    var (sources, destinations): ([Int32], [Int32]) = ([], [])
    for member in 0..<graph.memberCount {
      let nodes = graph.nodes(ofMember: member)
      for i in nodes {
        func distance(_ j: Int) -> Double {
          (0..<x.columns).reduce(0) { $0 + (x[i, $1] - x[j, $1]) * (x[i, $1] - x[j, $1]) }
        }
        for j in nodes.sorted(by: { (distance($0), $0) < (distance($1), $1) }).prefix(k) {
          sources.append(Int32(j))
          destinations.append(Int32(i))
        }
      }
    }
    guard
      let built = try? CSRGraph(
        nodeCount: graph.nodeCount, sources: sources, destinations: destinations,
        memberStart: graph.memberStart)
    else { preconditionFailure("neighbours are nodes") }
    return LayerPass(output: x, graph: .built(built)) { $0 }
  }
}
