import Foundation

@testable import Datasets
@testable import Graph
@testable import Records
@testable import Tensor

/// The readers of files that may come from anywhere, each with one way in for any bytes.
///
/// Whatever the bytes, a reader has to return or to throw an error of its own kind; to crash, hang,
/// fill the memory or throw anything else is a find. Used by the fuzzer, and by a test that tries
/// all finds and samples again.
enum FuzzedReader: String, CaseIterable {
  case npy
  case zip
  case pickle
  case nodeLink = "node-link"
  case ppi
  case heterophilous
  case gnnBenchmark = "gnn-benchmark"
  case planetoid
  case geomGCN = "geom-gcn"
  case safetensors
  case hdf5
  case voxels
  case off
  case xyz

  typealias Files = FuzzedFiles

  /// Tries the bytes.
  func read(_ bytes: [UInt8]) {
    switch self {
    case .npy: readArray(bytes)
    case .zip: readArchive(bytes)
    case .pickle: expectDataError { _ = try PickleReader.read(bytes, location: "fuzz") }
    case .nodeLink:
      expectDataError { _ = try NodeLinkGraph(parsing: bytes, location: "fuzz") }
    case .ppi: expectDataError { _ = try PPI.load(from: Files(bytes)) }
    case .heterophilous:
      expectDataError {
        _ = try Heterophilous.load("fuzz", from: Files(bytes), as: Float.self).labels
      }
    case .gnnBenchmark:
      expectDataError {
        _ = try GNNBenchmark.load("fuzz", from: Files(bytes), as: Float.self).labels
      }
    case .planetoid:
      expectDataError {
        _ = try Planetoid.load("tiny", from: Files(bytes), validation: 1, as: Float.self).labels
      }
    case .geomGCN:
      expectDataError { _ = try GeomGCN.load("fuzz", from: Files(bytes), as: Float.self).labels }
    case .safetensors: readTensors(bytes)
    case .hdf5: readHDF5(bytes)
    case .voxels:
      expectDataError {
        _ = try VoxelClouds.load(
          "fuzz", from: Files(bytes), classNames: ["a", "b"], points: 3, seed: 1
        ).dataset(validation: .test)
      }
    case .off:
      expectDataError {
        let mesh = try OFFMesh(parsing: bytes, location: "fuzz")
        _ = try mesh.draw(5, by: RandomStream(seed: 1, purpose: "fuzz"))
      }
    case .xyz:
      expectDataError {
        let file = URL(filePath: "/fuzz.xyz")
        let points = try CloudFolder.points(parsing: bytes, of: file)
        precondition(points.isFinite && points.rows >= 2 && points.columns == 3)
      }
    }
  }

  private func expectDataError(_ body: () throws -> Void) {
    do {
      try body()
    } catch is DataError {
    } catch {
      fatalError("\(rawValue): not an error of data: \(error)")
    }
  }

  private func readArray(_ bytes: [UInt8]) {
    expectDataError {
      let array = try NPYArray(parsing: bytes, location: "fuzz")
      expectDataError { _ = try array.matrix(of: Float.self) }
      expectDataError { _ = try array.numbers(of: Double.self) }
      expectDataError { _ = try array.indices() }
      expectDataError { _ = try array.pairs() }
      expectDataError { _ = try array.booleans() }
      expectDataError { _ = try array.booleanRows() }
    }
  }

  /// A file of its own with the bytes, while the body needs it.
  private func withFile(_ bytes: [UInt8], ending: String, _ body: (String) -> Void) {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fuzzed-\(ProcessInfo.processInfo.processIdentifier).\(ending)")
    do {
      try Data(bytes).write(to: file)
    } catch {
      fatalError("the bytes cannot be written: \(error)")
    }
    defer { unlink(file.path) }
    body(file.path)
  }

  private func readArchive(_ bytes: [UInt8]) {
    withFile(bytes, ending: "zip") { path in
      expectDataError {
        let archive = try Archive(path: path)
        for member in archive.members {
          expectDataError { _ = try archive.head(of: member.path, count: 100) }
          expectDataError { _ = try archive.read(member) }
        }
        expectDataError { _ = try Heterophilous.load("fuzz", from: archive, as: Float.self) }
      }
    }
  }

  private func readHDF5(_ bytes: [UInt8]) {
    withFile(bytes, ending: "h5") { path in
      expectDataError {
        _ = try HDF5Clouds.load(
          "fuzz", from: .init(train: [path], test: [], classNames: ["a", "b", "c"]), source: path,
          points: 3
        ).dataset(validation: .test)
      }
    }
  }

  private func readTensors(_ bytes: [UInt8]) {
    do {
      let file = try SafetensorsFile(data: Data(bytes), path: "fuzz")
      for name in file.tensors.keys {
        expectSafetensorsError { _ = try file.matrix(named: name, as: Float.self) }
        expectSafetensorsError { _ = try file.integers(named: name) }
        expectSafetensorsError { _ = try file.flags(named: name) }
      }
      let again = try SafetensorsFile(data: file.serialized(), path: "written again")
      precondition(again.tensors == file.tensors && again.metadata == file.metadata)
    } catch is SafetensorsError {
    } catch {
      fatalError("not an error of safetensors: \(error)")
    }
  }

  private func expectSafetensorsError(_ body: () throws -> Void) {
    do {
      try body()
    } catch is SafetensorsError {
    } catch {
      fatalError("not an error of safetensors: \(error)")
    }
  }
}
