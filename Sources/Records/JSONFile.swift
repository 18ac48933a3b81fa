import Foundation

/// JSON documents on disk.
package enum JSONFile {
  /// The document that a file holds.
  ///
  /// - Parameter name: the file's name in messages.
  /// - Throws: ``InputError`` where it is missing or cannot be read, ``ConfigError`` where it is not
  ///   JSON.
  package static func read(_ url: URL, named name: String) throws -> JSONValue {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw InputError(message: "\(name): no such file\(neighbours(of: url, named: name))")
    }
    guard !isDirectory.boolValue else {
      throw InputError(message: "\(name): is a folder, expected a JSON file")
    }
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw InputError(message: "\(name): cannot be read: \(systemReason(error))")
    }
    do throws(JSONSyntaxError) {
      return try JSONParser.parse(data)
    } catch {
      throw ConfigError(source: name, syntax: error)
    }
  }

  /// The record that a file holds, as ``read(_:named:)``.
  package static func read<Content: Record>(
    _ type: Content.Type, from url: URL, named name: String
  ) throws -> Content {
    let (record, problems) = RecordDecoder.decode(type, from: try read(url, named: name))
    guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
    return record
  }

  /// Writes a document so that a reader finds the old file or the new one, never half of it.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package static func write(_ value: JSONValue, to url: URL) throws {
    try TextFile.write(value.prettyText, to: url)
  }

  // Near names as the user would type them, in the folder that the user typed.
  private static func neighbours(of url: URL, named name: String) -> String {
    let folder = url.deletingLastPathComponent()
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      return "; nor is there a folder \(folder.path)"
    }
    let prefix = name.dropLast(url.lastPathComponent.count)
    if let near = NearestName.find(url.lastPathComponent, among: names) {
      return "; did you mean \(prefix)\(near)?"
    }
    let configs = names.filter { $0.hasSuffix(".json") }.sorted().prefix(10)
    return configs.isEmpty
      ? "" : " (there is \(configs.map { prefix + $0 }.joined(separator: ", ")))"
  }
}

/// Texts on disk.
package enum TextFile {
  /// Writes a text so that a reader finds the old file or the new one, never half of it, and a kill
  /// leaves nothing that the next writing does not take away.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package static func write(_ text: String, to url: URL) throws {
    do {
      try DurableFile.write(Data(text.utf8), to: url)
    } catch {
      throw RunError(message: "\(url.path): cannot be written: \(systemReason(error))")
    }
  }
}
