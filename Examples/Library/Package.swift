// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "Library",
  dependencies: [.package(name: "graph-distill", path: "../..")],
  targets: [
    .executableTarget(
      name: "Library", dependencies: [.product(name: "GraphDistill", package: "graph-distill")])
  ],
  swiftLanguageModes: [.v5]
)
