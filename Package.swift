// swift-tools-version: 6.0
import PackageDescription

// `swift run` builds for debugging, where plain Swift loops are 5 to 15 times slower. The numeric
// targets are optimised there too; `-O` (not `-Ounchecked`) keeps the bounds and overflow traps.
let numeric: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "graph-distill",
  products: [
    .executable(name: "experiments", targets: ["Experiments"])
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
    .plugin(name: "BuildRecord", capability: .buildTool()),
    .target(name: "CProcess"),
    .target(
      name: "CKernels",
      cSettings: [
        .unsafeFlags([
          // Vectors are passed between inlined functions only, so their ABI does not matter.
          "-O3", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi",
        ])
      ]),
    .target(
      name: "Tensor", dependencies: ["COpenBLAS", "CLAPACKE", "CKernels", "CCrypto"],
      swiftSettings: numeric),
    .target(name: "Graph", dependencies: ["Tensor", "CKernels", "CZip"], swiftSettings: numeric),
    .target(name: "Layers", dependencies: ["Tensor", "Graph", "CKernels"], swiftSettings: numeric),
    .target(name: "Distill", dependencies: ["Tensor", "Graph", "Layers"], swiftSettings: numeric),
    .executableTarget(
      name: "Experiments",
      dependencies: [
        "CProcess", "Tensor", "Graph", "Layers", "Distill",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      plugins: ["BuildRecord"]),
    .executableTarget(
      name: "Benchmarks", dependencies: ["Tensor", "Graph", "Layers", "Distill"],
      path: "Benchmarks/Sources"),
    .testTarget(name: "TensorTests", dependencies: ["Tensor"]),
    .testTarget(name: "GraphTests", dependencies: ["Graph", "Tensor"]),
    .testTarget(name: "LayersTests", dependencies: ["Layers", "Graph", "Tensor"]),
    .testTarget(name: "DistillTests", dependencies: ["Distill", "Layers", "Graph", "Tensor"]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Experiments", "Distill", "Layers", "Graph", "Tensor",
        .product(name: "Logging", package: "swift-log"),
      ]),
  ],
  swiftLanguageModes: [.v5]
)

// Instrumented for libFuzzer and linked with it: built by scripts/fuzz alone.
if Context.environment["GRAPH_DISTILL_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: ["Graph", "Tensor"], path: "Fuzz", swiftSettings: numeric))
}
