import Distill
import Records

/// A kernel: how alike two vectors x and y are.
///
/// All kernels stand in one registry. Which objectives take one follows from the protocols that it
/// follows: ``EdgeKernelSettings``, ``NodeKernelSettings``, ``ChannelKernelSettings``. The same name
/// may stand for kernels of different uses.
public protocol KernelSettings: VariantSettings {}

/// A kernel of the features at the two ends of an edge (lsp, alignahead).
public protocol EdgeKernelSettings: KernelSettings {
  /// In the terms of the objective.
  var edgeKernel: SimilarityKernel { get }
}

/// A kernel of the features of any two nodes (gsp).
public protocol NodeKernelSettings: KernelSettings {
  /// In the terms of the objective.
  var nodeKernel: GlobalSimilarity { get }
}

/// A kernel of two channels, as vectors of length 1 over the nodes (mmd).
public protocol ChannelKernelSettings: KernelSettings {
  /// In the terms of the objective.
  var channelKernel: DiscrepancyKernel { get }
}

extension Registry where Value == any KernelSettings {
  /// Adds a kernel.
  public func register<Settings: KernelSettings>(_ type: Settings.Type) {
    let kernel: any KernelSettings = Settings()
    var uses: [String] = []
    if kernel is any EdgeKernelSettings { uses.append("edges") }
    if kernel is any NodeKernelSettings { uses.append("nodes") }
    if kernel is any ChannelKernelSettings { uses.append("channels") }
    add(Entry(type, uses: uses) { $0 })
  }
}

/// The similarity of the features x and y at the two ends of an edge, before the softmax over a
/// node's in-edges.
package struct SimilarityKernelConfig: Variant {
  package var settings: any EdgeKernelSettings

  package init(settings: any EdgeKernelSettings) { self.settings = settings }
  package static var registry: Registry<any EdgeKernelSettings> {
    Registries.kernels.narrowed { $0 as? any EdgeKernelSettings }
  }
}

/// How alike any two nodes are.
package struct NodeKernelConfig: Variant {
  package var settings: any NodeKernelSettings

  package init(settings: any NodeKernelSettings) { self.settings = settings }
  package static var registry: Registry<any NodeKernelSettings> {
    Registries.kernels.narrowed { $0 as? any NodeKernelSettings }
  }
}

/// How alike two channels are.
package struct ChannelKernelConfig: Variant {
  package var settings: any ChannelKernelSettings

  package init(settings: any ChannelKernelSettings) { self.settings = settings }
  package static var registry: Registry<any ChannelKernelSettings> {
    Registries.kernels.narrowed { $0 as? any ChannelKernelSettings }
  }
}

// MARK: Kernels of edges, some of channels too

/// ||x - y||^2.
package struct L2KernelConfig: EdgeKernelSettings {
  package static let name = "l2"
  package static let note = "||x - y||^2"

  package var edgeKernel: SimilarityKernel { .l2 }

  package init() {}
}

/// x . y.
package struct LinearKernelConfig: EdgeKernelSettings, ChannelKernelSettings {
  package static let name = "linear"
  package static let note = "x . y"

  package var edgeKernel: SimilarityKernel { .linear }
  package var channelKernel: DiscrepancyKernel { .linear }

  package init() {}
}

/// (x . y + offset)^degree.
package struct PolynomialKernelConfig: EdgeKernelSettings, ChannelKernelSettings {
  package static let name = "poly"
  package static let note = "(x . y + offset)^degree"

  package var degree = 2
  package var offset = 0.0

  package var edgeKernel: SimilarityKernel { .poly(degree: degree, offset: offset) }
  package var channelKernel: DiscrepancyKernel { .poly(degree: degree, offset: offset) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("degree", &degree, .integer(1...16), "The exponent.")
    visitor.field("offset", &offset, .number(), "Added to the inner product.")
  }
}

/// exp(-||x - y||^2 / (2 sigma^2)).
package struct RBFKernelConfig: EdgeKernelSettings {
  package static let name = "rbf"
  package static let note = "exp(-||x - y||^2 / (2 sigma^2))"

  package var sigma = 100.0

  package var edgeKernel: SimilarityKernel { .rbf(sigma: sigma) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("sigma", &sigma, .number(.positive), "The width of the bell.")
  }
}

/// exp(-||x - y||_1 / scale).
package struct LaplacianKernelConfig: EdgeKernelSettings {
  package static let name = "laplacian"
  package static let note = "exp(-||x - y||_1 / scale)"

  package var scale = 100.0

  package var edgeKernel: SimilarityKernel { .laplacian(scale: scale) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("scale", &scale, .number(.positive), "What the distance is divided by.")
  }
}

// MARK: Kernels of any two nodes

/// x . y / (||x|| ||y||).
package struct CosineSimilarityConfig: NodeKernelSettings {
  package static let name = "cosine"
  package static let note = "x . y / (||x|| ||y||)"

  package var nodeKernel: GlobalSimilarity { .cosine }

  package init() {}
}

/// (cosine + offset)^degree.
package struct PolynomialSimilarityConfig: NodeKernelSettings {
  package static let name = "poly"
  package static let note = "(x . y / (||x|| ||y||) + offset)^degree"

  package var degree = 2
  package var offset = 0.0

  package var nodeKernel: GlobalSimilarity { .poly(degree: degree, offset: offset) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("degree", &degree, .integer(1...16), "The exponent.")
    visitor.field("offset", &offset, .number(), "Added to the cosine.")
  }
}

/// ||x - y||.
package struct DistanceConfig: NodeKernelSettings {
  package static let name = "l2"
  package static let note = "||x - y||"

  package var nodeKernel: GlobalSimilarity { .l2 }

  package init() {}
}

/// exp(-||x - y||^2 / (2 sigma^2)).
package struct NodeRBFConfig: NodeKernelSettings {
  package static let name = "rbf"
  package static let note = "exp(-||x - y||^2 / (2 sigma^2))"

  package var sigma = 1.0

  package var nodeKernel: GlobalSimilarity { .rbf(sigma: sigma) }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("sigma", &sigma, .number(.positive), "The width of the bell.")
  }
}

// MARK: Kernels of channels alone

/// exp(-||x - y||^2 / (2 variance)).
package struct ChannelRBFConfig: ChannelKernelSettings {
  package static let name = "rbf"
  package static let note = "exp(-||x - y||^2 / (2 variance))"

  package var variance: Double?

  package var channelKernel: DiscrepancyKernel {
    .rbf(variance.map { .variance($0) } ?? .meanSquaredDistance)
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "variance", &variance, .orNull(.number(.positive)),
      "The width of the bell, squared; null for the mean of ||x - y||^2 in each step.")
  }
}
