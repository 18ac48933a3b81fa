import Distill
import Foundation
import Graph
import Layers
import Tensor

/// The RBF kernel as a formula from outside, to see what that costs.
private struct BellFormula: KernelFunction {
  var sigma: Double
  var argument: KernelArgument { .squaredDistance }
  func value(_ u: Double) -> Double { exp(-u / (2 * sigma * sigma)) }
  func slope(_ u: Double) -> Double { -value(u) / (2 * sigma * sigma) }
}

/// Haar's masks as formulas from outside.
private struct HaarFormulas: MaskFunctions {
  var maskCount: Int { 2 }
  func masks(at x: Double) -> [Double] { [cos(x / 2), sin(x / 2)] }
}

/// Framelet transforms of a graph as they are made, by polynomials.
func frameletTransforms(_ graph: CSRGraph) throws -> [(String, () -> Void)] {
  let laplacian = try NormalizedLaplacian(of: graph)
  return [
    ("framelet transform, Haar", FilterBank.haar),
    ("framelet transform, masks by formula", .functions(AnyMaskFunctions(HaarFormulas()))),
  ].map { name, bank in
    let options = FrameletOptions(bank: bank)
    return (
      name,
      {
        guard (try? FrameletTransform<Float>(of: laplacian, options: options)) != nil else {
          preconditionFailure("the benchmark's banks are tight frames")
        }
      }
    )
  }
}

/// Loss and gradients of each objective that reads features, on one batch: a student's features, of
/// 136 columns, against the teacher's, of 1,024.
func objectives(
  _ batch: GraphBatch<Float>, student: Matrix<Float>, frozen: TeacherFeatures<Float>
) -> [(String, () -> Void)] {
  let logits = Matrix<Float>.normal(
    student.rows, 121, stream: RandomStream(seed: 1, purpose: "logits"))
  let input = ObjectiveInput(
    batch: batch, taps: [.hidden(2): student, .logits: logits],
    context: .training(seed: 1, step: 0))
  let (tap, reference) = (Tap.hidden(2), frozen.reference(at: .activated(1)))

  func work(_ name: String, _ objective: any Objective<Float>) -> (String, () -> Void) {
    (
      name,
      {
        guard (try? objective.evaluate(input)) != nil else {
          preconditionFailure("the benchmark's objectives fit their features")
        }
      }
    )
  }
  func contrast(_ maxSamples: Int, _ head: ProjectionHeadKind) -> any Objective<Float> {
    var options = ContrastiveDistillation<Float>.Options()
    (options.maxSamples, options.head) = (maxSamples, head)
    return ContrastiveDistillation(
      name: "gcrd", tap: tap, studentWidth: 136, teacherWidth: 1_024, options: options, seed: 1,
      reference: reference)
  }
  func structure(_ maxSamples: Int, _ similarity: GlobalSimilarity) -> any Objective<Float> {
    GlobalStructurePreserving(
      name: "gsp", tap: tap, similarity: similarity, maxSamples: maxSamples, reference: reference)
  }
  func discrepancy(_ maxSamples: Int?, _ kernel: DiscrepancyKernel) -> any Objective<Float> {
    MaximumMeanDiscrepancy(
      name: "mmd", tap: tap, kernel: kernel, maxSamples: maxSamples, reference: reference)
  }
  func local(_ kernel: SimilarityKernel) -> any Objective<Float> {
    LocalStructurePreserving<Float>(
      tap: tap, kernel: kernel, direction: .teacherToStudent,
      reference: frozen.structure(at: .activated(1), kernel))
  }
  let bell = AnyKernelFunction(BellFormula(sigma: 1))
  return [
    ("LSP, RBF", local(.rbf(sigma: 1))),
    ("LSP, kernel by formula", local(.function(bell))),
    (
      "KD, softmax",
      KnowledgeDistillation<Float>(
        form: .softmax(.nodes), temperature: 4, reference: frozen.reference(at: .logits))
    ),
    (
      "KD, sigmoid",
      KnowledgeDistillation<Float>(
        form: .sigmoid, temperature: 1, reference: frozen.reference(at: .logits))
    ),
    (
      "FitNet",
      FitNet<Float>(
        name: "fitnet", tap: tap, studentWidth: 136, teacherWidth: 1_024, seed: 1,
        reference: reference)
    ),
    ("attention transfer", AttentionTransfer<Float>(tap: tap, reference: reference)),
    ("MMD, poly, all nodes", discrepancy(nil, .poly(degree: 2, offset: 0))),
    ("MMD, poly, 1,024 nodes", discrepancy(1_024, .poly(degree: 2, offset: 0))),
    ("MMD, RBF, 1,024 nodes", discrepancy(1_024, .rbf(.meanSquaredDistance))),
    ("GSP, cosine, all nodes", structure(8_192, .cosine)),
    ("GSP, RBF, all nodes", structure(8_192, .rbf(sigma: 1))),
    ("GSP, RBF, 1,024 nodes", structure(1_024, .rbf(sigma: 1))),
    (
      "GSP, kernel by formula, 1,024 nodes",
      structure(1_024, .function(bell, ofDirections: false))
    ),
    ("MMD, kernel by formula, 1,024 nodes", discrepancy(1_024, .function(bell))),
    ("G-CRD, all nodes", contrast(8_192, .linear)),
    ("G-CRD, all nodes, batch norm", contrast(8_192, .linearBatchNormReLU)),
    ("G-CRD, 1,024 nodes", contrast(1_024, .linear)),
  ].map { work($0.0, $0.1) }
}
