import Distill

/// A kernel: how alike two vectors x and y are.
///
/// All kernels stand in one registry. Which objectives take one follows from the protocols that it
/// follows: ``EdgeKernelSettings``, ``NodeKernelSettings``, ``ChannelKernelSettings``. The same name
/// may stand for kernels of different uses.
protocol KernelSettings: VariantSettings {}

/// A kernel of the features at the two ends of an edge (lsp, alignahead).
protocol EdgeKernelSettings: KernelSettings {
  /// In the terms of the objective.
  var edgeKernel: SimilarityKernel { get }
}

/// A kernel of the features of any two nodes (gsp).
protocol NodeKernelSettings: KernelSettings {
  /// In the terms of the objective.
  var nodeKernel: GlobalSimilarity { get }
}

/// A kernel of two channels, as vectors of length 1 over the nodes (mmd).
protocol ChannelKernelSettings: KernelSettings {
  /// In the terms of the objective.
  var channelKernel: DiscrepancyKernel { get }
}

extension Registry where Value == any KernelSettings {
  /// Adds a kernel.
  func register<Settings: KernelSettings>(_ type: Settings.Type) {
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
struct SimilarityKernelConfig: Variant {
  var settings: any EdgeKernelSettings
  static var registry: Registry<any EdgeKernelSettings> {
    Registries.kernels.narrowed { $0 as? any EdgeKernelSettings }
  }
}

/// How alike any two nodes are.
struct NodeKernelConfig: Variant {
  var settings: any NodeKernelSettings
  static var registry: Registry<any NodeKernelSettings> {
    Registries.kernels.narrowed { $0 as? any NodeKernelSettings }
  }
}

/// How alike two channels are.
struct ChannelKernelConfig: Variant {
  var settings: any ChannelKernelSettings
  static var registry: Registry<any ChannelKernelSettings> {
    Registries.kernels.narrowed { $0 as? any ChannelKernelSettings }
  }
}

// MARK: Kernels of edges, some of channels too

/// ||x - y||^2.
struct L2KernelConfig: EdgeKernelSettings {
  static let name = "l2"
  static let note = "||x - y||^2"

  var edgeKernel: SimilarityKernel { .l2 }
}

/// x . y.
struct LinearKernelConfig: EdgeKernelSettings, ChannelKernelSettings {
  static let name = "linear"
  static let note = "x . y"

  var edgeKernel: SimilarityKernel { .linear }
  var channelKernel: DiscrepancyKernel { .linear }
}

/// (x . y + offset)^degree.
struct PolynomialKernelConfig: EdgeKernelSettings, ChannelKernelSettings {
  static let name = "poly"
  static let note = "(x . y + offset)^degree"

  var degree = 2
  var offset = 0.0

  var edgeKernel: SimilarityKernel { .poly(degree: degree, offset: offset) }
  var channelKernel: DiscrepancyKernel { .poly(degree: degree, offset: offset) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("degree", &degree, .integer(1...16), "The exponent.")
    visitor.field("offset", &offset, .number(), "Added to the inner product.")
  }
}

/// exp(-||x - y||^2 / (2 sigma^2)).
struct RBFKernelConfig: EdgeKernelSettings {
  static let name = "rbf"
  static let note = "exp(-||x - y||^2 / (2 sigma^2))"

  var sigma = 100.0

  var edgeKernel: SimilarityKernel { .rbf(sigma: sigma) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("sigma", &sigma, .number(.positive), "The width of the bell.")
  }
}

/// exp(-||x - y||_1 / scale).
struct LaplacianKernelConfig: EdgeKernelSettings {
  static let name = "laplacian"
  static let note = "exp(-||x - y||_1 / scale)"

  var scale = 100.0

  var edgeKernel: SimilarityKernel { .laplacian(scale: scale) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("scale", &scale, .number(.positive), "What the distance is divided by.")
  }
}

// MARK: Kernels of any two nodes

/// x . y / (||x|| ||y||).
struct CosineSimilarityConfig: NodeKernelSettings {
  static let name = "cosine"
  static let note = "x . y / (||x|| ||y||)"

  var nodeKernel: GlobalSimilarity { .cosine }
}

/// (cosine + offset)^degree.
struct PolynomialSimilarityConfig: NodeKernelSettings {
  static let name = "poly"
  static let note = "(x . y / (||x|| ||y||) + offset)^degree"

  var degree = 2
  var offset = 0.0

  var nodeKernel: GlobalSimilarity { .poly(degree: degree, offset: offset) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("degree", &degree, .integer(1...16), "The exponent.")
    visitor.field("offset", &offset, .number(), "Added to the cosine.")
  }
}

/// ||x - y||.
struct DistanceConfig: NodeKernelSettings {
  static let name = "l2"
  static let note = "||x - y||"

  var nodeKernel: GlobalSimilarity { .l2 }
}

/// exp(-||x - y||^2 / (2 sigma^2)).
struct NodeRBFConfig: NodeKernelSettings {
  static let name = "rbf"
  static let note = "exp(-||x - y||^2 / (2 sigma^2))"

  var sigma = 1.0

  var nodeKernel: GlobalSimilarity { .rbf(sigma: sigma) }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("sigma", &sigma, .number(.positive), "The width of the bell.")
  }
}

// MARK: Kernels of channels alone

/// exp(-||x - y||^2 / (2 variance)).
struct ChannelRBFConfig: ChannelKernelSettings {
  static let name = "rbf"
  static let note = "exp(-||x - y||^2 / (2 variance))"

  var variance: Double?

  var channelKernel: DiscrepancyKernel {
    .rbf(variance.map { .variance($0) } ?? .meanSquaredDistance)
  }

  mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "variance", &variance, .orNull(.number(.positive)),
      "The width of the bell, squared; null for the mean of ||x - y||^2 in each step.")
  }
}
