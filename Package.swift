// swift-tools-version: 6.0
import PackageDescription

// `swift run` builds for debugging, where plain Swift loops are 5 to 15 times slower. The numeric
// targets are optimised there too; `-O` (not `-Ounchecked`) keeps the bounds and overflow traps.
//
// SwiftPM refuses such flags in a package that another one depends on by version. There, in that
// package's folder of checkouts, they are left out: its release builds are optimised all the same.
let isCheckout = Context.packageDirectory.split(separator: "/").dropLast().last == "checkouts"
let numeric: [SwiftSetting] =
  isCheckout ? [] : [.unsafeFlags(["-O"], .when(configuration: .debug))]
// For scripts/sanitize: undefined behaviour in C ends in a trap (Swift's own checks are always on, and
// its compiler knows no such flag), and only what is run there is built.
let isSanitized = Context.environment["GRAPH_DISTILL_SANITIZE"] != nil
let trapping: [CSetting] =
  isSanitized ? [.unsafeFlags(["-fsanitize=undefined", "-fsanitize-trap=undefined"])] : []
let kernels: [CSetting] =
  isCheckout
  ? []
  : [
    .unsafeFlags([
      // Vectors are passed between inlined functions only, so their ABI does not matter.
      "-O3", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi",
    ])
  ]

let package = Package(
  name: "graph-distill",
  products: [
    .executable(name: "experiments", targets: ["Experiments"]),
    // The mathematics: graphs, data sets, layers, objectives, each with its backward pass.
    .library(
      name: "GraphDistill", targets: ["Tensor", "Graph", "Datasets", "Layers", "Distill"]),
    // The command line and what it is extended by: settings, registries, training, reports.
    .library(
      name: "GraphDistillRunner", targets: ["Records", "Training", "Reports", "Runner"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
    .systemLibrary(
      name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .plugin(name: "BuildRecord", capability: .buildTool()),
    .target(name: "CProcess", cSettings: trapping),
    .target(name: "CKernels", cSettings: kernels + trapping),
    .target(name: "Records"),
    .target(
      name: "Tensor", dependencies: ["Records", "COpenBLAS", "CLAPACKE", "CKernels", "CCrypto"],
      swiftSettings: numeric),
    .target(name: "Graph", dependencies: ["Tensor", "CKernels"], swiftSettings: numeric),
    .target(
      name: "Datasets", dependencies: ["Records", "Tensor", "Graph", "CZip", "CHDF5"],
      swiftSettings: numeric),
    .target(name: "Layers", dependencies: ["Tensor", "Graph", "CKernels"], swiftSettings: numeric),
    .target(name: "Distill", dependencies: ["Tensor", "Graph", "Layers"], swiftSettings: numeric),
    .target(
      name: "Training",
      dependencies: [
        "CProcess", "Records", "Tensor", "Graph", "Datasets", "Layers", "Distill",
        .product(name: "Logging", package: "swift-log"),
      ],
      plugins: ["BuildRecord"]),
    .target(name: "Reports", dependencies: ["Records", "Training"]),
    .target(
      name: "Runner",
      dependencies: [
        "CProcess", "Records", "Tensor", "Training", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(name: "Experiments", dependencies: ["Runner"]),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["CProcess", "Tensor", "Graph", "Datasets", "Layers", "Distill"],
      path: "Benchmarks/Sources"),
    .target(
      name: "TestSupport",
      dependencies: ["Tensor", "Graph", "Records", "Layers", "Training", "Runner"],
      path: "Tests/Support"),
    .testTarget(
      name: "TensorTests", dependencies: ["Records", "Tensor"]),
    .testTarget(
      name: "RecordsTests", dependencies: ["Records"]),
    .testTarget(
      name: "GraphTests", dependencies: ["Tensor", "Graph", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Tensor", "Graph", "Datasets", "TestSupport"]),
    .testTarget(
      name: "LayersTests", dependencies: ["Tensor", "Graph", "Layers"]),
    .testTarget(
      name: "DistillTests", dependencies: ["Tensor", "Graph", "Datasets", "Layers", "Distill"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Tensor", "Graph", "Records", "Datasets", "Layers", "Distill", "Training", "TestSupport",
      ]),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Tensor", "Graph", "Records", "Datasets", "Training", "Reports", "TestSupport",
      ]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Tensor", "Graph", "Records", "Datasets", "Layers", "Distill", "Training", "Reports",
        "Runner", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v5]
)

if isSanitized {
  // The mathematics and its tests, and of what tests share only what is about graphs.
  let built = [
    "COpenBLAS", "CLAPACKE", "CCrypto", "CKernels", "Records", "Tensor", "Graph", "Layers",
    "TestSupport",
    "TensorTests", "GraphTests", "LayersTests",
  ]
  package.targets.removeAll { !built.contains($0.name) }
  package.products = []
  for target in package.targets where target.name == "TestSupport" {
    target.dependencies = ["Tensor", "Graph"]
    target.path = "Tests/Support/Graphs"
  }
}

// Instrumented for libFuzzer and linked with it: built by scripts/fuzz alone.
if Context.environment["GRAPH_DISTILL_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzz",
      dependencies: ["Records", "Tensor", "Graph", "Datasets", "Training", "Reports"], path: "Fuzz",
      swiftSettings: numeric))
}
