import Distill
import Graph
import Layers
import Tensor
import Testing

/// The objectives that LSP is compared with, against autograd.
@Suite struct BaselineParityTests {
  @Test(arguments: Precision.allCases) func knowledgeDistillation(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("knowledge_distillation", as: S.self)
      let (student, teacher) = try (fixture["student"], fixture["teacher"])
      let known = try fixture.flags("known")
      let forms: [(String, KnowledgeDistillation<S>.Form)] = [
        ("softmax.nodes", .softmax(.nodes)),
        ("softmax.nodesAndClasses", .softmax(.nodesAndClasses)), ("sigmoid", .sigmoid),
      ]
      for (name, form) in forms {
        for temperature in [1.0, 4] {
          for nodes in CountedNodes.allCases {
            let objective = KnowledgeDistillation(
              form: form, temperature: temperature, nodes: nodes, reference: constant(teacher))
            let value = try evaluate(objective, at: student, known: known)
            let prefix = "\(name).\(Int(temperature)).\(nodes)"
            try fixture.expect("\(prefix).loss", value.loss)
            try fixture.expect("\(prefix).gradient.student", value.gradient)
          }
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func fitNet(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("fitnet", as: S.self)
      let cases: [(String, FitNetProjection)] = [
        ("same", .whereWidthsDiffer), ("regressor", .whereWidthsDiffer),
        ("linear", .both(width: 5, head: .linear)),
        ("linearBatchNormReLU", .both(width: 5, head: .linearBatchNormReLU)),
      ]
      for (name, projection) in cases {
        let teacher = try fixture[name == "same" ? "same.teacher" : "teacher"]
        try expectCase(name, fixture) {
          FitNet(
            name: "layer", tap: .hidden(0), studentWidth: 4, teacherWidth: teacher.columns,
            projection: projection, seed: 1, reference: constant(teacher))
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func contrastiveDistillation(in precision: Precision) throws
  {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("contrastive", as: S.self)
      let teacher = try fixture["teacher"]
      for head in ProjectionHeadKind.allCases {
        var options = ContrastiveDistillation<S>.Options()
        options.width = 5
        options.head = head
        try expectCase(head.rawValue, fixture) {
          ContrastiveDistillation(
            name: "layer", tap: .hidden(0), studentWidth: 4, teacherWidth: 6, options: options,
            seed: 1, reference: constant(teacher))
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func attentionTransfer(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("attention_transfer", as: S.self)
      let teacher = try fixture["teacher"]
      for distance in AttentionDistance.allCases {
        try expectCase(distance.rawValue, fixture) {
          AttentionTransfer(tap: .hidden(0), distance: distance, reference: constant(teacher))
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func maximumMeanDiscrepancy(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("mmd", as: S.self)
      let teacher = try fixture["teacher"]
      let kernels: [(String, DiscrepancyKernel)] = [
        ("linear", .linear), ("poly", .poly(degree: 3, offset: 0.5)),
        ("rbf", .rbf(.variance(0.7))), ("rbf_mean", .rbf(.meanSquaredDistance)),
      ]
      for (name, kernel) in kernels {
        try expectCase(name, fixture) {
          MaximumMeanDiscrepancy(
            name: "mmd", tap: .hidden(0), kernel: kernel, reference: constant(teacher))
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  @Test(arguments: Precision.allCases) func globalStructure(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("global_structure", as: S.self)
      let teacher = try fixture["teacher"]
      let similarities: [(String, GlobalSimilarity)] = [
        ("cosine", .cosine), ("poly", .poly(degree: 2, offset: 0)), ("l2", .l2),
        ("rbf", .rbf(sigma: 1)),
      ]
      for (name, similarity) in similarities {
        try expectCase(name, fixture) {
          GlobalStructurePreserving(
            name: "gsp", tap: .hidden(0), similarity: similarity, reference: constant(teacher))
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// Kernels of channels and of nodes that are given by their formulas.
  @Test(arguments: Precision.allCases) func kernelFunctions(in precision: Precision) throws {
    func check<S: Scalar>(_ type: S.Type) throws {
      let fixture = try Fixture("kernel_functions", as: S.self)
      let teacher = try fixture["teacher"]
      for (name, function) in [
        ("quadric", AnyKernelFunction(Quadric(scale: 0.7))),
        ("sigmoid", AnyKernelFunction(SigmoidOfProduct())),
      ] {
        try expectCase("mmd.\(name)", fixture) {
          MaximumMeanDiscrepancy(
            name: "mmd", tap: .hidden(0), kernel: .function(function), reference: constant(teacher))
        }
        for (kind, ofDirections) in [("features", false), ("directions", true)] {
          try expectCase("gsp.\(name).\(kind)", fixture) {
            GlobalStructurePreserving(
              name: "gsp", tap: .hidden(0),
              similarity: .function(function, ofDirections: ofDirections),
              reference: constant(teacher))
          }
        }
      }
      fixture.expectAllUsed()
    }
    try check(precision.scalar)
  }

  /// Expects the loss and all gradients of a case, with the parameters that the file has for it.
  private func expectCase<S: Scalar>(
    _ name: String, _ fixture: Fixture<S>, _ make: () -> any Objective<S>
  ) throws {
    let objective = make()
    try fixture.fill(objective.parameters, prefix: "\(name).")
    let value = try evaluate(objective, at: fixture["student"])
    try fixture.expect("\(name).loss", value.loss)
    try fixture.expect("\(name).gradient.student", value.gradient)
    try fixture.expectGradients(of: objective.parameters, prefix: "\(name).gradient.")
  }
}
