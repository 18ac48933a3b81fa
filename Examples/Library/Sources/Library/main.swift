import Datasets
import Distill
import Graph
import Layers
import Tensor

let data: NodeDataset<Float> = try SyntheticNodeGraph.generate(
  name: "example", shape: SyntheticNodeShape(), seed: 1)
let sample = GraphSample(
  graph: data.graph, features: .sparse(data.features), labels: data.labels, known: data.known)
let batch = GraphBatch([sample], members: [0])

func gcn(hidden: Int) -> Network<Float> {
  let widths = [data.featureCount, hidden, data.classCount]
  let layers = (0..<2).map {
    GCNLayer<Float>(
      name: "layers.\($0)", inputWidth: widths[$0], outputWidth: widths[$0 + 1],
      normalization: .both, bias: true, dropout: 0.2, seed: 1)
  }
  return Network(layers: layers, activation: .relu)
}

/// Trains a network and returns the loss of each step.
func train(_ network: Network<Float>, on loss: WeightedObjectives<Float>) throws -> [Double] {
  let optimizer = Adam(network.parameters)
  return try (0..<50).map { step in
    network.parameters.forEach { $0.clearGradient() }
    let context = ForwardContext.training(seed: 1, step: step)
    let pass = network.forward(batch.features, on: batch.graph, context)
    let value = try loss.evaluate(
      ObjectiveInput(batch: batch, taps: pass.taps, context: context), epoch: step)
    pass.backward(value.gradients)
    optimizer.step(learningRate: 0.01)
    return value.total
  }
}

let task = WeightedObjectives<Float>.Term(
  name: "task", objective: TaskObjective(.crossEntropy(smoothing: 0)),
  schedule: ObjectiveSchedule())
let (teacher, student) = (gcn(hidden: 64), gcn(hidden: 8))
_ = try train(teacher, on: WeightedObjectives([task]))

// The student's similarities along edges follow those of the trained teacher.
let kernel = SimilarityKernel.rbf(sigma: 1)
let structure = TeacherFeatures(teacher: teacher, graphs: [sample]).structure(
  at: .hidden(0), kernel)
let lsp = LocalStructurePreserving<Float>(
  tap: .hidden(0), kernel: kernel, direction: .teacherToStudent, reference: structure)
let losses = try train(
  student,
  on: WeightedObjectives([
    task, .init(name: "lsp", objective: lsp, schedule: ObjectiveSchedule(weight: 10)),
  ]))
// A student that looks at no neighbours: three nodes, in any order, from its file alone.
let frameless = Network<Float>.fmlpO(
  FMLPOptions(
    nodeCount: data.nodeCount, inputWidth: data.featureCount, outputWidth: data.classCount, seed: 1),
  hidden: [16])
try frameless.prepare(on: data.graph)
_ = try train(frameless, on: WeightedObjectives([task]))
var stored = SafetensorsFile()
try TabulatedStudent(of: frameless, on: data.graph).store(in: &stored)
let tables = try TabulatedStudent<Float>(
  from: SafetensorsFile(data: stored.serialized(), path: "tables"))
let nodes = [7, 0, 42]
let prediction = tables.predict(
  nodes: nodes, features: .dense(NodeFeatures.sparse(data.features).filled.gatheredRows(nodes)))
print("logits of the nodes \(nodes):", prediction.logits.elements)

for step in stride(from: 0, to: losses.count, by: 7) { print("step \(step): loss \(losses[step])") }
guard losses.last! < 0.8 * losses[0] else { fatalError("the loss did not fall: \(losses)") }
