import Datasets
import Foundation
import Records

/// Where data of the user's own are, and how their files are laid out.
///
/// A relative path is relative to the config that says so, as `extends` is; where nothing is there, it
/// is looked for in the folder of data.
public struct FileSourceConfig: Record {
  /// The name of the layout.
  public var layout = ""
  /// The file or folder: absolute once it was found beside the config.
  public var path = ""
  /// The folder of the config, in which nothing was found; empty where there is no config's file.
  private var folder = ""

  /// The layouts that a source can have.
  package static let layouts: [any FileLayout] =
    [
      HeterophilousLayout(), GNNBenchmarkLayout(), PlanetoidLayout(), GeomGCNLayout(), PPILayout(),
      ArrayLayout(), CSVLayout(),
    ]

  /// No file.
  public init() {}

  /// Shows the fields to a visitor.
  public mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field(
      "layout", &layout, .oneOf(Self.layouts.map(\.name)), required: true,
      "How the files are laid out; docs/data.md describes each layout.")
    visitor.field(
      "path", &path, Self.pathRule, required: true,
      "The file or folder, relative to the config; where nothing is there, to the folder of data.")
  }

  private static var pathRule: FieldRule<String> {
    FieldRule(
      expected: "the path of a file or folder", schema: ["type": "string", "pattern": "."]
    ) {
      if case .string(let path) = $0, !path.isEmpty { path } else { nil }
    } encode: {
      .string($0)
    }
  }

  /// Whether layout and path are the same.
  public static func == (a: Self, b: Self) -> Bool { a.layout == b.layout && a.path == b.path }

  /// The data set, or nil where there is no such layout.
  func source(named name: String) -> (any DataSource)? {
    guard let layout = Self.layouts.first(where: { $0.name == layout }) else { return nil }
    guard let layout = layout as? any NodeFileLayout else {
      return GraphFileSource(name: name, files: self)
    }
    return NodeFileSource(name: name, nodeLayout: layout, files: self)
  }

  // MARK: The place

  /// Makes the path absolute where something is there beside a config.
  package mutating func settle(in folder: URL) {
    if let place = Self.place(path, in: folder) {
      path = place
    } else {
      self.folder = folder.path
    }
  }

  /// A config's document with the path of its source made absolute where something is there beside it,
  /// so that another config, elsewhere, can extend it.
  static func settled(_ document: JSONValue, in folder: URL) -> JSONValue {
    guard case .object(var members) = document, case .object(var data)? = members["data"],
      case .object(var source)? = data["source"], case .string(let path)? = source["path"],
      let place = place(path, in: folder)
    else { return document }
    source["path"] = .string(place)
    data["source"] = .object(source)
    members["data"] = .object(data)
    return .object(members)
  }

  private static func place(_ path: String, in folder: URL) -> String? {
    guard !path.isEmpty, !path.hasPrefix("/") else { return nil }
    let place = folder.appending(path: path).standardizedFileURL.path
    return FileManager.default.fileExists(atPath: place) ? place : nil
  }

  /// The file or folder: at the path, else in the folder that the user gave, else in the environment's
  /// and the cache.
  ///
  /// - Throws: ``DataError`` (missing) that names each place.
  func find(_ locator: DatasetLocator) throws -> String {
    let roots = locator.directory.map { [$0] } ?? locator.searched.map(\.path)
    let url = URL(filePath: path)
    let isAbsolute = path.hasPrefix("/")
    // What was found beside a config once may have moved into the folder of data since.
    let below = isAbsolute ? url.lastPathComponent : path
    let beside = isAbsolute ? [path] : folder.isEmpty ? [] : ["\(folder)/\(path)"]
    let places = (beside + roots.map { "\($0)/\(below)" }).map {
      URL(filePath: $0).standardizedFileURL.path
    }
    if let place = places.first(where: { FileManager.default.fileExists(atPath: $0) }) {
      return place
    }
    throw DataError(
      .missing, at: "",
      "the file or folder of data.source.path, \"\(path)\", is missing: none of "
        + "\(places.joined(separator: ", ")) is there; the path is relative to the config, or else to "
        + "the folder that --data or $\(DatasetLocator.variable) names")
  }
}
