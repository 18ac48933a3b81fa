import Foundation
import Tensor
import Testing

@testable import Datasets
@testable import Graph
@testable import TestSupport

@Suite struct DatasetPickleTests {
  func read(_ bytes: [UInt8]) throws -> PickleValue {
    try PickleReader.read(bytes, location: "a.pickle")
  }

  @Test(
    arguments: matrixPickles + [
      pickle(
        pickledSparse(
          4, 3, start: [0, 1, 2, 3, 4], column: [1, 0, 2, 2], value: [1, 2, 3, 0.5]))
    ])
  func sparseMatricesOfEveryProtocol(bytes: [UInt8]) throws {
    guard case .sparse(let matrix) = try read(bytes), let state = matrix.state else {
      Issue.record("no sparse matrix was read")
      return
    }
    #expect(state.shape == [4, 3])
    #expect(try state.indptr.integers() == [0, 1, 2, 3, 4])
    #expect(try state.indices.integers() == [1, 0, 2, 2])
    #expect(try state.data.numbers(of: Double.self) == [1, 2, 3, 0.5])
  }

  @Test func plainValuesOfProtocols0And2() throws {
    let texts = [
      "(lp0\nI7\naI-3\naL12L\naI01\naF1.5\naS'a\\x00\\n\\''\np1\naVb\\u00e9\naNa.",
      "\u{80}\u{2}](K\u{7}J\u{fd}\u{ff}\u{ff}\u{ff}\u{8a}\u{1}\u{c}\u{88}"
        + "G\u{3f}\u{f8}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}U\u{4}a\u{0}\n'X\u{3}\u{0}\u{0}\u{0}b\u{c3}\u{a9}Ne.",
    ]
    for text in texts {
      let bytes = text.unicodeScalars.map { UInt8($0.value) }
      guard case .list(let list) = try read(bytes), list.items.count == 8 else {
        Issue.record("no list of eight was read")
        return
      }
      #expect(list.items.prefix(3).map(\.integer) == [7, -3, 12])
      if case .boolean(let value) = list.items[3] { #expect(value) } else { Issue.record("3") }
      if case .float(let value) = list.items[4] { #expect(value == 1.5) } else { Issue.record("4") }
      #expect(list.items[5].name == "a\0\n'")
      #expect(list.items[6].name == "bé")
      if case .none = list.items[7] {} else { Issue.record("7") }
    }
  }

  @Test(arguments: [
    ("cos\nsystem\n(S'true'\ntR.", "os.system", "byte 0 (GLOBAL)"),
    ("(I1\ncbuiltins\neval\nt.", "builtins.eval", "byte 4"),
    ("cscipy.sparse.csr\ncsc_matrix\n)R.", "csc_matrix", "forbidden"),
    ("(S'ls'\nios\nsystem\n.", "INST (0x69)", "byte 7"),
    ("Pfile\n.", "PERSID (0x50)", "forbidden"), ("N2.", "DUP (0x32)", "byte 1"),
    ("(X\u{2}\u{0}\u{0}\u{0}osX\u{6}\u{0}\u{0}\u{0}system\u{93}.", "os.system", "STACK_GLOBAL"),
    ("(U\u{2}osU\u{6}system\u{93}.", "two texts", "byte 13"),
    ("\u{80}\u{6}N.", "protocol 6", "0 to 5"),
    ("\u{80}\u{4}\u{8f}.", "EMPTY_SET (0x8f)", "forbidden"),
    ("\u{80}\u{5}\u{97}.", "NEXT_BUFFER (0x97)", "forbidden"),
    ("\u{8e}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}.", "truncated", "BINBYTES8"),
    ("cnumpy.core.numeric\n_frombuffer\n)R.", "not understood", "_frombuffer"),
    ("\u{ff}.", "0xff", "byte 0"),
    ("]]a.", "list that holds a list", "APPEND"), ("}N}s.", "dictionary that holds", "SETITEM"),
    ("}\u{85}.", "tuple that holds a dictionary", "TUPLE1"), ("t.", "no mark", "byte 0"),
    ("a.", "nothing is there to take", "byte 0"), ("g5\n.", "remembered as 5", "GET"),
    ("NN.", "2 values are left", "STOP"), ("N.N", "1 bytes follow", "byte 1"),
    (".", "0 values", ""),
    ("I1x\n.", "'1x'", "INT"), ("Sabc\n.", "no quotes", "STRING"),
    ("NNb.", "None takes no state", "BUILD"), ("N)R.", "None cannot make", "REDUCE"),
    ("T\u{ff}\u{ff}\u{ff}\u{ff}.", "length is -1", "BINSTRING"),
    ("X\u{ff}\u{ff}\u{ff}\u{ff}.", "truncated", "4294967295 bytes"),
    ("\u{8a}\u{9}123456789.", "more than 64 bits", "LONG1"),
    ("cnumpy\nndarray\n)R.", "not understood", "numpy.ndarray"),
    ("))))))))))\u{85}\u{85}\u{85}\u{85}\u{85}\u{85}\u{85}\u{85}.", "more than 8 deep", "TUPLE1"),
  ])
  func picklesThatAreRefused(text: String, fragment: String, place: String) {
    let bytes = text.unicodeScalars.map { UInt8($0.value) }
    expectDataError(.malformed, "a.pickle", fragment) { _ = try read(bytes) }
    if !place.isEmpty { expectDataError(.malformed, place) { _ = try read(bytes) } }
  }

  @Test func arraysThatAreRefused() {
    for (array, fragment) in [
      (pickledArray([1], "O8", order: "|", []), "objects"),
      (pickledArray([2], "i4", [0, 0, 0, 0]), "takes 8 bytes of data, there are 4"),
      (pickledArray([1, 1, 1], "i1", [0]), "3 dimensions"),
      (pickledArray([-1], "i4", []), "(-1,) is impossible"),
      (pickledArray([Int(Int32.max), Int(Int32.max)], "i8", [0]), "there are 1"),
    ] {
      expectDataError(.malformed, "a.pickle", fragment) { _ = try read(pickle(array)) }
    }
  }

  @Test func everyTruncationIsNoticed() {
    for bytes in matrixPickles {
      for length in 0..<bytes.count {
        expectDataError(.malformed, "a.pickle", "byte") { _ = try read(Array(bytes[..<length])) }
      }
    }
  }

  @Test func damagedBytesNeverCrash() {
    var random = RandomStream(seed: 1, purpose: "damage").generator()
    for bytes in matrixPickles {
      for _ in 0..<500 {
        var damaged = bytes
        for _ in 0..<3 {
          damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(
            truncatingIfNeeded: random.next())
        }
        do {
          _ = try read(damaged)
        } catch {
          #expect(error is DataError)
        }
      }
    }
  }
}
