/// What is wrong with a safetensors file, or with what was asked of it.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure, for callers that act on them.
  public enum Kind: Sendable {
    /// There is no such file.
    case missing
    /// The file is there but the system does not let it be read.
    case unreadable
    /// The file breaks the format.
    case malformed
    /// The file is not the one that was written.
    case damaged
    /// The file has no tensor of that name.
    case noSuchTensor
    /// The tensor has another type or shape than was asked for.
    case wrongType
    /// The system does not let the file be written.
    case unwritable
  }

  /// The file's path.
  public let path: String
  /// The tensor's name, where one tensor is at fault.
  public let tensor: String?
  /// What kind of failure it is.
  public let kind: Kind
  /// What is wrong, in words.
  public let problem: String

  init(_ path: String, tensor: String? = nil, _ kind: Kind, _ problem: String) {
    self.path = path
    self.tensor = tensor
    self.kind = kind
    self.problem = problem
  }

  /// The message for a person.
  public var description: String {
    tensor.map { "\(path): tensor \"\($0)\" \(problem)" } ?? "\(path) \(problem)"
  }
}
