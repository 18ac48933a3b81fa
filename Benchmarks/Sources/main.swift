// Medians of the work of one training step on two PPI-like graphs, and of steps on graphs like those
// of node classification, in milliseconds, with one thread and with two. An argument chooses the
// work whose name contains it.
import Distill
import Foundation
import Graph
import Layers
import Tensor

func gat(hidden: [Int], heads: Int, outputHeads: Int) -> Network<Float> {
  var layers: [any GraphLayer<Float>] = []
  var width = 50
  for (l, d) in (hidden + [121]).enumerated() {
    let isOutput = l == hidden.count
    var options = GATLayer<Float>.Options(heads: isOutput ? outputHeads : heads, headWidth: d)
    options.averagesHeads = isOutput
    options.residual = l == 0 ? .none : .perHead
    let layer = GATLayer<Float>(name: "layers.\(l)", inputWidth: width, options: options, seed: 1)
    layers.append(layer)
    width = layer.outputWidth
  }
  return Network(layers: layers, activation: .elu)
}

func sage(_ aggregator: GraphSAGEAggregator) -> Network<Float> {
  let widths = [50, 64, 64, 64, 64, 121]
  let layers = zip(widths, widths.dropFirst()).enumerated().map { place, width in
    GraphSAGELayer<Float>(
      name: "layers.\(place)", inputWidth: width.0, outputWidth: width.1, aggregator: aggregator,
      bias: aggregator == .gcn ? .single : .both, seed: 1)
  }
  return Network(layers: layers, activation: .relu)
}

/// Prints the times of the work whose name contains the argument.
func report(_ work: [(String, () -> Void)]) {
  for (name, body) in work where isChosen(name) {
    var line = name.padding(toLength: 38, withPad: " ", startingAt: 0)
    for threads in [1, 2] {
      let time = Parallel.withThreads(threads) { milliseconds(body) }
      line += String(format: "%10.2f", time)
    }
    print(line)
  }
}

let chosen = CommandLine.arguments.dropFirst().first ?? ""
func isChosen(_ name: String) -> Bool {
  chosen.isEmpty || name.localizedCaseInsensitiveContains(chosen)
}

print("OpenBLAS kernels: \(OpenBLAS.coreName)")
print("work (4,740 nodes, 127,340 edges)".padding(toLength: 48, withPad: " ", startingAt: 0))
let cloudWork = try pointCloudWork() + [256, 512].flatMap { try cloudStudentWork(points: $0) }
if !chosen.isEmpty, cloudWork.contains(where: { isChosen($0.0) }) {
  // Alone, so that the memory that the process takes is that of the work.
  report(cloudWork)
  exit(0)
}

let samples = try ppiLikeSamples(count: 2)
let batch = GraphBatch(samples, members: [0, 1])
let teacher = gat(hidden: [256, 256], heads: 4, outputHeads: 6)
let student = gat(hidden: [68, 68, 68, 68], heads: 2, outputHeads: 2)
let poolStudent = sage(.pool)
let meanStudent = sage(.mean)
let maximumStudent = sage(.max)
let closedMeanStudent = sage(.gcn)
precondition(poolStudent.parameterCount == 66_408)
precondition(teacher.parameterCount == 3_640_748 && student.parameterCount == 185_172)

func step(
  _ network: Network<Float>, _ optimizer: Adam<Float>, _ objectives: WeightedObjectives<Float>,
  on batch: GraphBatch<Float> = batch
) {
  let context = ForwardContext.training(seed: 1, step: 0)
  let pass = network.forward(batch.features, on: batch.graph, context)
  guard
    let value = try? objectives.evaluate(
      ObjectiveInput(batch: batch, taps: pass.taps, context: context), epoch: 0)
  else { preconditionFailure("the benchmark's objectives fit its networks") }
  for parameter in network.parameters { parameter.clearGradient() }
  pass.backward(value.gradients)
  optimizer.step(learningRate: 0.005)
}

func term(_ name: String, _ objective: any Objective<Float>) -> WeightedObjectives<Float>.Term {
  .init(name: name, objective: objective, schedule: ObjectiveSchedule())
}

let task = term("task", TaskObjective<Float>(.binaryCrossEntropy))
let kernel = SimilarityKernel.laplacian(scale: 100)
let teacherFeatures = TeacherFeatures(teacher: teacher, graphs: samples)
let lsp = term(
  "lsp",
  LocalStructurePreserving<Float>(
    tap: .hidden(2), kernel: kernel, direction: .teacherToStudent,
    reference: teacherFeatures.structure(at: .hidden(1), kernel)))
let teacherOptimizer = Adam(teacher.parameters)
let studentOptimizer = Adam(student.parameters)
let poolOptimizer = Adam(poolStudent.parameters)
let meanOptimizer = Adam(meanStudent.parameters)
let maximumOptimizer = Adam(maximumStudent.parameters)
let closedMeanOptimizer = Adam(closedMeanStudent.parameters)
// Two students of Alignahead: the peer moves after every step, as it does between turns.
let aligned = [1, 2].map { _ in gat(hidden: [64, 64, 64, 64], heads: 3, outputHeads: 3) }
precondition(aligned[0].parameterCount == 372_438)
let peer = TeacherFeatures(teacher: aligned[1], graphs: samples)
let alignment = term(
  "align",
  CrossLayerAlignment(
    peers: [(peer, AlignmentStrategy.alignahead.pairs(own: 4, peer: 4))], kernel: kernel,
    direction: .teacherToStudent))
let alignedOptimizer = Adam(aligned[0].parameters)
let hidden = Matrix<Float>.normal(4_740, 136, stream: RandomStream(seed: 1, purpose: "hidden"))
let maxima = segmentMax(batch.graph, hidden)
let attention = Matrix<Float>.normal(1, 136, stream: RandomStream(seed: 1, purpose: "attention"))
let twoHeads = AttentionOptions<Float>(heads: 2, averagesHeads: false, negativeSlope: 0.2)

let work: [(String, () -> Void)] = [
  ("batch of two graphs", { _ = GraphBatch(samples, members: [0, 1]) }),
  (
    "GAT teacher forward",
    { _ = teacher.forward(batch.features, on: batch.graph, .evaluation) }
  ),
  ("GAT teacher step", { step(teacher, teacherOptimizer, WeightedObjectives([task])) }),
  (
    "GAT student forward",
    { _ = student.forward(batch.features, on: batch.graph, .evaluation) }
  ),
  ("GAT student step", { step(student, studentOptimizer, WeightedObjectives([task])) }),
  (
    "GAT student step with LSP",
    { step(student, studentOptimizer, WeightedObjectives([task, lsp])) }
  ),
  (
    "GraphSAGE-pool student step",
    { step(poolStudent, poolOptimizer, WeightedObjectives([task])) }
  ),
  (
    "GraphSAGE-mean student step",
    { step(meanStudent, meanOptimizer, WeightedObjectives([task])) }
  ),
  (
    "GraphSAGE-max student step",
    { step(maximumStudent, maximumOptimizer, WeightedObjectives([task])) }
  ),
  (
    "GraphSAGE-gcn student step",
    { step(closedMeanStudent, closedMeanOptimizer, WeightedObjectives([task])) }
  ),
  (
    "GAT student step with Alignahead",
    {
      peer.networkChanged()
      step(aligned[0], alignedOptimizer, WeightedObjectives([task, alignment]))
    }
  ),
  ("SpMM, width 136", { _ = spmm(batch.graph, hidden) }),
  ("segment maximum, width 136", { _ = segmentMax(batch.graph, hidden) }),
  (
    "its backward pass",
    { _ = segmentMaxBackward(sources: maxima.sources, dOutput: hidden) }
  ),
  (
    "GATv2 attention and back, 2 x 68",
    {
      let (_, state) = dynamicAttention(
        batch.graph, source: hidden, destination: hidden, a: attention, options: twoHeads)
      _ = dynamicAttentionBackward(
        batch.graph, state: state, a: attention, options: twoHeads, dOutput: hidden)
    }
  ),
  ("L1 over edges, width 136", { _ = edgeSimilarity(batch.graph, hidden, .l1) }),
]

let objectiveWork =
  objectives(batch, student: hidden, frozen: teacherFeatures)
  + (try frameletTransforms(batch.graph))
let nodeWork = try [NodeBenchmarkShape.cora, .photo, .physics].map { try $0.gcnStep() }

report(work + partsBetweenLayers(batch.graph, hidden) + objectiveWork + nodeWork + cloudWork)
