import Graph

/// Why a data set could not be had: what is wrong, where, and what to do about it.
public struct DataError: Error, Equatable, CustomStringConvertible {
  /// The two sorts of trouble, which programs tell apart by their exit code.
  public enum Kind: Equatable, Sendable {
    /// A file or a data set is not there, cannot be read, or could not be downloaded (exit 66).
    case missing
    /// A file is there but what it holds is wrong (exit 65).
    case malformed
  }

  /// The sort of trouble.
  public var kind: Kind
  /// The file, and within an archive its member; empty where the trouble is in no one file.
  public var location: String
  /// What is wrong, what was expected, and what to do.
  public var message: String

  /// An error from its parts.
  public init(_ kind: Kind, at location: String, _ message: String) {
    self.kind = kind
    self.location = location
    self.message = message
  }

  /// Whether the input is absent (exit 66) rather than wrong (exit 65).
  public var isMissing: Bool { kind == .missing }

  /// The message for a person.
  public var description: String { location.isEmpty ? message : "\(location): \(message)" }

  package static func missing(_ location: String, _ message: String) -> DataError {
    DataError(.missing, at: location, message)
  }

  package static func malformed(_ location: String, _ message: String) -> DataError {
    DataError(.malformed, at: location, message)
  }

  /// Runs `body`; what a file's numbers cannot make (a graph, a sparse matrix) is the file's fault.
  package static func locating<R>(_ location: String, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let error as GraphError {
      throw malformed(location, error.description)
    } catch let error as CSRMatrixError {
      throw malformed(location, error.description)
    }
  }
}
