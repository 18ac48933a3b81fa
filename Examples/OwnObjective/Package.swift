// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "OwnObjective",
  dependencies: [.package(name: "graph-distill", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnObjective",
      dependencies: [
        .product(name: "GraphDistill", package: "graph-distill"),
        .product(name: "GraphDistillRunner", package: "graph-distill"),
      ])
  ],
  swiftLanguageModes: [.v5]
)
