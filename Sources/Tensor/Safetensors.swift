import Foundation

/// What the numbers of a stored tensor are; the raw value is the format's name for it.
public enum StoredType: String, Sendable, CaseIterable {
  /// Double.
  case float64 = "F64"
  /// Int64.
  case int64 = "I64"
  /// Float.
  case float32 = "F32"
  /// Int32.
  case int32 = "I32"
  /// IEEE half precision.
  case float16 = "F16"
  /// The upper half of a Float.
  case bfloat16 = "BF16"
  /// UInt8.
  case uint8 = "U8"
  /// One byte, 0 or 1.
  case bool = "BOOL"

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8, .bool: 1
    }
  }
}

/// One tensor of a file, as it is stored: row-major, little-endian.
public struct StoredTensor: Equatable, Sendable {
  /// What the numbers are.
  public let type: StoredType
  /// The size of each dimension; empty for a single number.
  public let shape: [Int]
  let bytes: Data

  /// The number of elements.
  public var count: Int { bytes.count / type.size }
}

/// Named tensors and texts in the safetensors format, in memory.
///
/// A file is the length of its header (8 bytes, little-endian), the header, and the tensors'
/// bytes. The header is a JSON object: for each tensor its `dtype`, `shape` and `data_offsets`
/// (first byte and end, counted from the end of the header), and texts under `__metadata__`.
/// See <https://huggingface.co/docs/safetensors>.
///
/// The same contents always give the same bytes: wider types come first, so that every tensor is
/// aligned, types of one width go by name, and spaces fill the header up to a multiple of 8 bytes.
public struct SafetensorsFile: Sendable {
  /// The tensors by name.
  public internal(set) var tensors: [String: StoredTensor] = [:]
  /// Free texts by name.
  public var metadata: [String: String]
  /// What error messages call this file.
  let path: String
  static let metadataKey = "__metadata__"

  /// A file without tensors.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
    path = "new safetensors file"
  }

  // MARK: Adding tensors

  /// Adds a rows x columns tensor of F32 or F64, or replaces the one of that name.
  public mutating func set<S: Scalar>(_ matrix: Matrix<S>, named name: String) {
    let shape = [matrix.rows, matrix.columns]
    if let floats = matrix as? Matrix<Float> {
      store(floats.elements, .float32, shape, name)
    } else {
      store(matrix.converted(to: Double.self).elements, .float64, shape, name)
    }
  }

  /// Adds a list of I64, or replaces the tensor of that name.
  public mutating func set(_ integers: [Int], named name: String) {
    store(integers.map(Int64.init), .int64, [integers.count], name)
  }

  /// Adds a list of I32, or replaces the tensor of that name.
  public mutating func set(_ integers: [Int32], named name: String) {
    store(integers, .int32, [integers.count], name)
  }

  /// Adds a list of BOOL, or replaces the tensor of that name.
  public mutating func set(_ flags: [Bool], named name: String) {
    store(flags.map { UInt8($0 ? 1 : 0) }, .bool, [flags.count], name)
  }

  // Memory is taken as it is: every platform of Swift is little-endian, like the format.
  private mutating func store<T>(
    _ elements: [T], _ type: StoredType, _ shape: [Int], _ name: String
  ) {
    precondition(name != Self.metadataKey, "the format keeps the name \(name) to itself")
    let bytes = elements.withUnsafeBytes { Data($0) }
    tensors[name] = StoredTensor(type: type, shape: shape, bytes: bytes)
  }

  // MARK: Taking tensors out

  /// The tensor `name` as it is stored.
  ///
  /// - Throws: ``SafetensorsError`` if there is none.
  public func tensor(named name: String) throws -> StoredTensor {
    guard let tensor = tensors[name] else {
      let known = tensors.keys.sorted()
      let list = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", ..." : "")
      throw SafetensorsError(
        path, tensor: name, .noSuchTensor,
        known.isEmpty ? "not there; the file has no tensors" : "not there; the file has \(list)")
    }
    return tensor
  }

  /// The floating-point tensor `name` (F64, F32, F16, BF16) as a matrix, rounded to S.
  ///
  /// A list of n numbers becomes 1 x n, a single number 1 x 1.
  ///
  /// - Throws: ``SafetensorsError`` if there is no such tensor, if it holds integers, or if it has
  ///   more than two dimensions.
  public func matrix<S: Scalar>(named name: String, as type: S.Type = S.self) throws -> Matrix<S> {
    let tensor = try tensor(named: name)
    guard tensor.shape.count <= 2 else {
      throw SafetensorsError(
        path, tensor: name, .wrongType,
        "has the shape \(tensor.shape), but a matrix has at most two dimensions")
    }
    let columns = tensor.shape.last ?? 1
    let rows = tensor.shape.count == 2 ? tensor.shape[0] : 1
    func read<T: Scalar, Raw>(_ raw: Raw.Type, _ value: (Raw) -> T) -> Matrix<S> {
      Matrix<T>(rows, columns, tensor.elements(raw).map(value)).converted()
    }
    switch tensor.type {
    case .float64: return read(Double.self) { $0 }
    case .float32: return read(Float.self) { $0 }
    case .float16: return read(Float16.self) { Float($0) }
    case .bfloat16: return read(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int64, .int32, .uint8, .bool:
      throw wrongType(name, tensor, expected: "F64, F32, F16 or BF16")
    }
  }

  /// The integer tensor `name` (I64, I32, U8, or BOOL as 0 and 1) in row-major order.
  ///
  /// - Throws: ``SafetensorsError`` if there is no such tensor or if it holds other numbers.
  public func integers(named name: String) throws -> [Int] {
    let tensor = try tensor(named: name)
    switch tensor.type {
    case .int64: return tensor.elements(Int64.self).map { Int($0) }
    case .int32: return tensor.elements(Int32.self).map { Int($0) }
    case .uint8, .bool: return tensor.elements(UInt8.self).map { Int($0) }
    case .float64, .float32, .float16, .bfloat16:
      throw wrongType(name, tensor, expected: "I64, I32, U8 or BOOL")
    }
  }

  /// The BOOL tensor `name` in row-major order.
  ///
  /// - Throws: ``SafetensorsError`` if there is no such tensor or if it holds other values.
  public func flags(named name: String) throws -> [Bool] {
    let tensor = try tensor(named: name)
    guard tensor.type == .bool else { throw wrongType(name, tensor, expected: "BOOL") }
    return tensor.elements(UInt8.self).map { $0 != 0 }
  }

  private func wrongType(_ name: String, _ tensor: StoredTensor, expected: String)
    -> SafetensorsError
  {
    SafetensorsError(
      path, tensor: name, .wrongType,
      "holds \(tensor.type.rawValue) values, but \(expected) was expected")
  }
}

extension StoredTensor {
  fileprivate func elements<T>(_ type: T.Type) -> [T] {
    [T](unsafeUninitializedCapacity: count) { target, initialized in
      initialized = count
      _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(target))
    }
  }
}
