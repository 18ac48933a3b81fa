import Graph

/// What a pickle that ``PickleReader`` accepts can hold: data, and nothing that does anything.
///
/// Containers hold others only so far that no value holds itself and none is deeply nested: lists
/// hold plain values, tuples no dictionaries, dictionaries no dictionaries.
package enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  /// Text, or Python 2's `str`, which is bytes as well.
  case text(String)
  case bytes([UInt8])
  case tuple([PickleValue], depth: Int)
  case list(List)
  case dictionary(Dictionary)
  case elementType(ElementType)
  case array(Array)
  case sparse(SparseMatrix)
  /// A name that the reader knows what to do with when it is called; never looked up anywhere.
  case global(PickleGlobal)

  package final class List { var items: [PickleValue] = [] }
  package final class Dictionary { var items: [(key: PickleValue, value: PickleValue)] = [] }
  /// NumPy's `dtype`: a kind and size such as "f4", and a byte order.
  package final class ElementType {
    package let code: String
    package var order = "|"
    package init(code: String) { self.code = code }
  }
  /// NumPy's `ndarray`; nil until its state has come.
  package final class Array { var contents: NPYArray? }
  /// SciPy's `csr_matrix`; nil until its state has come.
  package final class SparseMatrix { var state: SparseState? }

  /// The state of a sparse matrix.
  package struct SparseState {
    package var shape: [Int]
    package var data: NPYArray
    package var indices: NPYArray
    package var indptr: NPYArray
  }

  /// A name, which Python 2 wrote as bytes; nil for what is longer than any.
  package var name: String? {
    switch self {
    case .text(let text): text.utf8.count <= 64 ? text : nil
    case .bytes(let bytes): bytes.count <= 64 ? String(validating: bytes, as: UTF8.self) : nil
    default: nil
    }
  }

  package var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  package var tuple: [PickleValue]? {
    if case .tuple(let items, _) = self { items } else { nil }
  }

  /// How deeply tuples are nested in it.
  package var depth: Int {
    if case .tuple(_, let depth) = self { depth } else { 0 }
  }

  /// Whether it holds no other value.
  package var isPlain: Bool {
    switch self {
    case .none, .boolean, .integer, .float, .text, .bytes: true
    default: false
    }
  }

  /// What it is, for messages.
  package var kind: String {
    switch self {
    case .none: "None"
    case .boolean: "a boolean"
    case .integer: "a whole number"
    case .float: "a float"
    case .text: "text"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .elementType: "an element type"
    case .array: "an array"
    case .sparse: "a sparse matrix"
    case .global(let name): "the name \(name.rawValue)"
    }
  }
}

/// The names that a pickle may speak of, and all that they stand for.
package enum PickleGlobal: String {
  /// An array without contents yet.
  case reconstruct = "numpy _reconstruct"
  case ndarray = "numpy.ndarray"
  /// An array of bytes, element type, shape and order, in protocol 5.
  case fromBuffer = "numpy _frombuffer"
  case elementType = "numpy.dtype"
  case sparse = "csr_matrix"
  case defaultDictionary = "collections.defaultdict"
  case list
  /// Text to bytes, by Latin-1.
  case encode = "_codecs.encode"
  /// An object without contents yet, in protocols 0 and 1.
  case reconstructor = "copyreg._reconstructor"
  case object

  package init?(module: String, name: String) {
    switch (module, name) {
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
      self = .reconstruct
    case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
      self = .fromBuffer
    case ("numpy", "ndarray"): self = .ndarray
    case ("numpy", "dtype"): self = .elementType
    case ("scipy.sparse.csr", "csr_matrix"), ("scipy.sparse._csr", "csr_matrix"): self = .sparse
    case ("collections", "defaultdict"): self = .defaultDictionary
    case ("__builtin__", "list"), ("builtins", "list"): self = .list
    case ("_codecs", "encode"): self = .encode
    case ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"): self = .reconstructor
    case ("__builtin__", "object"), ("builtins", "object"): self = .object
    default: return nil
    }
  }
}
