import Foundation
import Records
import Tensor

/// JSON objects on disk with a digest of themselves: the SHA-256 of the object's compact text without
/// the digest, under the key "sha256". Whatever is read with it is what was written.
package enum SealedJSON {
  private static let key = "sha256"

  /// The object with its digest.
  package static func seal(_ value: JSONValue) -> JSONValue {
    guard case .object(var members) = value else {
      preconditionFailure("only objects have a place for a digest")
    }
    members[key] = .string(digest(members))
    return .object(members)
  }

  /// Writes an object with its digest, so that a reader finds the old file or the new one, also after
  /// a loss of power.
  ///
  /// - Throws: ``RunError`` with the system's reason.
  package static func write(_ value: JSONValue, to url: URL) throws {
    do {
      try DurableFile.write(Data(seal(value).prettyText.utf8), to: url)
    } catch {
      throw RunError(message: "\(url.path): cannot be written: \(systemReason(error))")
    }
  }

  /// The object that a file holds, without its digest.
  ///
  /// - Parameters:
  ///   - name: The file's name in messages.
  ///   - required: Whether a file without a digest is refused.
  /// - Throws: ``InputError`` where it is missing, ``ConfigError`` where it is not JSON, has no digest
  ///   or is not what its digest says.
  package static func read(
    _ url: URL, named name: String, required: Bool = true
  ) throws -> JSONValue {
    let value = try JSONFile.read(url, named: name)
    guard case .object(var members) = value, case .string(let found)? = members[key] else {
      guard required else { return value }
      throw damage(
        name, "it has no digest (\"\(key)\"): it is damaged, or of a version that kept none")
    }
    members[key] = nil
    guard found == digest(members) else {
      throw damage(name, "it is damaged: its content is not what its digest was made of")
    }
    return .object(members)
  }

  /// The record that a file holds, as ``read(_:named:required:)``.
  package static func read<Content: Record>(
    _ type: Content.Type, from url: URL, named name: String, required: Bool = true
  ) throws -> Content {
    let (record, problems) = RecordDecoder.decode(
      type, from: try read(url, named: name, required: required))
    guard problems.isEmpty else { throw ConfigError(source: name, problems: problems) }
    return record
  }

  private static func digest(_ members: [String: JSONValue]) -> String {
    SHA256.digest(of: Data(JSONValue.object(members).compactText.utf8))
  }

  private static func damage(_ name: String, _ message: String) -> ConfigError {
    ConfigError(source: name, problems: [JSONProblem(path: "", message: message)])
  }
}
